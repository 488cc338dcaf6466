-- A record's hash and the time, together. KEYS: the hash. A value of another kind is a record that cannot be read.
local fields = redis.pcall('HGETALL', KEYS[1])
return { redis.call('TIME'), fields.err and { 'record', '' } or fields }
