-- Tells Redis a piece of what the ledger has of an event, between tell_begin.lua and
-- tell_end.lua.
--
-- KEYS     of one event, in the order of README.md
-- ARGV[1]  whoever tells
-- ARGV[2]  how long it may now be silent, in milliseconds
-- ARGV[3]  a command: HSET, RPUSH, SADD, SET or BITFIELD
-- ARGV[4]  which of KEYS it is for
-- ARGV[5…] the command's further arguments, at most some thousand
--
-- Result   1; or the error BUSY when another has begun to tell, or everything was lost.
--
-- Atomic   a piece; what is told in part decides nothing.
-- O(arguments)
if redis.call('HGET', KEYS[1], 'teller') ~= ARGV[1] then
  return redis.error_reply('BUSY another tells the event, or it is lost again')
end
redis.call(ARGV[3], KEYS[tonumber(ARGV[4])], unpack(ARGV, 5))
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
return 1
