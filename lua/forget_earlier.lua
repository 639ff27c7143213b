-- Lets everything of an event end earlier than it was told with: its windows were moved.
--
-- KEYS     of one event, all of them, in the order of README.md
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  when everything of the event may be forgotten, in milliseconds since 1970
--
-- Result   1; or the error STALE when the event is not what the caller means.
--
-- Atomic   all keys end together, also those that are written later. A key that ends sooner, as a
--          lock does, stays so; nothing changes the second time.
-- O(keys)
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
redis.call('HSET', KEYS[1], 'expires', ARGV[2])
for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ARGV[2], 'LT') end
return 1
