// A coupon shop with habits of its own: it answers 200 whatever happened and says so in the body,
// knows users by e-mail address from a JWT, and opens its campaigns over HTTP.
// PORT, JWT_SECRET, ADMIN_KEY and FAULT (oversell, open-door) come from the environment, as does
// GUESTS, a CSV that begins its rows with an address: then nobody signs up, and guests alone may
// claim.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import express from 'express';
import jwt from 'jsonwebtoken';

const secret = process.env.JWT_SECRET ?? 'shop-secret';
const adminKey = process.env.ADMIN_KEY ?? 'shop-admin';
const oversell = process.env.FAULT === 'oversell';
const openDoor = process.env.FAULT === 'open-door';
const campaigns = new Map();
const guests = process.env.GUESTS && readGuests(process.env.GUESTS);

function readGuests(file) {
  const [, ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  return new Set(rows.map((row) => row.split(',')[0]));
}

const app = express();
app.use(express.json());

const yes = (res, data) => res.json({ success: true, data });
const no = (res, kind) => res.json({ success: false, error: { kind } });

function admin(req, res, next) {
  if (req.get('X-Api-Key') !== adminKey) return res.status(401).json({ success: false });
  next();
}

function shopper(req, res, next) {
  try {
    const token = (req.get('Authorization') ?? '').replace(/^Bearer /, '');
    req.email = jwt.verify(token, secret, { algorithms: ['HS256'] }).email;
    next();
  } catch {
    res.status(401).json({ success: false, error: { kind: 'BAD_TOKEN' } });
  }
}

function campaign(req, res, next) {
  req.campaign = campaigns.get(req.params.id);
  if (!req.campaign) return no(res, 'NO_CAMPAIGN');
  next();
}

app.post('/campaigns', admin, (req, res) => {
  const { name, stock, signupFrom, signupUntil, dropFrom, dropUntil } = req.body;
  const times = [signupFrom, signupUntil, dropFrom, dropUntil].map((text) => Date.parse(text));
  const id = randomUUID();
  campaigns.set(id, { name, stock, times, signups: new Map(), coupons: new Map() });
  res.status(201).json({ success: true, data: { id } });
});

app.post('/campaigns/:id/signups', shopper, campaign, (req, res) => {
  const { times, signups } = req.campaign;
  const now = Date.now();
  if (now < times[0] || now >= times[1]) return no(res, 'CLOSED');
  if (signups.has(req.email)) return no(res, 'ALREADY_SIGNED_UP');
  const ticket = randomUUID();
  signups.set(req.email, ticket);
  yes(res, { ticket });
});

app.post('/campaigns/:id/drops', shopper, campaign, (req, res) => {
  const { times, signups, coupons, stock } = req.campaign;
  const now = Date.now();
  if (now < times[2] || now >= times[3]) return no(res, 'CLOSED');
  const ticket = signups.get(req.email);
  if (guests) {
    if (!guests.has(req.email) && !openDoor) return no(res, 'NOT_INVITED');
  } else if (ticket === undefined || ticket !== req.body.ticket) {
    return no(res, 'NO_TICKET');
  }
  const mine = coupons.get(req.email);
  if (mine) return res.json({ success: false, error: { kind: 'HAS_ONE', code: mine.code } });
  if (coupons.size >= stock + (oversell ? 3 : 0)) return no(res, 'GONE');
  const code = `SHOP-${randomUUID().slice(0, 13)}`;
  coupons.set(req.email, { code, spent: false });
  yes(res, { code });
});

app.get('/campaigns/:id/wallet', shopper, campaign, (req, res) => {
  const mine = req.campaign.coupons.get(req.email);
  yes(res, { codes: mine ? [mine.code] : [] });
});

app.post('/checkout', shopper, (req, res) => {
  for (const { coupons } of campaigns.values()) {
    const mine = coupons.get(req.email);
    if (mine?.code !== req.body.code) continue;
    if (mine.spent) return no(res, 'SPENT');
    mine.spent = true;
    return yes(res, { code: mine.code });
  }
  no(res, 'NOT_YOURS');
});

// What fairrush reads as the ledger: one row a coupon, users by the name the shop knows.
app.get('/campaigns/:name/export.csv', (req, res) => {
  const rows = [...campaigns.values()]
    .filter(({ name }) => name === req.params.name)
    .flatMap(({ coupons }) => [...coupons].map(([email, { code }]) => `${email},${code}`));
  res.type('text/csv').send(['user,coupon', ...rows].join('\n') + '\n');
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`shop on 127.0.0.1:${server.address().port}`);
});
