-- mend: brings seats back to the ledger's state, each only if it is still as it was seen and nothing newer was applied.
--   ARGV[1..] value seen (empty: available), then ordinal, version, kind (a|c|s|b), owner, fence epoch, fence counter,
--   first held, deadline ...
--   -> applied {ordinals} | recovering
if not read_gate() then return answer('recovering') end

local mended, numbers = {}, {}
for i = 1, #ARGV, 9 do
  local ordinal = ARGV[i + 1]
  local found = read_seat(ordinal) and redis.call('GET', SEAT .. ':' .. ordinal) or ''
  if found == ARGV[i] and known_version(ordinal) <= tonumber(ARGV[i + 2]) then
    settle_from(i + 1)
    mended[#mended + 1] = ordinal
    numbers[#numbers + 1] = tonumber(ordinal)
  end
end
note_changes(mended, 'mend')
return answer('applied', numbers)
