-- Fills the queue of an event whose roster is final, a piece a call.
--
-- KEYS     of one event, in the order of README.md: [1] state, [8] queue of coupons that nobody
--          has yet, "number:discount"
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  place of the first coupon of the piece in the whole order, from 0
-- ARGV[3…] coupons, at most some thousand; none to ask how far the queue is filled
--
-- Result   {last entry of the log, coupons that the queue has been filled with}: the caller goes
--          on from there. Or the error STALE when the event is not what the caller means.
--
-- Atomic   a piece goes in once, whoever else fills, because all derive the same order.
-- O(coupons of the piece)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'expires', 'loaded')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local loaded = tonumber(state[4] or '0')
if loaded == tonumber(ARGV[2]) and #ARGV > 2 then
  redis.call('RPUSH', KEYS[8], unpack(ARGV, 3))
  redis.call('PEXPIREAT', KEYS[8], state[3], 'NX')
  loaded = loaded + #ARGV - 2
  redis.call('HSET', KEYS[1], 'loaded', loaded)
end
return {tonumber(state[2]), loaded}
