/** The Lua that changes records: each call lands whole or not at all, and is safe to have run though its caller gave up. */
import type { Result } from "ioredis";
import { OVERLAP_MS } from "../domain/window.ts";
import type { Client } from "./open.ts";

// Ids follow our clock, so that retention does too, but never go back: replicas' clocks differ. What people typed
// stands under the same id in a stream of its own, where it can be deleted.
// What may be refused for lack of memory comes first in each script: a refusal then finds nothing half done.
export const APPEND = `
local function append(trail, texts, now, entry, beside)
  local ms, seq = tonumber(now), 0
  for _, stream in ipairs({trail, texts}) do
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    local lastMs, lastSeq = string.match(last and last[1] or '0-0', '(%d+)-(%d+)')
    lastMs, lastSeq = tonumber(lastMs), tonumber(lastSeq)
    if lastMs > ms or (lastMs == ms and lastSeq >= seq) then ms, seq = lastMs, lastSeq + 1 end
  end
  local id = string.format('%.0f-%.0f', ms, seq)
  redis.call('XADD', trail, id, 'entry', entry)
  if beside ~= '' then redis.call('XADD', texts, id, 'texts', beside) end
  return id
end
`;

// The epoch goes by these (domain/epoch.ts).
export const COUNT = `
local function count(epoch, lasting)
  redis.call('HINCRBY', epoch, 'changes', 1)
  if lasting == '1' then redis.call('HINCRBY', epoch, 'lasting', 1) end
end
`;

// A reservation ends by itself: of a record that nobody can read, nobody would ever end it.
export const RESERVE = `
local function left(till, now)
  return string.format('%.0f', tonumber(till) - tonumber(now))
end
`;

// An approver is told of it. Nothing is kept longer than it is of use.
const INDEX = `
local function index(recent, id, at, keep)
  redis.call('ZADD', recent, at, id)
  redis.call('ZREMRANGEBYSCORE', recent, '-inf', string.format('%.0f', tonumber(at) - tonumber(keep)))
  redis.call('PEXPIRE', recent, keep)
end
`;

// Of one role of one person: what each request takes of its time, and till when that is kept.
// `requests`: what their keys begin with, where what is decided alone takes any.
const WINDOWS = `
local function clash(windows, id, from, to, now, requests)
  local found = redis.call('HGETALL', windows)
  for i = 1, #found, 2 do
    local other, others = found[i], {}
    for number in string.gmatch(found[i + 1], '%d+') do table.insert(others, tonumber(number)) end
    if others[3] <= tonumber(now) then redis.call('HDEL', windows, other)
    elseif other ~= id and others[1] + ${OVERLAP_MS} < tonumber(to) and tonumber(from) + ${OVERLAP_MS} < others[2]
      and not (requests and redis.call('HEXISTS', requests .. other, 'decided') == 0) then
      return other
    end
  end
end

local function book(windows, id, from, to, till, now)
  redis.call('HSET', windows, id, from .. ' ' .. to .. ' ' .. till)
  local keep = left(till, now)
  if redis.call('PTTL', windows) < tonumber(keep) then redis.call('PEXPIRE', windows, keep) end
end
`;

// It stands until its reviews are there, however long that takes.
const GLASS = `
local function glass(key, id, holds)
  if holds == '1' then
    redis.call('SET', key, id, 'NX')
  elseif redis.call('GET', key) == id then
    redis.call('DEL', key)
  end
end
`;

// So many at any one time: what is over before this begins, or begins after it is over, is none beside it.
// What reserves nothing any more counts no more: of a record that nobody can read, nobody would ever end it.
// Beside what is decided, what waits to be is none: it is counted in its turn.
const LIMIT = `
local function live(person, requests, from, to, now, decided)
  local count, counted = 0, {}
  -- In the order that they were asked for: what adds to a grant comes after it.
  for _, id in ipairs(redis.call('ZRANGE', person, 0, -1)) do
    local one = redis.call('HMGET', requests .. id, 'till', 'from', 'ends', 'adds', 'decided')
    local till, begins, ends = tonumber(one[1] or '0'), tonumber(one[2] or '0'), tonumber(one[3] or one[1] or '0')
    local beside = begins < tonumber(to) and (ends > tonumber(from) or tonumber(from) <= tonumber(now))
    -- What adds time to a grant is none beside it; and none at all until it is granted.
    local counts = (one[5] or not (one[4] or decided)) and not counted[one[4] or '']
    if till > tonumber(now) and beside and counts then count, counted[id] = count + 1, true end
  end
  return count
end

-- When the last of so many leaves the window, one more is free.
local function crowded(recent, most, since)
  local found = redis.call('ZREVRANGE', recent, most - 1, most - 1, 'WITHSCORES')
  return found[2] and tonumber(found[2]) > tonumber(since) and found[2]
end
`;

// Tested in the call that would land the change: from the lockdown on, none does.
const LOCKED = `
local function locked(key)
  return redis.call('HGET', key, 'record')
end
`;

/**
 * KEYS: request trail unsettled open person epoch recent glass lockdown windows texts trigger typed (by whoever asks).
 * ARGV: id v record requestedAt now entry texts till recentFor glass from to ends chain triggerTtl requests grantsMost
 * askedMost askedSince adds (to which grant; '' for none); no limit is 0.
 */
const MAKE = `${APPEND}${COUNT}${RESERVE}${WINDOWS}${INDEX}${GLASS}${LIMIT}${LOCKED}
local taken = redis.call('GET', KEYS[12])
if taken then return {'trigger', taken} end
local lockdown = locked(KEYS[9])
if lockdown then return {'lockdown', lockdown} end
taken = ARGV[10] == '1' and redis.call('GET', KEYS[8])
if taken then return {'review', taken} end
taken = redis.call('GET', KEYS[4])
if taken and ARGV[10] ~= '1' then return {'open', taken} end
-- In an emergency nothing that waits keeps anybody from it, nor any window, save one that is decided and has begun.
local urgent = ARGV[10] == '1'
local other = clash(KEYS[10], taken or ARGV[1], ARGV[11], urgent and ARGV[11] or ARGV[12], ARGV[5], urgent and ARGV[16])
if other then return {'window', other} end
local grants, asked = tonumber(ARGV[17]), tonumber(ARGV[18])
local gives = taken and redis.call('HEXISTS', ARGV[16] .. taken, 'decided') or 0
local beside = grants > 0 and live(KEYS[5], ARGV[16], ARGV[11], ARGV[12], ARGV[5], urgent) - gives
if beside and beside >= grants then return {'grants', ''} end
local oldest = asked > 0 and crowded(KEYS[13], asked, ARGV[19])
if oldest then return {'requests', oldest} end
-- Last in an emergency, for then it may be put aside: not for what a limit would refuse.
if taken then return {'open', taken} end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'id', ARGV[1]} end
append(KEYS[2], KEYS[11], ARGV[5], ARGV[6], ARGV[7])
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3], 'till', ARGV[8], 'from', ARGV[11], 'ends', ARGV[13], 'chain', ARGV[14])
if ARGV[20] ~= '' then redis.call('HSET', KEYS[1], 'adds', ARGV[20]) end
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('SET', KEYS[4], ARGV[1], 'PX', left(ARGV[8], ARGV[5]))
book(KEYS[10], ARGV[1], ARGV[11], ARGV[12], ARGV[8], ARGV[5])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
redis.call('SET', KEYS[12], ARGV[1], 'PX', ARGV[15])
index(KEYS[7], ARGV[1], ARGV[4], ARGV[9])
index(KEYS[13], ARGV[1], ARGV[4], string.format('%.0f', ARGV[4] - ARGV[19]))
glass(KEYS[8], ARGV[1], ARGV[10])
count(KEYS[6])
return {'made', ARGV[1]}
`;

/**
 * KEYS: request trail unsettled open person epoch recent glass lockdown windows texts. What stands on the hub is known,
 * locked down or not, whatever else is reserved. ARGV: id v record requestedAt now entry texts till recentFor glass
 * from to ends chain. Answers 1, or 0 when there is one.
 */
const ADOPT = `${APPEND}${COUNT}${RESERVE}${WINDOWS}${INDEX}${GLASS}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
append(KEYS[2], KEYS[11], ARGV[5], ARGV[6], ARGV[7])
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3], 'till', ARGV[8], 'from', ARGV[11], 'ends', ARGV[13], 'chain', ARGV[14], 'decided', '1')
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', left(ARGV[8], ARGV[5]))
book(KEYS[10], ARGV[1], ARGV[11], ARGV[12], ARGV[8], ARGV[5])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
index(KEYS[7], ARGV[1], ARGV[4], ARGV[9])
glass(KEYS[8], ARGV[1], ARGV[10])
count(KEYS[6])
return 1
`;

/**
 * KEYS: request trail unsettled open person epoch recent glass lockdown windows texts, and open and windows of the role
 * that it is of from now on.
 * ARGV: id v record expected final settled ttl now entry ('' for none) texts lasting till glass leadsToAccess from to
 * ends claims (its window is not its own yet) chain sha1 (of the record that is expected; '' where it was read just now)
 * requests grantsMost (0: none, or not now) decided active (a new role is then the hub's word, whoever reserves it).
 * Answers 1 when it landed, 2 when its new role is reserved by another, {'window', id} when its window is, {'grants'}
 * when there are so many beside it, {'lockdown', record} when that refuses it, {'standing', record, chain} when that is
 * another version, nil when there is none.
 */
const SWAP = `${APPEND}${COUNT}${RESERVE}${WINDOWS}${GLASS}${LIMIT}${LOCKED}
local stands = redis.call('HMGET', KEYS[1], 'v', 'record', 'chain')
-- A Redis that was restored may have another record of the same version.
if stands[1] ~= ARGV[4] or (ARGV[20] ~= '' and redis.sha1hex(stands[2] or '') ~= ARGV[20]) then
  return stands[2] and {'standing', stands[2], stands[3] or ''}
end
local lockdown = ARGV[14] == '1' and locked(KEYS[9])
if lockdown then return {'lockdown', lockdown} end
local open, windows = KEYS[12], KEYS[13]
local moves = open ~= KEYS[4]
if moves and ARGV[24] ~= '1' and (redis.call('GET', open) or ARGV[1]) ~= ARGV[1] then return 2 end
local other = ARGV[18] == '1' and clash(windows, ARGV[1], ARGV[15], ARGV[16], ARGV[8])
if other then return {'window', other} end
local most = tonumber(ARGV[22])
if most > 0 and live(KEYS[5], ARGV[21], ARGV[15], ARGV[16], ARGV[8], true) >= most then return {'grants', ''} end
if ARGV[9] ~= '' then append(KEYS[2], KEYS[11], ARGV[8], ARGV[9], ARGV[10]) end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'record', ARGV[3], 'till', ARGV[12], 'from', ARGV[15], 'ends', ARGV[17])
if ARGV[23] == '1' then redis.call('HSET', KEYS[1], 'decided', '1') end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'chain', ARGV[19]) end
if moves then redis.call('SET', open, ARGV[1], 'NX', 'PX', left(ARGV[12], ARGV[8])) end
if ARGV[5] ~= '1' then book(windows, ARGV[1], ARGV[15], ARGV[16], ARGV[12], ARGV[8]) end
if ARGV[5] == '1' or windows ~= KEYS[10] then redis.call('HDEL', KEYS[10], ARGV[1]) end
if ARGV[6] == '1' then
  redis.call('SREM', KEYS[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
else
  redis.call('SADD', KEYS[3], ARGV[1])
  redis.call('PERSIST', KEYS[1])
end
if moves and redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
local reserves = redis.call('GET', open) == ARGV[1]
if ARGV[5] == '1' then
  if reserves then redis.call('DEL', open) end
  redis.call('ZREM', KEYS[5], ARGV[1])
elseif reserves then
  redis.call('PEXPIRE', open, left(ARGV[12], ARGV[8]))
end
if ARGV[13] ~= '' then glass(KEYS[8], ARGV[1], ARGV[13]) end
count(KEYS[6], ARGV[11])
return 1
`;

/**
 * KEYS: epoch trail texts. ARGV: seenAt seenLasting at from before now entry ('' for none). Covers what was counted so
 * far. Answers 1, or 0 when it is another by now, or fewer were counted.
 */
const RAISE = `${APPEND}
local lasting = redis.call('HGET', KEYS[1], 'lasting') or '0'
if (redis.call('HGET', KEYS[1], 'at') or '0') ~= ARGV[1] then return 0 end
if tonumber(lasting) < tonumber(ARGV[2]) then return 0 end
if ARGV[7] ~= '' then append(KEYS[2], KEYS[3], ARGV[6], ARGV[7], '') end
redis.call('HSET', KEYS[1], 'at', ARGV[3], 'risen', ARGV[3], 'from', ARGV[4], 'before', ARGV[5], 'covered', lasting, 'changes', '0')
return 1
`;

/** KEYS: epoch. ARGV: seenAt seenLasting seenTold told over lacks. Covers what was seen alone: what was counted since is told next. */
const NOTE_DOUBT = `
local function is(field) return redis.call('HGET', KEYS[1], field) or '0' end
if is('at') ~= ARGV[1] or is('told') ~= ARGV[3] or tonumber(is('lasting')) < tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'told', ARGV[4], 'over', ARGV[5], 'lacks', ARGV[6], 'covered', ARGV[2])
return 1
`;

/**
 * KEYS: lockdown trail epoch texts massEnds. ARGV: at record now entry texts endId end. What it ends is stored with it.
 * Answers 1, the one that stands, or 0 when one as late was lifted.
 */
const LOCK = `${APPEND}${COUNT}${LOCKED}
local standing = locked(KEYS[1])
if standing then return standing end
if tonumber(redis.call('HGET', KEYS[1], 'lifted') or '0') >= tonumber(ARGV[1]) then return 0 end
append(KEYS[2], KEYS[4], ARGV[3], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'at', ARGV[1])
redis.call('HSETNX', KEYS[5], ARGV[6], ARGV[7])
count(KEYS[3], '1')
return 1
`;

/** KEYS: lockdown trail epoch texts massEnds. ARGV: at now entry texts endId end. Answers 1, or 0 when it is another by now. */
const UNLOCK = `${APPEND}${COUNT}
if redis.call('HGET', KEYS[1], 'at') ~= ARGV[1] then return 0 end
append(KEYS[2], KEYS[4], ARGV[2], ARGV[3], ARGV[4])
redis.call('HSET', KEYS[1], 'lifted', ARGV[1])
redis.call('HDEL', KEYS[1], 'record', 'at')
count(KEYS[3], '1')
redis.call('HSETNX', KEYS[5], ARGV[5], ARGV[6])
return 1
`;

// The mark outlives the lease: only who gives it back takes the mark away.
const MARK = `
local function mark(ttl)
  return string.format('%.0f', tonumber(ttl) * 20)
end
`;

/** KEYS: lease mark. ARGV: holder ttl. Answers 0 while it is another's, 1, or 2 where the last holder did not give it back. */
const TAKE_LEASE = `${MARK}
if not redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 0 end
local left = redis.call('EXISTS', KEYS[2])
redis.call('SET', KEYS[2], '1', 'PX', mark(ARGV[2]))
return {1 + left, unpack(redis.call('HMGET', KEYS[3], 'record', 'chain'))}
`;

/** KEYS: lease mark. ARGV: holder ttl. Answers 1 while it is the holder's. */
const RENEW_LEASE = `${MARK}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[2], mark(ARGV[2]))
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** KEYS: lease mark. ARGV: holder. */
const RETURN_LEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
`;

/** KEYS: what is held. ARGV: holder. */
const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

// Its own time: the replicas' clocks differ.
const OTHERS = `
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function others(policies, replica, digest, silent)
  local found, gone, all = {}, {}, redis.call('HGETALL', policies)
  for i = 1, #all, 2 do
    local at, policy = string.match(all[i + 1], '^(%d+) (.*)$')
    if now() - tonumber(at) > tonumber(silent) then table.insert(gone, all[i])
    elseif all[i] ~= replica and string.match(policy, '^%S+') ~= digest then table.insert(found, policy) end
  end
  return found, gone
end
`;

/** KEYS: policies. ARGV: replica digest silent. Answers what others go by. */
const LOOK_POLICIES = `${OTHERS}
return (others(KEYS[1], ARGV[1], ARGV[2], ARGV[3]))
`;

/** KEYS: policies. ARGV: replica digest silent source. Answers what others go by. */
const HOLD_POLICY = `${OTHERS}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now()) .. ' ' .. ARGV[2] .. ' ' .. ARGV[4])
local found, gone = others(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
for _, replica in ipairs(gone) do redis.call('HDEL', KEYS[1], replica) end
return found
`;

/** KEYS: trail policy texts. ARGV: was policy now entry ('' for none). Answers 1, or 0 when another was recorded meanwhile. */
const RECORD_POLICY = `${APPEND}
local recorded = redis.call('GET', KEYS[2]) or ''
if (string.match(recorded, '^%S+') or '') ~= ARGV[1] then return 0 end
if ARGV[4] ~= '' then append(KEYS[1], KEYS[3], ARGV[3], ARGV[4], '') end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`;

/** KEYS: trail texts. ARGV: now entry texts. For what is no change of a record. Answers its id. */
const APPEND_ENTRY = `${APPEND}
return append(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3])
`;

/**
 * KEYS: attempts of the person, trail texts. ARGV: what now within most, entry of it, entry of the last one that is kept.
 * Answers which of theirs within the time it is, from 1; 0 when it is not kept.
 */
const NOTE_ATTEMPT = `${APPEND}
local what, now, within, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', tonumber(now) - tonumber(within)))
local number = redis.call('ZCARD', KEYS[1]) + 1
if number > most or redis.call('ZSCORE', KEYS[1], what) then return 0 end
append(KEYS[2], KEYS[3], now, number == most and ARGV[6] or ARGV[5], '')
redis.call('ZADD', KEYS[1], now, what)
redis.call('PEXPIRE', KEYS[1], within)
return number
`;

/** KEYS: trail texts seal. ARGV: hash of the seal before ('' for none), hash head now entry. Answers its id, '' when another was faster. */
const ADD_SEAL = `${APPEND}
if (redis.call('HGET', KEYS[3], 'hash') or '') ~= ARGV[1] then return '' end
local id = append(KEYS[1], KEYS[2], ARGV[4], ARGV[5], '')
redis.call('HSET', KEYS[3], 'hash', ARGV[2], 'head', ARGV[3], 'place', id)
return id
`;

/** KEYS: homes. ARGV: kept ms, LT or GT, at, homes. Of two times, the earlier or the later counts. */
const ADD_HOMES = `
for i = 4, #ARGV do redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3], ARGV[i]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;

/** KEYS: memory dropped. ARGV: fields. Answers their values, nil when what is there was dropped. */
const RECALL = `
local found = redis.call('HMGET', KEYS[1], 'at', unpack(ARGV))
local dropped = tonumber(redis.call('GET', KEYS[2]) or '0')
return found[1] and tonumber(found[1]) > dropped and found
`;

/** KEYS: memory. ARGV: kept ms, then fields and values. */
const MEMORIZE = `
redis.call('DEL', KEYS[1])
-- One by one: Lua hands on no more than some 8,000 at once, and a large company has as many groups.
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;

type Making = "made" | "trigger" | "lockdown" | "open" | "window" | "review" | "grants" | "requests" | "id";

declare module "ioredis" {
  interface RedisCommander<Context> {
    makeRequest(...args: (string | number)[]): Result<[Making, string], Context>;
    adoptRequest(...args: (string | number)[]): Result<0 | 1, Context>;
    swapRequest(
      ...args: (string | number)[]
    ): Result<1 | 2 | ["window" | "grants" | "lockdown" | "standing", string, string?] | null, Context>;
    setLockdown(...args: (string | number)[]): Result<0 | 1 | string, Context>;
    liftLockdown(...args: (string | number)[]): Result<0 | 1, Context>;
    raiseEpoch(...args: (string | number)[]): Result<0 | 1, Context>;
    noteDoubt(...args: (string | number)[]): Result<0 | 1, Context>;
    takeLease(
      ...args: (string | number)[]
    ): Result<0 | [taken: 1 | 2, record: string | null, chain: string | null], Context>;
    renewLease(...args: (string | number)[]): Result<0 | 1, Context>;
    returnLease(...args: (string | number)[]): Result<number, Context>;
    release(...args: (string | number)[]): Result<0 | 1, Context>;
    lookPolicies(...args: (string | number)[]): Result<string[], Context>;
    holdPolicy(...args: (string | number)[]): Result<string[], Context>;
    recordPolicy(...args: (string | number)[]): Result<0 | 1, Context>;
    appendEntry(...args: (string | number)[]): Result<string, Context>;
    noteAttempt(...args: (string | number)[]): Result<number, Context>;
    addSeal(...args: (string | number)[]): Result<string, Context>;
    addHomes(...args: (string | number)[]): Result<number, Context>;
    recall(...args: string[]): Result<[string, ...(string | null)[]] | null, Context>;
    memorize(...args: (string | number)[]): Result<number, Context>;
  }
}

const COMMANDS = {
  makeRequest: { numberOfKeys: 13, lua: MAKE },
  adoptRequest: { numberOfKeys: 11, lua: ADOPT },
  swapRequest: { numberOfKeys: 13, lua: SWAP },
  setLockdown: { numberOfKeys: 5, lua: LOCK },
  liftLockdown: { numberOfKeys: 5, lua: UNLOCK },
  raiseEpoch: { numberOfKeys: 3, lua: RAISE },
  noteDoubt: { numberOfKeys: 1, lua: NOTE_DOUBT },
  takeLease: { numberOfKeys: 3, lua: TAKE_LEASE },
  renewLease: { numberOfKeys: 2, lua: RENEW_LEASE },
  returnLease: { numberOfKeys: 2, lua: RETURN_LEASE },
  release: { numberOfKeys: 1, lua: RELEASE },
  lookPolicies: { numberOfKeys: 1, lua: LOOK_POLICIES },
  holdPolicy: { numberOfKeys: 1, lua: HOLD_POLICY },
  recordPolicy: { numberOfKeys: 3, lua: RECORD_POLICY },
  appendEntry: { numberOfKeys: 2, lua: APPEND_ENTRY },
  noteAttempt: { numberOfKeys: 3, lua: NOTE_ATTEMPT },
  addSeal: { numberOfKeys: 3, lua: ADD_SEAL },
  addHomes: { numberOfKeys: 1, lua: ADD_HOMES },
  recall: { numberOfKeys: 2, lua: RECALL },
  memorize: { numberOfKeys: 1, lua: MEMORIZE },
};

/** Each is sent by its hash, and whole only to a Redis that does not know it yet. */
export function defineScripts<C extends Client>(redis: C): C {
  for (const [name, command] of Object.entries(COMMANDS)) redis.defineCommand(name, command);
  return redis;
}
