-- Decides claims, one for each user: who holds a ticket and has no coupon takes one off the
-- stock, under a lock that the caller has taken. A caller whose lock has ended meanwhile, however
-- slow it was, decides nothing once another has taken the lock: every lock has a number, and only
-- the latest counts.
--
-- KEYS     of one event, in the order of README.md: [1] state, [3] tickets, [4] issued, [6]
--          losers, [7] log, [8] coupons left, a number, [9] set of the users who have one
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  number of the caller's lock
-- ARGV[3…] user, whether the claims' window is open at its arrival ("1" or "0"), its arrival in
--          milliseconds since 1970, idempotency key ("" for none), for each claim
--
-- Result   {last entry of the log, then for each claim: {0, coupon, issue, ticket, discount} won
--          now, {1, …} won before under the same key, {2, …} won before, {3} lost, {4} no ticket,
--          {5} outside of the window}; or the error STALE when the event is not what the caller
--          means, or FENCED when another has taken the lock. The discount is 0 where the event's
--          terms say it.
--
-- Atomic   all claims of a call are decided as one step, in their order. A claim that is repeated
--          changes nothing; a stock that was found empty stays empty.
-- O(claims)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'issued', 'expires', 'fence')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
if state[5] ~= ARGV[2] then
  return redis.error_reply('FENCED another has taken the lock')
end
local logged, issued = tonumber(state[2]), tonumber(state[3])
local issued_before = issued
local left = tonumber(redis.call('GET', KEYS[8]) or '0')
local answers = {0}
for at = 3, #ARGV, 4 do
  local user, open, arrived_ms, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local answer
  local has = redis.call('HGET', KEYS[4], user)
  local held = not has and redis.call('HGET', KEYS[3], user)
  local ticket = held and held:match('^%d+')
  if has then
    local coupon, issue, of, discount, under = has:match('^(%d+) (%d+) (%d+) (%d+) %d+ (.*)$')
    answer = {key ~= '' and under == key and 1 or 2, tonumber(coupon), tonumber(issue),
              tonumber(of), tonumber(discount)}
  elseif open ~= '1' then
    local lost = ticket and redis.call('GETBIT', KEYS[6], ticket) == 1
    answer = {lost and 3 or 5}
  elseif not ticket then
    answer = {4}
  else
    if left > 0 then
      left = left - 1
      issued = issued + 1
      logged = logged + 1
      local coupon = issued
      redis.call('SADD', KEYS[9], user)
      redis.call('HSET', KEYS[4], user,
                 table.concat({coupon, issued, ticket, 0, arrived_ms, key}, ' '))
      redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'issued', 'user', user, 'coupon', coupon,
                 'issue', issued, 'ticket', ticket, 'at_ms', arrived_ms, 'key', key)
      answer = {0, coupon, issued, tonumber(ticket), 0}
    else
      redis.call('SETBIT', KEYS[6], ticket, 1)
      answer = {3}
    end
  end
  answers[#answers + 1] = answer
end
if issued ~= issued_before then
  redis.call('DECRBY', KEYS[8], issued - issued_before)
  redis.call('HSET', KEYS[1], 'logged', logged, 'issued', issued)
end
for _, written in ipairs({4, 6, 7, 9}) do
  redis.call('PEXPIREAT', KEYS[written], state[4], 'NX')
end
answers[1] = logged
return answers
