-- Begins to tell Redis of an event: drops whatever it has of it, and lets nothing be decided
-- until tell_end.lua.
--
-- KEYS     of one event, all of them, in the order of README.md
-- ARGV[1]  life of the event and run of Redis that are to be told, with nobody who tells
-- ARGV[2]  whoever tells: a word of its own
-- ARGV[3]  how long it may be silent before another may tell, in milliseconds
--
-- Result   1; or the error TOLD when this life is told already in this run, or BUSY while another
--          is telling.
--
-- Atomic   between this call and the end no script decides on the event: it has no life.
-- O(keys dropped), off the main thread
local state = redis.call('HMGET', KEYS[1], 'life', 'teller', 'until')
if state[1] and state[1]:sub(1, #ARGV[1]) == ARGV[1] then
  return redis.error_reply('TOLD the event is told')
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
if state[2] and state[2] ~= ARGV[2] and tonumber(state[3]) > now_ms then
  return redis.error_reply('BUSY another tells the event')
end
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', KEYS[1], 'teller', ARGV[2], 'until', now_ms + ARGV[3])
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
