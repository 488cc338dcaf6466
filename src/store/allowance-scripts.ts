/** The Lua that changes what was allowed beforehand: as that of requests (scripts.ts), whole or not at all. */
import type { Result } from "ioredis";
import type { Client } from "./open.ts";
import { APPEND, COUNT, RESERVE } from "./scripts.ts";

/**
 * KEYS: allowance trail epoch waiting trigger person all.
 * ARGV: id v record till now keep entry waits(until, '' where nobody is missing) triggerTtl.
 */
const MAKE = `${APPEND}${COUNT}${RESERVE}
local taken = redis.call('GET', KEYS[5]) or (ARGV[8] ~= '' and redis.call('GET', KEYS[4]))
if taken then return taken end
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
append(KEYS[2], ARGV[5], ARGV[6], ARGV[7])
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3])
redis.call('PEXPIRE', KEYS[1], left(ARGV[4], ARGV[5]))
for i = 6, 7 do
  redis.call('ZADD', KEYS[i], ARGV[4], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '(' .. ARGV[5])
end
redis.call('SET', KEYS[5], ARGV[1], 'PX', ARGV[9])
if ARGV[8] ~= '' then redis.call('SET', KEYS[4], ARGV[1], 'PX', left(ARGV[8], ARGV[5])) end
count(KEYS[3])
return ARGV[1]
`;

/**
 * KEYS: allowance trail epoch waiting. ARGV: id v record till now keep entry ('' for none) expected lasting waits.
 * Answers 1 when it landed, the record that stands when that is another version, nil when there is none.
 */
const SWAP = `${APPEND}${COUNT}${RESERVE}
if redis.call('HGET', KEYS[1], 'v') ~= ARGV[8] then return redis.call('HGET', KEYS[1], 'record') end
if ARGV[7] ~= '' then append(KEYS[2], ARGV[5], ARGV[6], ARGV[7]) end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3])
redis.call('PEXPIRE', KEYS[1], left(ARGV[4], ARGV[5]))
if ARGV[10] == '0' and redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
count(KEYS[3], ARGV[9])
return 1
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    makeAllowance(...args: (string | number)[]): Result<string, Context>;
    swapAllowance(...args: (string | number)[]): Result<1 | string | null, Context>;
  }
}

/** Each is sent by its hash, and whole only to a Redis that does not know it yet. */
export function defineAllowanceScripts<C extends Client>(redis: C): C {
  redis.defineCommand("makeAllowance", { numberOfKeys: 7, lua: MAKE });
  redis.defineCommand("swapAllowance", { numberOfKeys: 4, lua: SWAP });
  return redis;
}
