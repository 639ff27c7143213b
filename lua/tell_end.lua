-- Ends telling Redis of an event: from here on it decides.
--
-- KEYS     of one event, all of them, in the order of README.md
-- ARGV[1]  whoever tells
-- ARGV[2]  life of the event, run of Redis and whoever told: what calls are judged by
-- ARGV[3]  when everything of the event may be forgotten, in milliseconds since 1970
-- ARGV[4…] fields and values of the state
--
-- Result   1; or the error BUSY when another has begun to tell, or everything was lost.
--
-- Atomic   the event has a life from here on, and all of its keys end together.
-- O(keys)
if redis.call('HGET', KEYS[1], 'teller') ~= ARGV[1] then
  return redis.error_reply('BUSY another tells the event, or it is lost again')
end
redis.call('HDEL', KEYS[1], 'teller', 'until')
redis.call('HSET', KEYS[1], 'life', ARGV[2], 'expires', ARGV[3], 'logged', 0, unpack(ARGV, 4))
for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ARGV[3]) end
return 1
