/** The Lua that counts what the hub tells: a batch lands whole or not at all, and is safe to be told again. */
import type { Result } from "ioredis";
import type { Client } from "./open.ts";

/** So many stand in ARGV for one event. */
const EVENT_FIELDS = 10;

/**
 * KEYS: heard gaps. ARGV: heardAt ('' for none) silent keep countedFor changesMost placesMost rightsMost request use
 * changes addresses agents rights (what each key's name begins with), latest (what was heard later was so by a clock that
 * was ahead), and for each event: id, at, kind, the set of what was counted and its number in it, change ('' for none),
 * address and agent (what tells them apart, a space, and what is shown), what it took ('*' for nothing of its own, ''
 * where that is not known): judged are those whose right stands; and when it was answered. Answers the ids whose use is
 * another since.
 */
const TAKE = `
local heardAt, silent, keep = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local countedFor, changesMost, placesMost = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local rightsMost = tonumber(ARGV[7])
local known, uses, touched, stands, placed = {}, {}, {}, {}, {}

local function isKnown(id)
  if known[id] == nil then known[id] = redis.call('EXISTS', ARGV[8] .. id) == 1 end
  return known[id]
end

local function place(key, what)
  if placed[key .. what] then return end
  placed[key .. what] = true
  local name, shown = string.match(what, '^(%S+) (.*)$')
  local stands = redis.call('HEXISTS', key, name) == 1
  if stands or redis.call('HLEN', key) < placesMost then redis.call('HSET', key, name, shown) end
end

local function isJudged(key, right)
  if right == '' then return false end
  if right == '*' then return true end
  local name = key .. ' ' .. right
  if stands[name] == nil then
    stands[name] = redis.call('SISMEMBER', key, right) == 1
    if not stands[name] and redis.call('SCARD', key) < rightsMost then
      stands[name] = redis.call('SADD', key, right) == 1
    end
  end
  return stands[name]
end

for i = 15, #ARGV, ${EVENT_FIELDS} do
  local id, at, kind, counted, number = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local answered = tonumber(ARGV[i + 9])
  if isKnown(id) and redis.call('SADD', counted, number) == 1 then
    redis.call('PEXPIRE', counted, countedFor)
    local use = uses[id]
    if not use then
      use = { reads = 0, changed = 0, refused = 0, judged = 0, first = tonumber(at), last = answered }
      uses[id] = use
      table.insert(touched, id)
    end
    use[kind] = use[kind] + 1
    use.first, use.last = math.min(use.first, tonumber(at)), math.max(use.last, answered)
    if ARGV[i + 5] ~= '' then
      local changes = ARGV[10] .. id
      redis.call('ZADD', changes, at, number .. ' ' .. ARGV[i + 5])
      redis.call('ZREMRANGEBYRANK', changes, 0, -changesMost - 1)
    end
    place(ARGV[11] .. id, ARGV[i + 6])
    place(ARGV[12] .. id, ARGV[i + 7])
    if isJudged(ARGV[13] .. id, ARGV[i + 8]) then use.judged = use.judged + 1 end
  end
end

for id, use in pairs(uses) do
  local key = ARGV[9] .. id
  local stood = redis.call('HMGET', key, 'first', 'last')
  for _, kind in ipairs({'reads', 'changed', 'refused', 'judged'}) do redis.call('HINCRBY', key, kind, use[kind]) end
  redis.call('HSET', key,
    'first', string.format('%.0f', math.min(use.first, tonumber(stood[1] or use.first))),
    'last', string.format('%.0f', math.max(use.last, tonumber(stood[2] or use.last))))
  for n = 9, 13 do redis.call('PEXPIRE', ARGV[n] .. id, keep) end
end

if heardAt ~= '' then
  local last = redis.call('HGET', KEYS[1], 'heard')
  if not last or tonumber(heardAt) > tonumber(last) or tonumber(last) > tonumber(ARGV[14]) then
    if not last or tonumber(heardAt) - tonumber(last) > silent then
      redis.call('ZADD', KEYS[2], heardAt, (last or '0') .. ' ' .. heardAt)
    end
    redis.call('HSET', KEYS[1], 'heard', heardAt)
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', tonumber(heardAt) - tonumber(keep)))
end
return touched
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    takeEvidence(...args: (string | number)[]): Result<string[], Context>;
  }
}

export function withEvidence<C extends Client>(redis: C): C {
  redis.defineCommand("takeEvidence", { numberOfKeys: 2, lua: TAKE });
  return redis;
}
