/** What the hub's audit log gives cause for alarm is told at once, in the approvals channel and the log: once, and later where Slack is away. */
import { channelFor } from "../../domain/catalog.ts";
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { goingOf, usedLate } from "../../domain/generations.ts";
import type { HubAlarm, HubSigns, ObservedWrite, OwnWrites } from "../../domain/hub-signs.ts";
import { judgeWrite, type WriteFacts, type WriteScope } from "../../domain/hub-write.ts";
import { RequestId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import { type AccessRequest, type Ports, PostUnanswered, SlackBusy, Unreadable } from "../ports.ts";
import { commit } from "../support/commit.ts";
import { noteGoing } from "../support/outage.ts";

/** What batches told of it, of all replicas together. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface HubSignsStore {
  /** Each sign counts once, however often and to whomever it is told. Resolves when a replica of Redis, where there is one, has it too. */
  take(signs: HubSigns): Promise<void>;
  /** A batch was not taken: that is an alarm, once in ten minutes. Resolves as take. */
  tooLarge(at: number): Promise<void>;
  /** Null where there is nothing to do. */
  waiting(): Promise<WaitingSigns | null>;
  /** Which roles others' bindings of these names give, as far as it was heard; in the order asked. */
  gave(names: readonly string[]): Promise<(string | null)[]>;
  /** Those whose writes were not told lately. */
  unquiet(whos: readonly string[], now: number): Promise<string[]>;
  /** In one step: these writes are judged, and this is to be told of them. */
  judged(done: Judged): Promise<void>;
  /** It may be told, and is told once more then. */
  postpone(key: string, until: number): Promise<void>;
  /** It is told. */
  told(key: string): Promise<void>;
}

export interface WaitingSigns {
  writes: readonly ObservedWrite[];
  /** More came than are kept. */
  unread: number;
  own: OwnWrites | null;
  alarms: readonly WaitingAlarm[];
}

export interface WaitingAlarm {
  /** Its own. */
  key: string;
  alarm: HubAlarm;
  /** Not before then: Slack may have taken it. 0 where it was not posted yet. */
  later: number;
}

export interface Judged {
  writes: readonly ObservedWrite[];
  unread: number;
  alarms: readonly { key: string; alarm: Extract<HubAlarm, { kind: "writes" }> }[];
  /** Others' bindings that came, and the names of those that are gone. */
  made: readonly { name: string; clusterRole: string }[];
  gone: readonly string[];
  /** Until then more of theirs is gathered. */
  quietUntil: number;
}

export interface HubAlarmPorts extends Ports {
  signs: HubSignsStore;
  scope(): WriteScope;
  /** The grant whose objects are called so. */
  grantNamed(name: string): { id: RequestId; generation: number } | null;
  /** Whether it is an account of a bot that hub.instances names. Throws TroubleOutside. */
  isNamedBot(who: string): Promise<boolean>;
  /** Throws when nothing is known to be posted. */
  post(alarm: HubAlarm, request: AccessRequest | null, channel: string): Promise<unknown>;
  counted(kind: HubAlarm["kind"]): void;
}

const LOOK_MS = 2 * SECOND;
const AFTER_FAILURE_MS = 15 * SECOND;
/** A flood is one message, and then one that counts each so often. */
const QUIET_MS = 10 * MINUTE;
/** So many are named. */
const NAMED = 4;
/** Whose writes those were that were too many to keep. */
const NOBODY = "";

/** Resolves to how many ms later it is to be looked at again. Throws StoreDown, StoreUnsure. */
export async function tellHubAlarms(ports: HubAlarmPorts): Promise<number> {
  if ((await ports.signs.waiting()) === null) return LOOK_MS;
  const held = await ports.lease.hold("hub-alarms", async () => {
    // What waited before may be told by now, by another replica.
    const found = await ports.signs.waiting();
    const waits: number[] = [];
    for (const one of found ? [...found.alarms, ...(await judge(ports, found))] : []) {
      const wait = await tell(ports, one);
      if (wait !== null) waits.push(wait);
    }
    return waits;
  });
  return held && held.done.length > 0 ? Math.min(...held.done) : LOOK_MS;
}

/** Resolves to what is to be told of the writes. */
async function judge(ports: HubAlarmPorts, { writes, unread, own }: WaitingSigns): Promise<WaitingAlarm[]> {
  const { signs, clock } = ports;
  const now = clock.now();
  const unquiet = new Set(await signs.unquiet([...new Set([NOBODY, ...writes.map(({ who }) => who)])], now));
  const facts = await factsOf(ports, writes, own);
  const done: ObservedWrite[] = [];
  const byWho = new Map<string, { asBot: boolean; writes: ObservedWrite[] }>();
  for (const [i, write] of writes.entries()) {
    const known = facts[i];
    const verdict = known ? judgeWrite(write, known, ports.scope(), now) : "wait";
    if (verdict === "wait") continue;
    if (verdict !== "nothing") {
      if (!unquiet.has(write.who)) continue;
      const of = byWho.get(write.who) ?? { asBot: verdict === "as-bot", writes: [] };
      byWho.set(write.who, { ...of, writes: [...of.writes, write] });
    }
    done.push(write);
  }
  // Harmless ones may have kept another from being looked at.
  if (unread > 0 && byWho.size === 0 && done.length === writes.length && unquiet.has(NOBODY))
    byWho.set(NOBODY, { asBot: false, writes: [] });
  const alarms = [...byWho].map(([who, of], i) => ({
    key: `writes:${of.writes[0]?.event ?? `unread at ${now}`}`,
    alarm: {
      ...{ kind: "writes" as const, who, asBot: of.asBot },
      ...{ writes: of.writes.slice(0, NAMED), count: of.writes.length, unread: i === 0 ? unread : 0 },
    },
  }));
  const bindings = [...byWho.values()].flatMap((of) => of.writes.filter(({ what }) => what === "binding"));
  const made = bindings.flatMap(({ name, clusterRole }) =>
    clusterRole === undefined ? [] : { name, clusterRole },
  );
  const gone = bindings.flatMap(({ did, unsure, name }) => (did === "deleted" && !unsure ? name : []));
  if (done.length > 0 || alarms.length > 0)
    await signs.judged({
      writes: done,
      unread: alarms.length > 0 ? unread : 0,
      ...{ alarms, made, gone },
      quietUntil: now + QUIET_MS,
    });
  return alarms.map((one) => ({ ...one, later: 0 }));
}

/** Null of whom that is not known now. */
async function factsOf(
  { signs, requests, grantNamed, isNamedBot, log }: HubAlarmPorts,
  writes: readonly ObservedWrite[],
  own: OwnWrites | null,
): Promise<(WriteFacts | null)[]> {
  const grants = writes.map(({ name }) => grantNamed(name));
  const records = new Map<RequestId, AccessRequest | null>();
  const ids = [...new Set(grants.flatMap((one) => one?.id ?? []))];
  for (const [i, found] of (await requests.getMany(ids)).entries())
    if (ids[i]) records.set(ids[i], found === "unreadable" ? null : (found ?? null));
  const gave = await signs.gave(writes.map(({ name }) => name));
  const named = new Map<string, boolean | null>();
  for (const who of new Set(writes.map((write) => write.who)))
    named.set(
      who,
      await isNamedBot(who).catch((error: unknown) => {
        log.warn({ err: error }, "whose a write on the hub was is not known yet");
        return null;
      }),
    );
  return writes.map(({ who }, i) => {
    const grant = grants[i];
    const isNamed = named.get(who) ?? null;
    if (isNamed === null) return null;
    return {
      grant: grant ? { generation: grant.generation, request: records.get(grant.id) ?? null } : null,
      ...{ gave: gave[i] ?? null, own, isNamedBot: isNamed },
    };
  });
}

/** Null: it is told. Else in how many ms it is to be tried again. Throws StoreDown, StoreUnsure. */
async function tell(ports: HubAlarmPorts, { key, alarm, later }: WaitingAlarm): Promise<number | null> {
  const { log, told, signs, post, policy, channel, counted, clock } = ports;
  // What comes meanwhile is looked at all the same.
  if (later > clock.now()) return LOOK_MS;
  const logged = `hub-logged:${key}`;
  const isNew = (await told.fresh([logged])).length > 0;
  const id = "id" in alarm ? RequestId.parse(alarm.id) : null;
  try {
    const request = id && (await noted(ports, id, alarm));
    if (isNew) {
      log.error({ ...(id && { id }), alarm }, SAYS[alarm.kind]);
      counted(alarm.kind);
      await told.remember([logged]);
    }
    await post(alarm, request, request ? channelFor(policy.roles, request.role, channel) : channel);
  } catch (error) {
    log.warn({ ...(id && { id }), err: error }, "an alarm was not told in Slack, as far as is known");
    // It may stand, and is worth another: once soon, and seldom from then on.
    if (error instanceof PostUnanswered)
      await signs.postpone(key, clock.now() + (later > 0 ? QUIET_MS : AFTER_FAILURE_MS));
    return error instanceof SlackBusy ? Math.min(error.retryAfterMs, AFTER_FAILURE_MS) : AFTER_FAILURE_MS;
  }
  await signs.told(key);
  return null;
}

const SAYS: Record<HubAlarm["kind"], string> = {
  "late-use": "a request was allowed by a grant's binding after that was deleted",
  refused: "more requests of a grant are refused than may be",
  writes: "somebody else changed who has access to the hub",
  "too-large": "the hub told more at once than is taken",
};

/** What contradicts an end stands in its record. */
async function noted(ports: HubAlarmPorts, id: RequestId, alarm: HubAlarm): Promise<AccessRequest | null> {
  try {
    if (alarm.kind !== "late-use") return await ports.requests.get(id);
    const { generation, used } = alarm;
    const request = await commit(ports, id, (r) => usedLate(r, { generation, at: used }, ports.clock.now()));
    const going = goingOf(request, generation);
    if (going) await noteGoing(ports, going, "accepted");
    return request;
  } catch (error) {
    // What no record knows any more is told all the same.
    if (error instanceof Unreadable || error instanceof Refused) return null;
    throw error;
  }
}
