/** What the hub's audit log gives cause for alarm, in Redis until it is told: each sign once, and no more of them than can be told. */
import { createHash } from "node:crypto";
import type { ChainableCommander } from "ioredis";
import { z } from "zod";
import { HOUR, MINUTE } from "../domain/duration.ts";
import {
  type GrantSigns,
  HubAlarm,
  LATE_USE_MS,
  ObservedWrite,
  REFUSED_WITHIN_MS,
} from "../domain/hub-signs.ts";
import { AHEAD_MS, RETOLD_WITHIN_MS } from "../domain/use.ts";
import type { HubSignsStore } from "../flow/evidence/tell-hub-alarms.ts";
import { allOf, reading, writing } from "./failures.ts";
import { rememberBindings } from "./hub-bindings.ts";
import { withHubSigns } from "./hub-signs-script.ts";
import type { Client } from "./open.ts";
import { readingWhatCanBe } from "./readable.ts";
import { replicator } from "./replicate.ts";
import type { Store } from "./store.ts";
import { KEEP_TRAIL_MS } from "./trail.ts";

/** More that nobody judged yet are counted only. */
const WRITES_MOST = 500;
const WRITES_MOST_OF_ONE = 100;

/** Longer than the hub tries to send a batch again. */
const TOO_LARGE_QUIET_MS = 10 * MINUTE;

/** Longer than anybody's quiet is. */
const QUIET_KEPT_MS = HOUR;

interface Options extends Pick<Store, "redis" | "keys" | "clock" | "onBroken"> {
  /** audit.hub.refusedPerHour */
  refusedMost: number;
}

export function createHubSigns(options: Options): HubSignsStore {
  const store = { ...options, redis: withHubSigns(options.redis) };
  const { redis, keys, clock, refusedMost } = store;
  const replicate = replicator(store);
  const readable = readingWhatCanBe(store);
  const names = [keys.request(""), keys.signs(""), keys.refusals(""), keys.told("")];
  const limits = [
    KEEP_TRAIL_MS,
    REFUSED_WITHIN_MS,
    LATE_USE_MS,
    refusedMost,
    WRITES_MOST,
    WRITES_MOST_OF_ONE,
    RETOLD_WITHIN_MS,
  ];
  return {
    async take({ grants, writes, own }) {
      if (grants.length === 0 && writes.length === 0 && own === null) return;
      await writing(redis, () =>
        redis.takeHubSigns(
          ...[keys.hubAlarms, keys.hubWrites, keys.hubWritesMore, keys.hubOwn, keys.hubWritesBy],
          ...[...names, ...limits, own?.at ?? "", own?.who ?? "", Math.round(clock.now() + AHEAD_MS)],
          ...[grants.length, ...grants.flatMap(fieldsOf)],
          ...writes.flatMap((one) => [
            keys.hubWritesSeen(Math.floor(one.at / MINUTE)),
            ...[numberOf(one.event), JSON.stringify(ObservedWrite.parse(one)), numberOf(one.who)],
          ]),
        ),
      );
      if (grants.length > 0 || writes.length > 0) await replicate();
    },
    async tooLarge(at) {
      const quiet = keys.hubQuiet("too-large");
      if (at < Number(await reading(redis, () => redis.get(quiet)))) return;
      const alarm = HubAlarm.parse({ kind: "too-large", at });
      const change = redis.multi().hset(keys.hubAlarms, `too-large:${at}`, JSON.stringify(alarm));
      await landed(redis, change.set(quiet, at + TOO_LARGE_QUIET_MS, "PX", QUIET_KEPT_MS));
      await replicate();
    },
    async waiting() {
      const found = await reading(redis, () =>
        allOf(
          redis
            .pipeline()
            .hvals(keys.hubWrites)
            .get(keys.hubWritesMore)
            .hgetall(keys.hubOwn)
            .hgetall(keys.hubAlarms)
            .hgetall(keys.hubAlarmsLater),
        ),
      );
      const [written, unread, own, raised, later] = Waiting.parse(found);
      const writes = written.flatMap((text) => readable(ObservedWrite, text));
      const alarms = Object.entries(raised).flatMap(([key, text]) =>
        readable(HubAlarm, text).map((alarm) => ({ key, alarm, later: later[key] ?? 0 })),
      );
      if (writes.length === 0 && unread === 0 && alarms.length === 0) return null;
      return {
        writes: writes.sort((a, b) => a.at - b.at),
        ...{ unread, own, alarms },
      };
    },
    async gave(bindings) {
      return bindings.length === 0 ? [] : reading(redis, () => redis.hmget(keys.hubBindings, ...bindings));
    },
    async unquiet(whos, now) {
      if (whos.length === 0) return [];
      const quiet = await reading(redis, () => redis.mget(whos.map((who) => keys.hubQuiet(numberOf(who)))));
      return whos.filter((_, i) => Number(quiet[i] ?? 0) <= now);
    },
    async judged({ writes, unread, alarms, made, gone, quietUntil }) {
      await rememberBindings(store, made);
      const change = redis.multi();
      if (writes.length > 0) change.hdel(keys.hubWrites, ...writes.map(({ event }) => numberOf(event)));
      for (const { who } of writes) change.hincrby(keys.hubWritesBy, numberOf(who), -1);
      if (unread > 0) change.decrby(keys.hubWritesMore, unread);
      for (const { key, alarm } of alarms) {
        change.hset(keys.hubAlarms, key, JSON.stringify(HubAlarm.parse(alarm)));
        change.set(keys.hubQuiet(numberOf(alarm.who)), quietUntil, "PX", QUIET_KEPT_MS);
      }
      for (const name of gone) change.hdel(keys.hubBindings, name);
      await landed(redis, change);
    },
    async postpone(key, until) {
      await writing(redis, () => redis.hset(keys.hubAlarmsLater, key, until));
    },
    told(key) {
      const change = redis.multi().set(keys.told(key), "1", "PX", KEEP_TRAIL_MS);
      return landed(redis, change.hdel(keys.hubAlarms, key).hdel(keys.hubAlarmsLater, key));
    },
  };
}

const landed = async (redis: Client, change: ChainableCommander): Promise<void> =>
  void (await writing(redis, () => allOf(change)));

const numberOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

function fieldsOf({ id, generation, used, made, deleted, absent, refused }: GrantSigns): (string | number)[] {
  const signs = [used, made, deleted, absent].map((at) => at ?? "");
  const times = refused.flatMap(({ at, event }) => [at, numberOf(event)]);
  return [id, generation, ...signs, refused.length, ...times];
}

const Waiting = z.tuple([
  z.array(z.string()),
  z.coerce.number(),
  z.object({ at: z.coerce.number(), who: z.string() }).nullable().catch(null),
  z.record(z.string(), z.string()),
  z.record(z.string(), z.coerce.number()),
]);
