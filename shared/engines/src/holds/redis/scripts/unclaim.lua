-- unclaim: frees claimed seats again; seats that are not claimed by this user under this fence are left alone.
--   ARGV[1] user  ARGV[2..] ordinal, epoch, counter ...
--   -> freed {count, ordinals} | recovering
local user = ARGV[1]
if not read_gate() then return answer('recovering') end

local freed = {}
for i = 2, #ARGV, 3 do
  local seat = read_stored(ARGV[i])
  if seat and seat.kind == 'c' and seat.owner == user
    and seat.epoch == tonumber(ARGV[i + 1]) and seat.counter == tonumber(ARGV[i + 2]) then
    free(ARGV[i])
    freed[#freed + 1] = ARGV[i]
  end
end
note_changes(freed)

local numbers = {#freed}
for _, ordinal in ipairs(freed) do numbers[#numbers + 1] = tonumber(ordinal) end
return answer('freed', numbers)
