-- One record with what is shown of it, and the moment of the read by Redis' own clock.
-- KEYS: the record's hash.
return { redis.call('TIME'), redis.call('HGETALL', KEYS[1]) }
