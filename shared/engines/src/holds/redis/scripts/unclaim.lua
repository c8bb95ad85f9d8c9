-- unclaim: ends claims that did not become an order: free again, or held again. Seats that are not claimed by this user under
-- this fence are left alone.
--   ARGV[1] user  ARGV[2] ttl_ms of a hold, or empty  ARGV[3] lifetime in ttls  ARGV[4..] ordinal, epoch, counter ...
--   -> freed {count, ordinals, then ordinal, deadline ... of the held ones} | recovering
local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not read_gate() then return answer('recovering') end

local freed, held, changed = {}, {}, {}
for i = 4, #ARGV, 3 do
  local seat = read_stored(ARGV[i])
  if seat and seat.kind == 'c' and seat.owner == user
    and seat.epoch == tonumber(ARGV[i + 1]) and seat.counter == tonumber(ARGV[i + 2]) then
    local ended = is_past(seat)
    seat.deadline = ttl and math.min(NOW + ttl, seat.first + lifetime * ttl) or NOW
    if ended or is_past(seat) then
      free(ARGV[i])
      freed[#freed + 1] = ARGV[i]
    else
      write_lease(ARGV[i], 'h', seat)
      held[#held + 1] = {ARGV[i], seat.deadline}
    end
    changed[#changed + 1] = ARGV[i]
  end
end
touch_buyer(user)
note_changes(changed, 'unclaim', user)

local numbers = {#freed}
for _, ordinal in ipairs(freed) do numbers[#numbers + 1] = tonumber(ordinal) end
for _, pair in ipairs(held) do
  numbers[#numbers + 1] = tonumber(pair[1])
  numbers[#numbers + 1] = pair[2]
end
return answer('freed', numbers)
