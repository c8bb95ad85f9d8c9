-- What settle and mend share: a seat is brought to the state that the ledger has.
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
  local seat = read_seat(ordinal)
  free(ordinal)
  if kind == 'b' then
    redis.call('SET', SEAT .. ':' .. ordinal, 'b')
  elseif kind == 's' then
    redis.call('SET', SEAT .. ':' .. ordinal, 's|' .. owner)
    redis.call('ZADD', BUYER .. ':' .. owner, 'inf', ordinal)
    touch_buyer(owner)
  else
    -- The ledger does not know since when the seat was held; of the same grant the store does.
    if seat and seat.deadline and seat.owner == owner and seat.epoch == epoch and seat.counter == counter then
      first = math.min(first, seat.first)
    end
    write_lease(ordinal, 'c', {owner = owner, epoch = epoch, counter = counter, first = first, deadline = deadline})
    touch_buyer(owner)
  end
end

-- Applies eight arguments from ARGV[at]: ordinal, version, kind (a|c|s|b), owner, fence epoch, fence counter, first held, deadline.
local function settle_from(at)
  redis.call('HSET', VERSIONS, ARGV[at], digits(tonumber(ARGV[at + 1])))
  settle(ARGV[at], ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7]))
end

local function known_version(ordinal)
  return tonumber(redis.call('HGET', VERSIONS, ordinal) or '-1')
end
