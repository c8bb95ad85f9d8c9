-- release: gives held seats back, all or none.
--   ARGV[1] user  ARGV[2..] ordinals
--   -> freed {count, ordinals} | not_held {ordinals} | recovering
local user = ARGV[1]
if not read_gate() then return answer('recovering') end

local foreign, freed = {}, {}
for i = 2, #ARGV do
  local seat = read_seat(ARGV[i])
  if seat and seat.kind == 'h' and seat.owner == user then
    freed[#freed + 1] = ARGV[i]
  else
    foreign[#foreign + 1] = tonumber(ARGV[i])
  end
end
if #foreign > 0 then return answer('not_held', foreign) end

local numbers = {#freed}
for _, ordinal in ipairs(freed) do
  free(ordinal)
  numbers[#numbers + 1] = tonumber(ordinal)
end
note_changes(freed, 'release', user)
return answer('freed', numbers)
