-- Decides claims, one for each user: who holds a ticket and has no coupon pops one off the list.
--
-- KEYS[1]  coupons_{event}           list: numbers of coupons that nobody has yet
-- KEYS[2]  coupons_{event}_reserved  list: numbers of coupons given out, in the order of issue
-- KEYS[3]  coupon_users_{event}      bitmap: bit u is set once user u has a coupon
-- KEYS[4]  tickets_{event}           hash: user -> "ticket key"
-- KEYS[5]  issued_{event}            hash: user -> "coupon issue ticket at_ms key"
-- KEYS[6]  log_{event}               stream: one entry a coupon given out, for the ledger
-- KEYS[7]  state_{event}             hash: life, closed, minted
--
-- ARGV[1]     life of the event that the caller means
-- ARGV[2..]   user, whether the claim's window is open at its arrival ("1" or "0"), its arrival in
--             milliseconds since 1970, idempotency key ("" for none), for each claim
--
-- Result: for each claim {0, coupon, issue, ticket} won now, {1, …} won before under the same key,
-- {2, …} won before, {3} lost, {4} no ticket, {5} outside of the window; or the error STALE when
-- the event has begun anew.
--
-- Atomic: all claims of a call are decided as one step, in their order. A claim that is repeated
-- changes nothing: a list that was found empty stays empty. O(claims).
if redis.call('HGET', KEYS[7], 'life') ~= ARGV[1] then
  return redis.error_reply('STALE the event has begun anew')
end
local answers = {}
for at = 2, #ARGV, 4 do
  local user, open, arrived_ms, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local answer
  if redis.call('GETBIT', KEYS[3], user) == 1 then
    local coupon, issue, ticket, under =
      redis.call('HGET', KEYS[5], user):match('^(%d+) (%d+) (%d+) %d+ (.*)$')
    local repeated = key ~= '' and under == key
    answer = {repeated and 1 or 2, tonumber(coupon), tonumber(issue), tonumber(ticket)}
  else
    local held = redis.call('HGET', KEYS[4], user)
    local coupon = held and open == '1' and redis.call('LPOP', KEYS[1])
    if coupon then
      local ticket = held:match('^%d+')
      local issue = redis.call('RPUSH', KEYS[2], coupon)
      redis.call('SETBIT', KEYS[3], user, 1)
      local fields = {coupon, issue, ticket, arrived_ms, key}
      redis.call('HSET', KEYS[5], user, table.concat(fields, ' '))
      redis.call('XADD', KEYS[6], '*', 'user', user, 'coupon', coupon, 'issue', issue,
                 'ticket', ticket, 'at_ms', arrived_ms, 'key', key)
      answer = {0, tonumber(coupon), issue, tonumber(ticket)}
    elseif open ~= '1' then
      answer = {5}
    else
      answer = {held and 3 or 4}
    end
  end
  answers[#answers + 1] = answer
end
return answers
