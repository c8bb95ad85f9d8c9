-- settle: applies the ledger's state to seats, each only if its version is newer than the last one applied.
--   ARGV[1] epoch of a rebuild, or empty
--   ARGV[2..] ordinal, version, kind (a|c|s|b), owner, fence epoch, fence counter, first held, deadline ...
--   -> applied {ordinals} | recovering
local rebuilding = ARGV[1] ~= '' and redis.call('GET', RECOVERING) == rebuild_of(ARGV[1])
if not rebuilding and not read_gate() then return answer('recovering') end

local applied, numbers = {}, {}
for i = 2, #ARGV, 8 do
  if known_version(ARGV[i]) < tonumber(ARGV[i + 1]) then
    settle_from(i)
    applied[#applied + 1] = ARGV[i]
    numbers[#numbers + 1] = tonumber(ARGV[i])
  end
end
note_changes(applied, 'settle')
return answer('applied', numbers)
