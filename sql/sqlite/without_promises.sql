-- For servers that are wrong on purpose: the tables of wins, losses and redemptions without the
-- promises that a sound ledger keeps, so that what such a server does can be written down as it is.
DROP TABLE redemption;
DROP TABLE loss;
DROP TABLE coupon;

CREATE TABLE coupon (
  event_id INTEGER NOT NULL, issue INTEGER NOT NULL, ticket INTEGER NOT NULL,
  user INTEGER NOT NULL, serial INTEGER NOT NULL, code TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, issued_at_ms INTEGER NOT NULL, discount INTEGER,
  discount_type TEXT
) STRICT;

CREATE TABLE loss (
  event_id INTEGER NOT NULL, ticket INTEGER NOT NULL, idempotency_key TEXT NOT NULL
) STRICT;

CREATE TABLE redemption (
  event_id INTEGER NOT NULL, issue INTEGER NOT NULL, order_id TEXT NOT NULL,
  original INTEGER NOT NULL, discount INTEGER NOT NULL, idempotency_key TEXT NOT NULL,
  redeemed_at_ms INTEGER NOT NULL
) STRICT;
