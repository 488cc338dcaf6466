/** Room for calls in any while, counted for all replicas together, with one line a rank before each room. */
import type { Result } from "ioredis";
import type { Clock } from "../domain/clock.ts";
import type { Turns } from "../flow/ports.ts";
import { writing } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Client } from "./open.ts";

// A room's line says, a rank, until when those in it were told to come: who is less urgent stands behind all of them.
/**
 * KEYS: calls and line of each room. ARGV: now id rank hold, then most, window and refills of each room.
 * Answers the ms to wait.
 */
const TAKE = `
local now, rank, hold, longest = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4]), 0
local function number(line, field) return tonumber(redis.call('HGET', line, field) or '0') end
local function set(line, field, till, window)
  redis.call('HSET', line, field, string.format('%.0f', till))
  redis.call('PEXPIRE', line, string.format('%.0f', math.max(till - now + window, redis.call('PTTL', line))))
end

-- When the room has place again.
local function open(calls, line, most, window, refills)
  if refills then return number(line, 'full') - window + window / most end
  redis.call('ZREMRANGEBYSCORE', calls, '-inf', string.format('%.0f', now - window))
  local taken = redis.call('ZCARD', calls)
  if taken < most then return now end
  return tonumber(redis.call('ZRANGE', calls, taken - most, taken - most, 'WITHSCORES')[2]) + window
end

local rooms, full = {}, {}
for i = 1, #KEYS, 2 do
  local at = 5 + (i - 1) / 2 * 3
  local calls, line, most, window = KEYS[i], KEYS[i + 1], tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local refills = ARGV[at + 2] == '1'
  rooms[#rooms + 1] = { calls = calls, line = line, most = most, window = window, refills = refills }
  local free = math.max(open(calls, line, most, window, refills), number(line, 'closed'))
  for ahead = 0, rank - 1 do free = math.max(free, number(line, ahead)) end
  if free > now then
    local turn, till = free, free + hold
    if hold == 0 then
      turn = math.max(free, number(line, rank))
      till = turn + window / most
    end
    full[#full + 1] = { line = line, till = till, window = window }
    longest = math.max(longest, turn - now)
  end
end
for _, room in ipairs(full) do set(room.line, rank, room.till, room.window) end
if longest > 0 then return math.ceil(longest) end
for _, room in ipairs(rooms) do
  if room.refills then
    set(room.line, 'full', math.max(now, number(room.line, 'full')) + room.window / room.most, room.window)
  else
    redis.call('ZADD', room.calls, ARGV[1], ARGV[2])
    redis.call('PEXPIRE', room.calls, room.window)
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
    closeRoom(...args: (string | number)[]): Result<number, Context>;
  }
}

export interface TurnsOptions {
  redis: Client;
  keys: Keys;
  clock: Clock;
}

/** Each call throws StoreDown or StoreUnsure when Redis does not answer. */
export function createTurns({ redis, keys, clock }: TurnsOptions): Turns {
  redis.defineCommand("takeTurn", { lua: TAKE });
  redis.defineCommand("closeRoom", { numberOfKeys: 1, lua: CLOSE });
  return {
    async take(rooms, { id, rank, holdMs = 0 }) {
      const names = rooms.flatMap(({ name }) => [keys.calls(name), keys.line(name)]);
      const sizes = rooms.flatMap(({ most, windowMs, refills }) => [most, windowMs, refills ? 1 : 0]);
      const now = Math.round(clock.now());
      return writing(redis, () => redis.takeTurn(names.length, ...names, now, id, rank, holdMs, ...sizes));
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
