-- set_gate: opens or closes the gate, at the end of a rebuild of the same epoch or when the event's version rose.
--   ARGV[1] epoch  ARGV[2] version of the event record  ARGV[3] 1 open, 0 closed
--   -> done | superseded
local epoch, version = tonumber(ARGV[1]), tonumber(ARGV[2])
local gate = read_gate()
if gate then
  if gate.epoch ~= epoch or gate.version > version then return answer('superseded') end
elseif redis.call('GET', RECOVERING) == rebuild_of(ARGV[1]) then
  redis.call('DEL', RECOVERING)
else
  return answer('superseded')
end
redis.call('SET', GATE, digits(epoch) .. '|' .. digits(version) .. '|' .. ARGV[3] .. '|' .. RUN)
return answer('done')
