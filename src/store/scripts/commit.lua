-- Writes one record, its trail entry and its indexes together, if nothing changed since it was read.
-- KEYS: the record's hash, the unfinished set, the trail, the lockdowns, then one key an index.
-- ARGV: id, version read ("" for a new record), new version, record, trail entry, seconds to keep (0: as long as it is
-- open), when the look-ups were made ("" without the guard), milliseconds they are good for, user ids whom no lockdown may
-- concern, then one score an index.
local id, read, version, record, entry = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local keepSeconds, lookedUpAt, goodFor, people = tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), ARGV[9]
-- Seconds: longer than the longest access, its start 30 days ahead, and the 90 days of a closed record.
local INDEX_KEPT = 500 * 24 * 3600

if (redis.call('HGET', KEYS[1], 'version') or '') ~= read then return 'conflict' end

if lookedUpAt ~= '' then
  for who in string.gmatch('everybody ' .. people, '%S+') do
    if redis.call('HEXISTS', KEYS[4], who) == 1 then return 'locked-down ' .. who end
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if now - tonumber(lookedUpAt) > goodFor then return 'stale-lookup' end
end

-- An index of another kind is not ours, and starts empty: Redis may lose it, and must not stop anything.
local function index(command, key, ...)
  local answer = redis.pcall(command, key, ...)
  if type(answer) == 'table' and answer.err and string.find(answer.err, 'WRONGTYPE') then
    redis.call('DEL', key)
    redis.call(command, key, ...)
  end
end

-- The trail first: what cannot be written on it does not happen.
redis.call('XADD', KEYS[3], '*', 'entry', entry)
redis.call('HSET', KEYS[1], 'version', version, 'record', record)
index('SADD', KEYS[2], id)
if keepSeconds > 0 then redis.call('EXPIRE', KEYS[1], keepSeconds) else redis.call('PERSIST', KEYS[1]) end
for i = 5, #KEYS do
  local score = ARGV[i + 5]
  if score == '' then index('ZREM', KEYS[i], id) else index('ZADD', KEYS[i], score, id) end
  redis.call('EXPIRE', KEYS[i], INDEX_KEPT)
end
return 'done'
