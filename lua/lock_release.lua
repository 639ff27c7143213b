-- Gives the lock of an event back, if it is still the caller's.
--
-- KEYS     of one event, in the order of README.md: [10] lock
-- ARGV[1]  whoever took it
--
-- Result   1 when it was given back, 0 when it had ended before.
--
-- Atomic   compare and delete are one step: nobody gives back another's lock.
-- O(1)
if redis.call('GET', KEYS[10]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[10])
