-- claim: turns held seats into claimed ones, all or none; repeating it with the same fences succeeds.
--   ARGV[1] user  ARGV[2] ttl_ms (time to pay plus grace)  ARGV[3..] ordinal, epoch, counter ...
--   -> yours {ordinal, epoch, counter, deadline ...} | not_held {ordinals} | recovering | not_on_sale
local user, ttl = ARGV[1], tonumber(ARGV[2])
local gate = read_gate()
if not gate then return answer('recovering') end
if not gate.open then return answer('not_on_sale') end

local leases, lost = {}, {}
for i = 3, #ARGV, 3 do
  local seat = read_seat(ARGV[i])
  local same = seat and seat.deadline and seat.owner == user
    and seat.epoch == tonumber(ARGV[i + 1]) and seat.counter == tonumber(ARGV[i + 2])
  if same then
    leases[#leases + 1] = {ARGV[i], seat}
  else
    lost[#lost + 1] = tonumber(ARGV[i])
  end
end
if #lost > 0 then return answer('not_held', lost) end

local numbers, changed = {}, {}
for _, pair in ipairs(leases) do
  local ordinal, lease = pair[1], pair[2]
  lease.deadline = NOW + ttl
  write_lease(ordinal, 'c', lease)
  changed[#changed + 1] = ordinal
  append_yours(numbers, ordinal, lease)
end
touch_buyer(user)
note_changes(changed, 'claim', user)
return answer('yours', numbers)
