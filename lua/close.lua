-- Makes the roster of an event final: whoever else reserves is outside of the window.
--
-- KEYS     of one event, in the order of README.md: [1] state, [2] active
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
--
-- Result   {last entry of the log, reservations}; or the error STALE when the event is not what
--          the caller means.
--
-- Atomic   no reservation is granted behind the counting. Nothing changes the second time.
-- O(1)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
redis.call('HSET', KEYS[1], 'closed', 1)
return {tonumber(state[2]), tonumber(redis.call('GET', KEYS[2]) or '0')}
