-- extend: sets every seat that the user holds back to the full TTL, up to a cap after it was first held.
--   ARGV[1] user  ARGV[2] ttl_ms  ARGV[3] lifetime in TTLs
--   -> yours {ordinal, epoch, counter, deadline ...} in the order of ordinals | recovering
local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not read_gate() then return answer('recovering') end

local ordinals = redis.call('ZRANGEBYSCORE', BUYER .. ':' .. user, '(' .. digits(NOW), '+inf')
table.sort(ordinals, function(a, b) return tonumber(a) < tonumber(b) end)
local numbers, changed = {}, {}
for _, ordinal in ipairs(ordinals) do
  local seat = read_seat(ordinal)
  if seat and seat.kind == 'h' and seat.owner == user then
    seat.deadline = math.max(seat.deadline, math.min(NOW + ttl, seat.first + lifetime * ttl))
    write_lease(ordinal, 'h', seat)
    changed[#changed + 1] = ordinal
    append_yours(numbers, ordinal, seat)
  end
end
touch_buyer(user)
note_changes(changed, 'extend', user)
return answer('yours', numbers)
