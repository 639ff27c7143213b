-- Spends coupons on orders: the owner's, once, for as long as it is valid.
--
-- KEYS     of one event, in the order of README.md: [1] state, [4] issued, [5] redeemed, [7] log
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  for how many milliseconds a coupon is valid, from its issue on
-- ARGV[3…] user, coupon's number, order, order's amount, what the coupon takes off ("" when the
--          amount is not what the coupon asks for), arrival in milliseconds since 1970,
--          idempotency key ("" for none), for each wish
--
-- Result   {last entry of the log, then for each wish: {0, issue} spent now, {1, issue} spent
--          before by the same wish under the same key, {2} not this user's, {3} spent before, {4}
--          not valid yet, {5} no longer valid, {6} the amount is not what the coupon asks for};
--          the first reason of these counts. Or the error STALE when the event is not what the
--          caller means.
--
-- Atomic   all wishes of a call are answered as one step, in their order.
-- O(wishes)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'expires')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local logged = tonumber(state[2])
local logged_before = logged
local answers = {0}
for at = 3, #ARGV, 7 do
  local user, coupon, order, amount = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local discount, arrived_ms, key = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  local has = redis.call('HGET', KEYS[4], user)
  local owned, issue, issued_ms
  if has then owned, issue, issued_ms = has:match('^(%d+) (%d+) %d+ %d+ (%d+) ') end
  local spent = owned == coupon and redis.call('HGET', KEYS[5], coupon)
  local answer
  if owned ~= coupon then
    answer = {2}
  elseif spent then
    local on, for_amount, under = spent:match('^(%S+) (%d+) (.*)$')
    local same = key ~= '' and under == key and on == order and for_amount == amount
    answer = same and {1, tonumber(issue)} or {3}
  elseif tonumber(arrived_ms) < tonumber(issued_ms) then
    answer = {4}
  elseif tonumber(arrived_ms) >= tonumber(issued_ms) + tonumber(ARGV[2]) then
    answer = {5}
  elseif discount == '' then
    answer = {6}
  else
    logged = logged + 1
    redis.call('HSET', KEYS[5], coupon, table.concat({order, amount, key}, ' '))
    redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'redeemed', 'user', user, 'coupon', coupon,
               'issue', issue, 'order', order, 'amount', amount, 'discount', discount, 'at_ms',
               arrived_ms, 'key', key)
    answer = {0, tonumber(issue)}
  end
  answers[#answers + 1] = answer
end
if logged ~= logged_before then
  redis.call('HSET', KEYS[1], 'logged', logged)
  redis.call('PEXPIREAT', KEYS[5], state[3], 'NX')
  redis.call('PEXPIREAT', KEYS[7], state[3], 'NX')
end
answers[1] = logged
return answers
