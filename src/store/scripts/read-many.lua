-- Many records in one trip, and the moment of the read by Redis' own clock.
-- KEYS: an index, or none. ARGV: what the names of records begin with; then ZRANGE or ZREVRANGE with its first and last
-- place in the index, or the ids.
local ids = {}
if KEYS[1] then ids = redis.call(ARGV[2], KEYS[1], ARGV[3], ARGV[4])
else for i = 2, #ARGV do ids[i - 1] = ARGV[i] end end

local records = {}
for i, id in ipairs(ids) do
  local fields = redis.pcall('HMGET', ARGV[1] .. id, 'version', 'record', 'drawn')
  -- A value of another kind hides no other record: it is one that cannot be read.
  if fields.err then fields = { '', '', '' } end
  records[i] = { id, fields[1], fields[2], fields[3] }
end
return { redis.call('TIME'), records }
