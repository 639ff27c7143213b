-- Takes the lock of an event for a while.
--
-- KEYS     of one event, in the order of README.md: [1] state, [10] lock
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  whoever takes it: a word of its own
-- ARGV[3]  for how many milliseconds
--
-- Result   {number of this lock}, above that of every earlier one, or {0} while another holds it;
--          or the error STALE when the event is not what the caller means.
--
-- Atomic   SET NX PX and the numbering are one step. The number fences off whoever held it
--          before.
-- O(1)
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
if not redis.call('SET', KEYS[10], ARGV[2], 'NX', 'PX', ARGV[3]) then return {0} end
return {redis.call('HINCRBY', KEYS[1], 'fence', 1)}
