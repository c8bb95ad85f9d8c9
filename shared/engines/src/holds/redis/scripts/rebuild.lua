-- rebuild: starts a rebuild under a newer epoch; until the gate is set again every other script refuses.
--   ARGV[1] epoch
--   -> done | superseded
local epoch = tonumber(ARGV[1])
local gate = read_gate()
if gate and gate.epoch >= epoch then return answer('superseded') end
local running = string.match(redis.call('GET', RECOVERING) or '', '^%d+')
if running and tonumber(running) >= epoch then return answer('superseded') end

-- Without the versions every durable seat is settled again, also one whose key was lost alone.
redis.call('DEL', GATE, VERSIONS)
redis.call('SET', RECOVERING, rebuild_of(digits(epoch)))
return answer('done')
