/** The Lua that takes what may call for an alarm: a batch lands whole or not at all, and is safe to be told again. */
import type { Result } from "ioredis";
import type { Client } from "./open.ts";

/**
 * KEYS: alarms writes writesMore own writesBy. ARGV: what begins the keys request signs refusals told; keep, refusedWithin and
 * lateAfter (ms), refusedMost, writesMost, writesMostOfOne, seenFor (ms); when the bot's latest own write was, and whose it was ('' for
 * none); latest (what was heard later was so by a clock that was ahead); how many grants, and of each: id, generation, used, made,
 * deleted, absent ('' for none), how many refusals, and of each its time and number; then of each write: the set of those seen, its
 * number, itself, and whose it is.
 */
const TAKE = `
local request, signs, refusals, told = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local keep, within, late = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local most, writesMost, mostOfOne, seenFor = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]
local at = 16

local function isTold(key)
  return redis.call('EXISTS', told .. key) == 1 or redis.call('HEXISTS', KEYS[1], key) == 1
end

local function latest(key, field, ms)
  local known = redis.call('HGET', key, field)
  if ms ~= '' and (not known or tonumber(ms) > tonumber(known)) then
    redis.call('HSET', key, field, ms)
    redis.call('PEXPIRE', key, keep)
    return tonumber(ms)
  end
  return known and tonumber(known)
end

local function isLate(used, made, gone)
  return used and gone and used > gone + late and not (made and made > gone)
end

local function day(ms) return string.format('%.0f', math.floor(ms / 86400000)) end

local function countRefused(id, from, count)
  local newest = 0
  for i = from, from + 2 * count - 2, 2 do newest = math.max(newest, tonumber(ARGV[i])) end
  local alarm = 'refused:' .. id .. ':' .. day(newest)
  if isTold(alarm) then return end
  local key = refusals .. id
  for i = from, from + 2 * count - 2, 2 do redis.call('ZADD', key, ARGV[i], ARGV[i + 1]) end
  local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 2, #all - 2 * most, 2 do
    local last = tonumber(all[i + 2 * most])
    if last - tonumber(all[i]) <= within then
      alarm = 'refused:' .. id .. ':' .. day(last)
      if not isTold(alarm) then
        redis.call('HSET', KEYS[1], alarm,
          string.format('{"kind":"refused","id":"%s","most":%d,"at":%.0f}', id, most, last))
      end
    end
  end
  redis.call('ZREMRANGEBYRANK', key, 0, -most - 2)
  redis.call('PEXPIRE', key, 2 * within)
end

for _ = 1, tonumber(ARGV[15]) do
  local id, generation, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 6])
  if redis.call('EXISTS', request .. id) == 1 then
    local key = signs .. id
    local used = latest(key, generation .. ':used', ARGV[at + 2])
    local made = latest(key, generation .. ':made', ARGV[at + 3])
    local deleted = latest(key, generation .. ':deleted', ARGV[at + 4])
    local absent = latest(key, generation .. ':absent', ARGV[at + 5])
    local gone = isLate(used, made, deleted) and deleted or isLate(used, made, absent) and absent
    local alarm = 'late-use:' .. id .. ':' .. generation
    if gone and not isTold(alarm) then
      redis.call('HSET', KEYS[1], alarm, string.format(
        '{"kind":"late-use","id":"%s","generation":%s,"deleted":%.0f,"used":%.0f}', id, generation, gone, used))
    end
    if count > 0 then countRefused(id, at + 7, count) end
  end
  at = at + 7 + 2 * count
end

for i = at, #ARGV, 4 do
  if redis.call('SADD', ARGV[i], ARGV[i + 1]) == 1 then
    redis.call('PEXPIRE', ARGV[i], seenFor)
    -- Who floods hides nobody else.
    local ofOne = tonumber(redis.call('HGET', KEYS[5], ARGV[i + 3]) or '0')
    if ofOne < mostOfOne and redis.call('HLEN', KEYS[2]) < writesMost then
      redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
      redis.call('HINCRBY', KEYS[5], ARGV[i + 3], 1)
      redis.call('PEXPIRE', KEYS[5], keep)
    else
      redis.call('INCR', KEYS[3])
    end
  end
end

local own = tonumber(redis.call('HGET', KEYS[4], 'at') or '0')
if ARGV[12] ~= '' and (tonumber(ARGV[12]) > own or own > tonumber(ARGV[14])) then
  redis.call('HSET', KEYS[4], 'at', ARGV[12], 'who', ARGV[13])
end
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    takeHubSigns(...args: (string | number)[]): Result<null, Context>;
  }
}

export function withHubSigns<C extends Client>(redis: C): C {
  redis.defineCommand("takeHubSigns", { numberOfKeys: 5, lua: TAKE });
  return redis;
}
