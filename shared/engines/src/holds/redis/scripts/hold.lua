-- hold: takes seats into carts; each wish all or none, one wish after the other.
--   ARGV for each wish: user  ttl_ms  limit  count  ordinals ...
--   -> for each wish: yours {ordinal, epoch, counter, deadline ...} | taken {ordinals} | limit {has} | recovering | not_on_sale
-- When many want seats at once this is what Redis does nearly all of the time: what is the same for all of them is done once.
local gate = read_gate()
-- Counters of fences for all wishes, taken from Redis with the first grant; those of wishes that are refused are left out.
local wishes, next_counter = 0, nil
-- Ordinals and owner of every grant, for the stream.
local grants = {}

-- When leases of this TTL end, in the forms in which it is needed.
local ends = {}
local function end_of(ttl)
  if not ends[ttl] then
    local deadline = NOW + ttl
    ends[ttl] = {deadline = deadline, digits = digits(deadline), px = digits(ttl + SAFETY_MS), key = digits(deadline + SAFETY_MS)}
  end
  return ends[ttl]
end
local now_digits = digits(NOW)

-- How many seats the buyer has, and whether these would be too many; only then those that have ended are taken out of their set.
local function count_and_judge(buyer, fresh, limit)
  local has = redis.call('ZCARD', buyer)
  if has + fresh <= limit then return has, false end
  has = has - redis.call('ZREMRANGEBYSCORE', buyer, '-inf', now_digits)
  return has, has + fresh > limit
end

local function grant(user, ttl, has, fresh, mine)
  next_counter = next_counter or redis.call('INCRBY', FENCE, wishes) - wishes + 1
  local counter, ending, buyer = next_counter, end_of(ttl), BUYER .. ':' .. user
  next_counter = next_counter + 1
  local value = format_lease('h', user, gate.epoch, counter, now_digits, ending.digits)
  for _, ordinal in ipairs(fresh) do
    local done = redis.call('SET', SEAT .. ':' .. ordinal, value, 'PX', ending.px, 'NX')
    assert(done, 'the seat was free a moment ago')
    redis.call('ZADD', buyer, ending.digits, ordinal)
    mine[ordinal] = {epoch = gate.epoch, counter = counter, deadline = ending.deadline}
  end
  if has == 0 then redis.call('PEXPIREAT', buyer, ending.key) else touch_buyer(user) end
  grants[#grants + 1] = {fresh, user}
end

local function hold(user, ttl, limit, first, last)
  if not gate then return answer('recovering') end
  if not gate.open then return answer('not_on_sale') end

  local mine, fresh, taken, ended = {}, {}, {}, {}
  for i = first, last do
    local seat = read_stored(ARGV[i])
    if not seat then
      fresh[#fresh + 1] = ARGV[i]
    elseif is_past(seat) then
      fresh[#fresh + 1] = ARGV[i]
      ended[#ended + 1] = ARGV[i]
    elseif seat.kind == 'h' and seat.owner == user then
      mine[ARGV[i]] = seat
    else
      taken[#taken + 1] = tonumber(ARGV[i])
    end
  end
  if #taken > 0 then return answer('taken', taken) end

  if #fresh > 0 then
    local has, is_too_many = count_and_judge(BUYER .. ':' .. user, #fresh, limit)
    if is_too_many then return answer('limit', {has}) end
    -- What is left of a hold that ended is cleared first, so that NX can guard what follows.
    for _, ordinal in ipairs(ended) do free(ordinal) end
    grant(user, ttl, has, fresh, mine)
  end

  local numbers = {}
  for i = first, last do append_yours(numbers, ARGV[i], mine[ARGV[i]]) end
  return answer('yours', numbers)
end

local starts, at = {}, 1
while at < #ARGV do
  starts[#starts + 1] = at
  at = at + 4 + tonumber(ARGV[at + 3])
end
wishes = #starts
local answers = {}
for i, start in ipairs(starts) do
  local last = start + 3 + tonumber(ARGV[start + 3])
  answers[i] = hold(ARGV[start], tonumber(ARGV[start + 1]), tonumber(ARGV[start + 2]), start + 4, last)
end
note_all(grants, 'hold')
return answers
