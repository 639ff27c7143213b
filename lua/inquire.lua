-- Asks whether Redis has an event, and what it has been told by.
--
-- KEYS     of one event, in the order of README.md: [1] state
-- ARGV[1]  life of the event and run of Redis that the caller means, with nobody who told them
--
-- Result   {last entry of the log, what the other scripts are to be called with, when the event is
--          forgotten in milliseconds since 1970}; or the error STALE when this life was not told
--          in this run.
--
-- Atomic   changes nothing.
-- O(1)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'expires')
if not state[1] or state[1]:sub(1, #ARGV[1]) ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
return {tonumber(state[2]), state[1], tonumber(state[3])}
