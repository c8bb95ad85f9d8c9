-- hold: takes seats into a cart, all or none.
--   ARGV[1] user  ARGV[2] ttl_ms  ARGV[3] limit  ARGV[4..] ordinals
--   -> yours {ordinal, epoch, counter, deadline ...} | taken {ordinals} | limit {has} | recovering | not_on_sale
local user, ttl, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local gate = read_gate()
if not gate then return answer('recovering') end
if not gate.open then return answer('not_on_sale') end

local mine, fresh, taken = {}, {}, {}
for i = 4, #ARGV do
  local seat = read_seat(ARGV[i])
  if not seat then
    fresh[#fresh + 1] = ARGV[i]
  elseif seat.kind == 'h' and seat.owner == user then
    mine[ARGV[i]] = seat
  else
    taken[#taken + 1] = tonumber(ARGV[i])
  end
end
if #taken > 0 then return answer('taken', taken) end

if #fresh > 0 then
  local buyer = BUYER .. ':' .. user
  redis.call('ZREMRANGEBYSCORE', buyer, '-inf', digits(NOW))
  local has = redis.call('ZCARD', buyer)
  if has + #fresh > limit then return answer('limit', {has}) end
  local counter = redis.call('INCR', FENCE)
  for _, ordinal in ipairs(fresh) do
    local lease = {owner = user, epoch = gate.epoch, counter = counter, first = NOW, deadline = NOW + ttl}
    -- What is left of a hold that ended is cleared first, so that NX can guard what follows.
    if redis.call('EXISTS', SEAT .. ':' .. ordinal) == 1 then free(ordinal) end
    write_lease(ordinal, 'h', lease, 'NX')
    mine[ordinal] = lease
  end
  touch_buyer(user)
  note_changes(fresh, 'hold', user)
end

local numbers = {}
for i = 4, #ARGV do append_yours(numbers, ARGV[i], mine[ARGV[i]]) end
return answer('yours', numbers)
