-- Takes reservations, one for each user, and mints what the roster then has earned.
--
-- KEYS     of one event, in the order of README.md: [1] state, [2] active, [3] tickets, [7] log,
--          [8] stock
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  coupons a ticket earns, in parts of 10^9; "" where the roster earns nothing now
-- ARGV[3]  what the stock is: "list" of numbers, or "counter"
-- ARGV[4…] user, whether the reservations' window is open at its arrival ("1" or "0"), its
--          arrival in milliseconds since 1970, idempotency key ("" for none), for each wish
--
-- Result   {last entry of the log, then for each wish: {0, ticket} granted now, {1, ticket}
--          granted before under the same key, {2, ticket} granted before, {3} outside of the
--          window, {4} the roster is full}; or the error STALE when the event is not what the
--          caller means.
--
-- Atomic   all wishes of a call are answered as one step, in their order. A wish that is repeated
--          changes nothing.
-- O(wishes)
local TICKETS_MAX = 9000000  -- up to here parts * tickets is below 2^53, so exact

local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'minted', 'closed', 'expires')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local logged, minted = tonumber(state[2]), tonumber(state[3])
local logged_before, minted_before = logged, minted
local share = tonumber(ARGV[2])
local answers = {0}
for at = 4, #ARGV, 4 do
  local user, open, arrived_ms, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local answer
  local held = redis.call('HGET', KEYS[3], user)
  if held then
    local ticket, under = held:match('^(%d+) (.*)$')
    answer = {key ~= '' and under == key and 1 or 2, tonumber(ticket)}
  elseif open ~= '1' or state[4] then
    answer = {3}
  elseif tonumber(redis.call('GET', KEYS[2]) or '0') >= TICKETS_MAX then
    answer = {4}
  else
    local ticket = redis.call('INCR', KEYS[2])
    redis.call('HSET', KEYS[3], user, ticket .. ' ' .. key)
    while share and minted < math.floor(share * ticket / 1e9) do
      minted = minted + 1
      if ARGV[3] == 'list' then
        redis.call('RPUSH', KEYS[8], minted)
      else
        redis.call('INCR', KEYS[8])
      end
    end
    logged = logged + 1
    redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'reserved', 'user', user, 'ticket', ticket,
               'at_ms', arrived_ms, 'key', key)
    answer = {0, ticket}
  end
  answers[#answers + 1] = answer
end
if logged ~= logged_before then
  redis.call('HSET', KEYS[1], 'logged', logged)
  if minted ~= minted_before then redis.call('HSET', KEYS[1], 'minted', minted) end
  for _, written in ipairs({2, 3, 7, 8}) do
    redis.call('PEXPIREAT', KEYS[written], state[5], 'NX')
  end
end
answers[1] = logged
return answers
