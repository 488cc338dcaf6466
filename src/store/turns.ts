/** Room for calls in any while, counted for all replicas together, with one line a rank before each room. */
import type { Result } from "ioredis";
import type { Clock } from "../domain/clock.ts";
import { HOUR, SECOND } from "../domain/duration.ts";
import type { Turns } from "../flow/ports.ts";
import { writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";

/** After every time there is: what is less urgent stands behind whoever comes later. */
const NEVER = 1e13;
/** A place is kept so much longer than until its turn: a job is never quite on time. */
const KEPT_MS = 5 * SECOND;
/** Who comes later still stands where they stood: else, of many who are late, each would find all others before them. */
const KNOWN_MS = HOUR;

// A score in a line is rank and then arrival: whoever asks again stands where they stood, and who is less urgent behind.
/**
 * KEYS: calls, line, waiting, due and late of each room. ARGV: now call place rank hold keep, then most, window and refills
 * of each room. Answers the ms to wait.
 */
const TAKE = `
local now, call, place = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local rank, hold, keep = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local NEVER = ${NEVER}
local function text(ms) return string.format('%.0f', ms) end
local function number(line, field) return tonumber(redis.call('HGET', line, field) or '0') end
local function live(key, ms) redis.call('PEXPIRE', key, text(math.max(ms, redis.call('PTTL', key)))) end

-- When it has place for one more than those ahead.
local function open(room, ahead)
  local line, most, window = room.line, room.most, room.window
  local from = math.max(number(line, 'closed'), rank > 0 and number(line, 'kept') or 0)
  if room.refills then
    local full = math.max(now, number(line, 'full'))
    return math.max(from, full - window + (ahead + 1) * window / most)
  end
  redis.call('ZREMRANGEBYSCORE', room.calls, '-inf', text(now - window))
  local taken = redis.call('ZCARD', room.calls)
  local beyond = taken + ahead - most
  if beyond < 0 then return from end
  local nth = math.min(beyond % most, taken - 1)
  local at = taken == 0 and now or tonumber(redis.call('ZRANGE', room.calls, nth, nth, 'WITHSCORES')[2])
  return math.max(from, at + window * (1 + math.floor(beyond / most)))
end

local rooms, since = {}, now
for i = 1, #KEYS, 5 do
  local room = { calls = KEYS[i], line = KEYS[i + 1], waiting = KEYS[i + 2], due = KEYS[i + 3], late = KEYS[i + 4] }
  local at = 7 + (i - 1) / 5 * 3
  room.most, room.window, room.refills = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), ARGV[at + 2] == '1'
  local absent = redis.call('ZRANGEBYSCORE', room.due, '-inf', text(now - keep))
  for _, gone in ipairs(absent) do
    local stood = redis.call('ZSCORE', room.waiting, gone)
    if stood then redis.call('ZADD', room.late, text(stood % NEVER), gone) end
    redis.call('ZREM', room.waiting, gone)
    redis.call('ZREM', room.due, gone)
  end
  if #absent > 0 then redis.call('PEXPIRE', room.late, ${KNOWN_MS}) end
  redis.call('ZREMRANGEBYSCORE', room.late, '-inf', text(now - ${KNOWN_MS}))
  local mine, stood = redis.call('ZSCORE', room.waiting, place), redis.call('ZSCORE', room.late, place)
  if mine then
    rank, since = math.min(rank, math.floor(mine / NEVER)), math.min(since, mine % NEVER)
  end
  if stood then
    since = math.min(since, stood)
    redis.call('ZREM', room.late, place)
  end
  rooms[#rooms + 1] = room
end

local score, longest = text(rank * NEVER + since), 0
for _, room in ipairs(rooms) do
  if hold == 0 then redis.call('ZADD', room.waiting, score, place) end
  room.free = open(room, hold > 0 and 0 or redis.call('ZRANK', room.waiting, place))
  longest = math.max(longest, room.free - now)
end
for _, room in ipairs(rooms) do
  if longest > 0 and room.free > now and hold > 0 then
    redis.call('HSET', room.line, 'kept', text(room.free + hold))
    live(room.line, room.free + hold - now)
  -- Whoever comes later than that, for another room, would only keep this one from others.
  elseif longest > 0 and room.free > now and room.free + keep >= now + longest then
    redis.call('ZADD', room.due, text(now + longest), place)
    live(room.waiting, longest + keep)
    live(room.due, longest + keep)
  else
    redis.call('ZREM', room.waiting, place)
    redis.call('ZREM', room.due, place)
  end
end
if longest > 0 then return math.ceil(longest) end
for _, room in ipairs(rooms) do
  if room.refills then
    redis.call('HSET', room.line, 'full', text(math.max(now, number(room.line, 'full')) + room.window / room.most))
    live(room.line, 2 * room.window)
  else
    redis.call('ZADD', room.calls, ARGV[1], call)
    -- Used later than it was taken, it counts from then on.
    redis.call('PEXPIRE', room.calls, 2 * room.window)
  end
end
return 0
`;

/** KEYS: line. ARGV: until ttl. */
const CLOSE = `
if tonumber(redis.call('HGET', KEYS[1], 'closed') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'closed', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))
end
return 1
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    takeTurn(...args: (string | number)[]): Result<number, Context>;
    lineUp(...args: (string | number)[]): Result<number, Context>;
    closeRoom(...args: (string | number)[]): Result<number, Context>;
  }
}

export interface TurnsOptions {
  redis: Client;
  keys: Keys;
  clock: Clock;
}

/** KEYS: waiting and due of each room. ARGV: place score at keep. Whoever stands there already stays where they are. */
const LINE_UP = `
for i = 1, #KEYS, 2 do
  redis.call('ZADD', KEYS[i], 'NX', ARGV[2], ARGV[1])
  redis.call('ZADD', KEYS[i + 1], ARGV[3], ARGV[1])
  for j = i, i + 1 do
    redis.call('PEXPIRE', KEYS[j], math.max(tonumber(ARGV[4]), redis.call('PTTL', KEYS[j])))
  end
end
return 1
`;

/** Each call throws StoreDown or StoreUnsure when Redis does not answer. */
export function createTurns({ redis, keys, clock }: TurnsOptions): Turns {
  redis.defineCommand("takeTurn", { lua: TAKE });
  redis.defineCommand("lineUp", { lua: LINE_UP });
  redis.defineCommand("closeRoom", { numberOfKeys: 1, lua: CLOSE });
  return {
    async take(rooms, { id, place, rank, holdMs = 0 }) {
      const names = rooms.flatMap(({ name }) => [
        ...[keys.calls(name), keys.line(name)],
        ...[keys.waiting(name), keys.due(name), keys.late(name)],
      ]);
      const sizes = rooms.flatMap(({ most, windowMs, refills }) => [most, windowMs, refills ? 1 : 0]);
      const now = Math.round(clock.now());
      const turn = [now, id, place, rank, holdMs, KEPT_MS];
      return writing(redis, () => redis.takeTurn(names.length, ...names, ...turn, ...sizes));
    },
    async lineUp(rooms, { place, rank }, ms) {
      const names = rooms.flatMap(({ name }) => [keys.waiting(name), keys.due(name)]);
      const at = Math.round(clock.now() + ms);
      const turn = [place, rank * NEVER + at, at, Math.ceil(ms) + KEPT_MS];
      await writing(redis, () => redis.lineUp(names.length, ...names, ...turn));
    },
    async callsNow(rooms, id) {
      const now = Math.round(clock.now());
      await writing(redis, () =>
        Promise.all(rooms.map(({ name }) => redis.zadd(keys.calls(name), "XX", now, id))),
      );
    },
    async giveBack(rooms, id) {
      await writing(redis, () => Promise.all(rooms.map(({ name }) => redis.zrem(keys.calls(name), id))));
    },
    async close({ name }, ms) {
      const until = Math.round(clock.now() + ms);
      await writing(redis, () => redis.closeRoom(keys.line(name), until, ms));
    },
  };
}
