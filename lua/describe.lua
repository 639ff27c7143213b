-- Counts what has become of an event.
--
-- KEYS     of one event, in the order of README.md: [1] state, [2] active
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
--
-- Result   {last entry of the log, reservations, coupons given out, 1 when the roster is closed,
--          else 0}; or the error STALE when the event is not what the caller means.
--
-- Atomic   counts of one moment. Changes nothing.
-- O(1)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'issued', 'closed')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local reservations = tonumber(redis.call('GET', KEYS[2]) or '0')
return {tonumber(state[2]), reservations, tonumber(state[3]), state[4] and 1 or 0}
