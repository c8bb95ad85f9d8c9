-- What every script shares. KEYS are the same everywhere; the keys of single seats and buyers are made from their
-- prefixes and carry the same hash tag, so they live on the same node.
--   KEYS[1] gate:{event}      KEYS[2] changes:{event}     KEYS[3] seat:{event} (prefix)   KEYS[4] buyer:{event} (prefix)
--   KEYS[5] versions:{event}  KEYS[6] recovering:{event}  KEYS[7] fence:{event}
-- The last of ARGV is the run id of this very server process, for every script alike.
-- Every script answers {kind, now_ms, {numbers}}.
local GATE, CHANGES, SEAT, BUYER, VERSIONS, RECOVERING, FENCE = unpack(KEYS)
local RUN = table.remove(ARGV)
-- A key outlives its deadline by this much: the servers' timers free the seat, the key's own TTL is the safety net.
local SAFETY_MS = 2000
-- Entries, each of them the commands of one call: far more than a second of the busiest on-sale. A reader that is further
-- behind reads the whole map.
local CHANGES_KEPT = 32768

local time = redis.call('TIME')
local NOW = time[1] * 1000 + math.floor(time[2] / 1000)

local function answer(kind, numbers)
  return {kind, NOW, numbers or {}}
end

-- Lua would write large numbers as 1.7e+12.
local function digits(number)
  return string.format('%.0f', number)
end

-- A gate that was set in another run of the server counts as missing: the run that ended may have taken the last second
-- of changes with it, and a replica that took over may never have had them.
local function read_gate()
  local value = redis.call('GET', GATE)
  if not value then return nil end
  local epoch, version, open, run = string.match(value, '^(%d+)|(%d+)|(%d)|(%w+)$')
  if run ~= RUN then return nil end
  return {epoch = tonumber(epoch), version = tonumber(version), open = open == '1'}
end

-- What stands under RECOVERING while an epoch is rebuilt. A rebuild does not outlive the run that it began in, for the same
-- reason: what it had settled may be gone.
local function rebuild_of(epoch)
  return epoch .. '|' .. RUN
end

-- The seat as it is stored, its lease possibly past; nil when the key does not exist.
local function read_stored(ordinal)
  local value = redis.call('GET', SEAT .. ':' .. ordinal)
  if not value then return nil end
  local kind = string.sub(value, 1, 1)
  if kind == 'b' then return {kind = kind} end
  if kind == 's' then return {kind = kind, owner = string.sub(value, 3)} end
  local owner, epoch, counter, first, deadline = string.match(value, '^.|([^|]+)|(%d+)|(%d+)|(%d+)|(%d+)$')
  return {
    kind = kind, owner = owner, epoch = tonumber(epoch), counter = tonumber(counter),
    first = tonumber(first), deadline = tonumber(deadline),
  }
end

local function is_past(seat)
  return seat.deadline ~= nil and seat.deadline <= NOW
end

-- The seat as it counts: a lease past its deadline is gone.
local function read_seat(ordinal)
  local seat = read_stored(ordinal)
  if seat and is_past(seat) then return nil end
  return seat
end

-- A buyer's set lives as long as its latest seat; a sold seat keeps it for good.
local function touch_buyer(owner)
  local key = BUYER .. ':' .. owner
  local latest = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  if #latest == 0 then return end
  if latest[2] == 'inf' then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIREAT', key, digits(tonumber(latest[2]) + SAFETY_MS))
  end
end

-- Makes the seat available.
local function free(ordinal)
  local seat = read_stored(ordinal)
  redis.call('DEL', SEAT .. ':' .. ordinal)
  if seat and seat.owner then redis.call('ZREM', BUYER .. ':' .. seat.owner, ordinal) end
end

-- What a lease looks like under its seat's key; see value.rs.
local function format_lease(kind, owner, epoch, counter, first, deadline)
  return table.concat({kind, owner, epoch, counter, first, deadline}, '|')
end

local function write_lease(ordinal, kind, lease)
  local value = format_lease(kind, lease.owner, digits(lease.epoch), digits(lease.counter), digits(lease.first), digits(lease.deadline))
  local ttl = lease.deadline - NOW + SAFETY_MS
  if ttl <= 0 then return free(ordinal) end
  redis.call('SET', SEAT .. ':' .. ordinal, value, 'PX', digits(ttl))
  redis.call('ZADD', BUYER .. ':' .. lease.owner, digits(lease.deadline), ordinal)
end

-- Appends an entry to the event's stream: for each change the ordinals, the verb and whose command it was. The last id of
-- the stream is the event's version.
local function note_all(changes, verb)
  if #changes == 0 then return end
  local fields = {}
  for _, change in ipairs(changes) do
    local at = #fields
    fields[at + 1], fields[at + 2] = 'seats', table.concat(change[1], ',')
    fields[at + 3], fields[at + 4] = 'verb', verb
    fields[at + 5], fields[at + 6] = 'by', change[2] or ''
  end
  redis.call('XADD', CHANGES, 'MAXLEN', '~', CHANGES_KEPT, '*', unpack(fields))
end

local function note_changes(ordinals, verb, user)
  if #ordinals > 0 then note_all({{ordinals, user}}, verb) end
end

local function append_yours(numbers, ordinal, lease)
  numbers[#numbers + 1] = tonumber(ordinal)
  numbers[#numbers + 1] = lease.epoch
  numbers[#numbers + 1] = lease.counter
  numbers[#numbers + 1] = lease.deadline
end
