-- prolong: sets these held seats back to the full TTL, whoever holds them, up to a cap after each was first held; all or
-- none.
--   ARGV[1] by whom  ARGV[2] ttl_ms  ARGV[3] lifetime in TTLs  ARGV[4..] ordinals
--   -> yours {ordinal, epoch, counter, deadline ...} | not_held {ordinals} | recovering
local by, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not read_gate() then return answer('recovering') end

local seats, others = {}, {}
for i = 4, #ARGV do
  local seat = read_seat(ARGV[i])
  if seat and seat.kind == 'h' then
    seats[ARGV[i]] = seat
  else
    others[#others + 1] = tonumber(ARGV[i])
  end
end
if #others > 0 then return answer('not_held', others) end

local numbers, changed = {}, {}
for i = 4, #ARGV do
  local seat = seats[ARGV[i]]
  seat.deadline = math.max(seat.deadline, math.min(NOW + ttl, seat.first + lifetime * ttl))
  write_lease(ARGV[i], 'h', seat)
  touch_buyer(seat.owner)
  changed[#changed + 1] = ARGV[i]
  append_yours(numbers, ARGV[i], seat)
end
note_changes(changed, 'prolong', by)
return answer('yours', numbers)
