-- Reads decisions of an event that the caller has not recorded yet.
--
-- KEYS     of one event, in the order of README.md: [1] state, [7] log
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  the first entry, and ARGV[3] the last, that are wanted
-- ARGV[4]  at most so many
--
-- Result   the entries as XRANGE has them; those that the ledger has may have been trimmed. Or
--          the error STALE when the event is not what the caller means.
--
-- Atomic   what is read is of the life that is meant. Changes nothing.
-- O(entries)
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
return redis.call('XRANGE', KEYS[7], ARGV[2] .. '-0', ARGV[3] .. '-0', 'COUNT', ARGV[4])
