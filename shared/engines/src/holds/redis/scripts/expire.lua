-- expire: frees those of the seats whose hold or claim has ended. Any server may ask; Redis' clock decides.
--   ARGV[1..] ordinals
--   -> freed {count, ordinals, then ordinal and deadline of those that go on} | recovering
if not read_gate() then return answer('recovering') end

local freed, waiting = {}, {}
for _, ordinal in ipairs(ARGV) do
  local seat = read_stored(ordinal)
  if seat and seat.deadline then
    if is_past(seat) then
      free(ordinal)
      freed[#freed + 1] = ordinal
    else
      waiting[#waiting + 1] = tonumber(ordinal)
      waiting[#waiting + 1] = seat.deadline
    end
  end
end
note_changes(freed, 'expire')

local numbers = {#freed}
for _, ordinal in ipairs(freed) do numbers[#numbers + 1] = tonumber(ordinal) end
for _, number in ipairs(waiting) do numbers[#numbers + 1] = number end
return answer('freed', numbers)
