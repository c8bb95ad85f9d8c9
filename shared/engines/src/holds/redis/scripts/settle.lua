-- settle: applies the ledger's state to seats, each only if its version is newer than the last one applied.
--   ARGV[1] epoch of a rebuild, or empty
--   ARGV[2..] ordinal, version, kind (a|c|s|b), owner, fence epoch, fence counter, first held, deadline ...
--   -> applied {ordinals} | recovering
local rebuilding = ARGV[1] ~= '' and redis.call('GET', RECOVERING) == ARGV[1]
if not rebuilding and not read_gate() then return answer('recovering') end

-- A hold is newer than a release; so is a claim with a newer fence, on its way to the ledger.
local function outlives_release(ordinal, epoch, counter)
  local seat = read_seat(ordinal)
  if not seat or not seat.deadline then return false end
  if seat.kind == 'h' or not epoch then return true end
  return seat.epoch > epoch or (seat.epoch == epoch and seat.counter > counter)
end

local function settle(ordinal, kind, owner, epoch, counter, first, deadline)
  if kind == 'a' then
    if not outlives_release(ordinal, epoch, counter) then free(ordinal) end
    return
  end
  free(ordinal)
  if kind == 'b' then
    redis.call('SET', SEAT .. ':' .. ordinal, 'b')
  elseif kind == 's' then
    redis.call('SET', SEAT .. ':' .. ordinal, 's|' .. owner)
    redis.call('ZADD', BUYER .. ':' .. owner, 'inf', ordinal)
    touch_buyer(owner)
  else
    write_lease(ordinal, 'c', {owner = owner, epoch = epoch, counter = counter, first = first, deadline = deadline})
    touch_buyer(owner)
  end
end

local applied, numbers = {}, {}
for i = 2, #ARGV, 8 do
  local ordinal, version = ARGV[i], tonumber(ARGV[i + 1])
  local known = tonumber(redis.call('HGET', VERSIONS, ordinal) or '-1')
  if known < version then
    redis.call('HSET', VERSIONS, ordinal, digits(version))
    settle(ordinal, ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5]), tonumber(ARGV[i + 6]), tonumber(ARGV[i + 7]))
    applied[#applied + 1] = ordinal
    numbers[#numbers + 1] = tonumber(ordinal)
  end
end
note_changes(applied)
return answer('applied', numbers)
