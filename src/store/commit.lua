-- Writes one record, its trail entry and its indexes together, if nothing changed since it was read.
-- KEYS: the record's hash, the unfinished set, the trail, the lockdowns, then one key an index.
-- ARGV: id, version read ("" for a new record), new version, record, trail entry, requester, seconds to keep (0: as long
-- as it is open), when the look-ups were made ("" without the guard), milliseconds they are good for, then one score an index.
local id, read, version, record, entry, requester = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local keepSeconds, lookedUpAt, goodFor = tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])

if (redis.call('HGET', KEYS[1], 'version') or '') ~= read then return 'conflict' end

if lookedUpAt ~= '' then
  for _, who in ipairs({ 'everybody', requester }) do
    local lockdown = redis.call('HGET', KEYS[4], who)
    if lockdown and cjson.decode(lockdown).locked then return 'locked-down' end
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if now - tonumber(lookedUpAt) > goodFor then return 'stale-lookup' end
end

redis.call('HSET', KEYS[1], 'version', version, 'record', record)
redis.call('SADD', KEYS[2], id)
redis.call('XADD', KEYS[3], '*', 'entry', entry)
if keepSeconds > 0 then redis.call('EXPIRE', KEYS[1], keepSeconds) else redis.call('PERSIST', KEYS[1]) end
for i = 5, #KEYS do
  local score = ARGV[i + 5]
  if score == '' then redis.call('ZREM', KEYS[i], id) else redis.call('ZADD', KEYS[i], score, id) end
end
return 'done'
