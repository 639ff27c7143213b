-- Gives coupons to users whose tickets were drawn, one for each: the coupon's number is the
-- ticket's. Losers do not come here; whoever knows the draw tells them.
--
-- KEYS     of one event, in the order of README.md: [1] state, [3] tickets, [4] issued, [7] log,
--          [9] list of coupons given out, in the order of issue
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2…] user, whether the claims' window is open at its arrival ("1" or "0"), its arrival in
--          milliseconds since 1970, idempotency key ("" for none), ticket, for each claim
--
-- Result   {last entry of the log, then for each claim: {0, coupon, issue, ticket, discount} won
--          now, {1, …} won before under the same key, {2, …} won before, {4} the ticket is not
--          the user's, {5} outside of the window}; or the error STALE when the event is not what
--          the caller means. The discount is 0 where the event's terms say it.
--
-- Atomic   all claims of a call are decided as one step, in their order. A claim that is repeated
--          changes nothing.
-- O(claims)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'issued', 'expires')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local logged, issued = tonumber(state[2]), tonumber(state[3])
local issued_before = issued
local answers = {0}
for at = 2, #ARGV, 5 do
  local user, open, arrived_ms, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local ticket = ARGV[at + 4]
  local answer
  local has = redis.call('HGET', KEYS[4], user)
  local held = not has and redis.call('HGET', KEYS[3], user)
  if has then
    local coupon, issue, of, discount, under = has:match('^(%d+) (%d+) (%d+) (%d+) %d+ (.*)$')
    answer = {key ~= '' and under == key and 1 or 2, tonumber(coupon), tonumber(issue),
              tonumber(of), tonumber(discount)}
  elseif open ~= '1' then
    answer = {5}
  elseif not held or held:match('^%d+') ~= ticket then
    answer = {4}
  else
    issued = issued + 1
    logged = logged + 1
    redis.call('RPUSH', KEYS[9], ticket)
    redis.call('HSET', KEYS[4], user,
               table.concat({ticket, issued, ticket, 0, arrived_ms, key}, ' '))
    redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'issued', 'user', user, 'coupon', ticket,
               'issue', issued, 'ticket', ticket, 'at_ms', arrived_ms, 'key', key)
    answer = {0, tonumber(ticket), issued, tonumber(ticket), 0}
  end
  answers[#answers + 1] = answer
end
if issued ~= issued_before then redis.call('HSET', KEYS[1], 'logged', logged, 'issued', issued) end
for _, written in ipairs({4, 7, 9}) do
  redis.call('PEXPIREAT', KEYS[written], state[4], 'NX')
end
answers[1] = logged
return answers
