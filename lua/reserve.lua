-- Takes reservations, one for each user, and mints what the roster then has earned.
--
-- KEYS[1]  active_{event}      string: tickets handed out so far (INCR)
-- KEYS[2]  reserved_{event}    bitmap: bit u is set once user u has a ticket
-- KEYS[3]  tickets_{event}     hash: user -> "ticket key", where key is the idempotency key
-- KEYS[4]  coupons_{event}     list: numbers of coupons that nobody has yet
-- KEYS[5]  state_{event}       hash: life, closed, minted
--
-- ARGV[1]     life of the event that the caller means
-- ARGV[2]     coupons a ticket earns, in parts of 10^9; "" for a list that is filled beforehand
-- ARGV[3..]   user, idempotency key ("" for none), for each wish
--
-- Result: for each wish {0, ticket} granted now, {1, ticket} granted before under the same key,
-- {2, ticket} granted before, {3, 0} closed; or the error STALE when the event has begun anew.
--
-- Atomic: all wishes of a call are answered as one step. A wish that is repeated changes nothing.
-- O(wishes).
if redis.call('HGET', KEYS[5], 'life') ~= ARGV[1] then
  return redis.error_reply('STALE the event has begun anew')
end
local closed = redis.call('HEXISTS', KEYS[5], 'closed') == 1
local share = tonumber(ARGV[2])
local minted = tonumber(redis.call('HGET', KEYS[5], 'minted') or '0')
local minted_before = minted
local answers = {}
for at = 3, #ARGV, 2 do
  local user, key = ARGV[at], ARGV[at + 1]
  local held = redis.call('HGET', KEYS[3], user)
  if held then
    local ticket, under = held:match('^(%d+) (.*)$')
    local repeated = key ~= '' and under == key
    answers[#answers + 1] = {repeated and 1 or 2, tonumber(ticket)}
  elseif closed then
    answers[#answers + 1] = {3, 0}
  else
    local ticket = redis.call('INCR', KEYS[1])
    redis.call('SETBIT', KEYS[2], user, 1)
    redis.call('HSET', KEYS[3], user, ticket .. ' ' .. key)
    -- Exact: both factors are whole and their product is below 2^53 up to nine million tickets.
    while share and minted < math.floor(share * ticket / 1e9) do
      minted = minted + 1
      redis.call('RPUSH', KEYS[4], minted)
    end
    answers[#answers + 1] = {0, ticket}
  end
end
if minted ~= minted_before then redis.call('HSET', KEYS[5], 'minted', minted) end
return answers
