-- Notes that the messages of a request show this version of its record; a closed one of which nothing is due leaves the unfinished set.
-- KEYS: the record's hash, the unfinished set. ARGV: id, version, seconds to keep a closed record (0: it is open, or due once more).
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'drawn', ARGV[2])
if ARGV[3] ~= '0' then
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  redis.call('SREM', KEYS[2], ARGV[1])
end
return 1
