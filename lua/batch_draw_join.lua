-- Takes claims, one for each user, into the draw of their window, and tells what earlier draws
-- said.
--
-- KEYS     of one event, in the order of README.md: [1] state, [3] tickets, [4] issued, [6]
--          losers, [8] hash of those who wait: user -> "window ticket arrival key"
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2…] user, whether the claims' window is open at its arrival ("1" or "0"), its arrival in
--          milliseconds since 1970, idempotency key ("" for none), window, for each claim
--
-- Result   {last entry of the log, then for each claim: {1, coupon, issue, ticket, discount} won
--          under the same key, {2, …} won under another, {3} lost, {4} no ticket, {5} outside of
--          the window, {6, window} waits for that window's draw}; or the error STALE when the
--          event is not what the caller means. The discount is 0 where the event's terms say it.
--
-- Atomic   all claims of a call are taken as one step. A claim that is repeated changes nothing.
-- O(claims)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'expires')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local answers = {tonumber(state[2])}
for at = 2, #ARGV, 5 do
  local user, open, arrived_ms, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local window = ARGV[at + 4]
  local answer
  local has = redis.call('HGET', KEYS[4], user)
  local held = not has and redis.call('HGET', KEYS[3], user)
  local ticket = held and held:match('^%d+')
  local waits = ticket and redis.call('HGET', KEYS[8], user)
  if has then
    local coupon, issue, of, discount, under = has:match('^(%d+) (%d+) (%d+) (%d+) %d+ (.*)$')
    answer = {key ~= '' and under == key and 1 or 2, tonumber(coupon), tonumber(issue),
              tonumber(of), tonumber(discount)}
  elseif waits then
    answer = {6, tonumber(waits:match('^%d+'))}
  elseif ticket and redis.call('GETBIT', KEYS[6], ticket) == 1 then
    answer = {3}
  elseif open ~= '1' then
    answer = {5}
  elseif not ticket then
    answer = {4}
  else
    redis.call('HSET', KEYS[8], user, table.concat({window, ticket, arrived_ms, key}, ' '))
    answer = {6, tonumber(window)}
  end
  answers[#answers + 1] = answer
end
redis.call('PEXPIREAT', KEYS[8], state[3], 'NX')
return answers
