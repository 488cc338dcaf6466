/** The Lua that changes what was allowed beforehand: as that of requests (scripts.ts), whole or not at all. */
import type { Result } from "ioredis";
import type { Client } from "./open.ts";
import { APPEND, COUNT, RESERVE } from "./scripts.ts";

/**
 * KEYS: allowance trail epoch waiting texts trigger person all.
 * ARGV: id v record listedTill now entry texts chain keptTill waits(until, '' where nobody is missing) triggerTtl.
 */
const MAKE = `${APPEND}${COUNT}${RESERVE}
local taken = redis.call('GET', KEYS[6]) or (ARGV[10] ~= '' and redis.call('GET', KEYS[4]))
if taken then return taken end
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
append(KEYS[2], KEYS[5], ARGV[5], ARGV[6], ARGV[7])
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3], 'chain', ARGV[8])
redis.call('PEXPIRE', KEYS[1], left(ARGV[9], ARGV[5]))
for i = 7, 8 do
  redis.call('ZADD', KEYS[i], ARGV[4], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '(' .. ARGV[5])
end
redis.call('SET', KEYS[6], ARGV[1], 'PX', ARGV[11])
if ARGV[10] ~= '' then redis.call('SET', KEYS[4], ARGV[1], 'PX', left(ARGV[10], ARGV[5])) end
count(KEYS[3])
return ARGV[1]
`;

/**
 * KEYS: allowance trail epoch waiting texts. ARGV: id v record listedTill now entry ('' for none) texts chain keptTill
 * expected lasting waits. Answers 1 when it landed, {record, chain} as they stand when that is another version, nil when there is none.
 */
const SWAP = `${APPEND}${COUNT}${RESERVE}
if redis.call('HGET', KEYS[1], 'v') ~= ARGV[10] then
  local stands = redis.call('HMGET', KEYS[1], 'record', 'chain')
  return stands[1] and {stands[1], stands[2] or ''}
end
if ARGV[6] ~= '' then append(KEYS[2], KEYS[5], ARGV[5], ARGV[6], ARGV[7]) end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3])
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'chain', ARGV[8]) end
redis.call('PEXPIRE', KEYS[1], left(ARGV[9], ARGV[5]))
if ARGV[12] == '0' and redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
count(KEYS[3], ARGV[11])
return 1
`;

declare module "ioredis" {
  interface RedisCommander<Context> {
    makeAllowance(...args: (string | number)[]): Result<string, Context>;
    swapAllowance(...args: (string | number)[]): Result<1 | [record: string, chain: string] | null, Context>;
  }
}

/** Each is sent by its hash, and whole only to a Redis that does not know it yet. */
export function defineAllowanceScripts<C extends Client>(redis: C): C {
  redis.defineCommand("makeAllowance", { numberOfKeys: 8, lua: MAKE });
  redis.defineCommand("swapAllowance", { numberOfKeys: 5, lua: SWAP });
  return redis;
}
