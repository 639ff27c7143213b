-- Draws among the claims that wait for windows that have ended, which get their share of the
-- coupons.
--
-- KEYS     of one event, in the order of README.md: [1] state, [4] issued, [6] losers, [7] log,
--          [8] hash of those who wait: user -> "window ticket arrival key", [9] list of coupons
--          given out
-- ARGV[1]  life of the event, run of Redis and teller that the caller means
-- ARGV[2]  the last window that has ended
-- ARGV[3]  coupons for the whole roster, ARGV[4] the roster's size
-- ARGV[5]  a number below the roster's size, secret and the same for the whole event: it rounds
-- ARGV[6]  chance of these windows, secret until now: text that nobody could guess
--
-- Result   {last entry of the log, how many were drawn}; or the error STALE when the event is not
--          what the caller means.
--
-- Atomic   n claims get floor(((judged + n) * coupons + rounding) / roster) - won coupons, so that
--          all claims together get all of them; who gets them is decided by a hash of chance and
--          ticket.
-- O(n log n)
local state = redis.call('HMGET', KEYS[1], 'life', 'logged', 'issued', 'expires', 'judged')
if state[1] ~= ARGV[1] then
  return redis.error_reply('STALE the event is not told, or has begun anew')
end
local logged, issued = tonumber(state[2]), tonumber(state[3])
local drawn = {}
local all = redis.call('HGETALL', KEYS[8])
for at = 1, #all, 2 do
  local window, ticket, arrived_ms, key = all[at + 1]:match('^(%d+) (%d+) (%d+) (.*)$')
  if tonumber(window) <= tonumber(ARGV[2]) then
    drawn[#drawn + 1] = {user = all[at], ticket = ticket, arrived_ms = arrived_ms, key = key,
                         lot = redis.sha1hex(ARGV[6] .. ' ' .. ticket)}
  end
end
if #drawn == 0 then return {logged, 0} end
table.sort(drawn, function(one, other) return one.lot < other.lot end)
local judged = tonumber(state[5] or '0') + #drawn
local share = math.floor((judged * tonumber(ARGV[3]) + tonumber(ARGV[5])) / tonumber(ARGV[4]))
local wins = math.min(math.max(share - issued, 0), #drawn)
for place, claim in ipairs(drawn) do
  logged = logged + 1
  redis.call('HDEL', KEYS[8], claim.user)
  if place <= wins then
    issued = issued + 1
    redis.call('RPUSH', KEYS[9], issued)
    redis.call('HSET', KEYS[4], claim.user,
               table.concat({issued, issued, claim.ticket, 0, claim.arrived_ms, claim.key}, ' '))
    redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'issued', 'user', claim.user, 'coupon',
               issued, 'issue', issued, 'ticket', claim.ticket, 'at_ms', claim.arrived_ms, 'key',
               claim.key)
  else
    redis.call('SETBIT', KEYS[6], claim.ticket, 1)
    redis.call('XADD', KEYS[7], logged .. '-0', 'type', 'lost', 'ticket', claim.ticket, 'key',
               claim.key)
  end
end
redis.call('HSET', KEYS[1], 'logged', logged, 'issued', issued, 'judged', judged)
for _, written in ipairs({4, 6, 7, 9}) do
  redis.call('PEXPIREAT', KEYS[written], state[4], 'NX')
end
return {logged, #drawn}
