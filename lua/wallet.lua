-- Tells users which coupon of an event is theirs, and whether it is spent.
--
-- KEYS     of one event, in the order of README.md: [1] state, [4] issued, [5] redeemed
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2…] users
--
-- Result   {last entry of the log, then for each user: {} without a coupon, or {coupon, spent (1
--          or 0)}}; or the error STALE when the event is not what the caller means.
--
-- Atomic   all users are shown the same moment. Changes nothing.
-- O(users)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local answers = {tonumber(state[2])}
for at = 2, #ARGV do
  local has = redis.call('HGET', KEYS[4], ARGV[at])
  local coupon = has and has:match('^%d+')
  answers[at] = coupon and {tonumber(coupon), redis.call('HEXISTS', KEYS[5], coupon)} or {}
end
return answers
