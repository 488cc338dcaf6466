/** What the hub's audit log tells of the use of grants, in Redis: each request once, under its grant, as long as the trail is kept. */
import { createHmac, hash } from "node:crypto";
import { z } from "zod";
import { MINUTE } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { AskedRight } from "../domain/rights.ts";
import type { Secret } from "../domain/secret.ts";
import {
  AHEAD_MS,
  CHANGES_MOST,
  GAP_AFTER_MS,
  type HubTold,
  missedBy,
  type ObservedUse,
  RETOLD_WITHIN_MS,
  RIGHTS_MOST,
  type Use,
  UseChange,
  usesIn,
} from "../domain/use.ts";
import type { Evidence } from "../flow/ports.ts";
import { withEvidence } from "./evidence-script.ts";
import { allOf, reading, writing } from "./failures.ts";
import { rememberStanding } from "./hub-bindings.ts";
import { replicator } from "./replicate.ts";
import type { Store } from "./store.ts";
import { KEEP_TRAIL_MS } from "./trail.ts";

/** At 4,000 events a second a set then holds some 230 numbers, for which Redis takes 8 bytes each. */
const PARTS = 1024;
/** Of a grant's addresses, and of its clients: more are not told apart. */
const PLACES_MOST = 1_000;
/** So many marks are remembered: people go on from where they were. */
const MARKS_MOST = 10_000;

interface EvidenceStore extends Pick<Store, "redis" | "keys" | "clock"> {
  /** Not in Redis: whoever has that alone cannot find by trying which addresses were counted. */
  secret: Secret;
  /** Addresses and clients are kept as they are, too. */
  addresses: boolean;
}

export function createEvidence(options: EvidenceStore): Evidence {
  const store = { ...options, redis: withEvidence(options.redis) };
  const { redis, keys, clock } = store;
  const replicate = replicator(store);
  const names = [
    keys.request(""),
    keys.use(""),
    keys.changes(""),
    keys.addresses(""),
    keys.agents(""),
    keys.rights(""),
  ];
  const limits = [GAP_AFTER_MS, KEEP_TRAIL_MS, RETOLD_WITHIN_MS, CHANGES_MOST, PLACES_MOST, RIGHTS_MOST];
  const places = placesOf(store);
  return {
    async take({ uses, heardAt }: HubTold) {
      if (uses.length === 0 && heardAt === null) return [];
      const events = uses.flatMap((one) => fieldsOf(store, one, places));
      const touched = await writing(redis, () =>
        redis.takeEvidence(
          ...[keys.heard, keys.gaps, heardAt ?? "", ...limits, ...names],
          ...[Math.round(clock.now() + AHEAD_MS), ...events],
        ),
      );
      await replicate();
      return touched as RequestId[];
    },
    async missed(at) {
      const { from, to } = missedBy(at);
      await writing(redis, () => redis.zadd(keys.gaps, to, `${from} ${to}`));
      await replicate();
    },
    async uses(ids) {
      const pipeline = redis.pipeline();
      for (const id of ids)
        pipeline
          .hgetall(keys.use(id))
          .zrange(keys.changes(id), "0", "-1", "WITHSCORES")
          .hgetall(keys.addresses(id))
          .hgetall(keys.agents(id));
      const found = ids.length > 0 ? await reading(redis, () => allOf(pipeline)) : [];
      return ids.map((_, i) => useOf(found.slice(4 * i, 4 * i + 4)));
    },
    async rights(id) {
      const [kept, rights] = await Promise.all([
        reading(redis, () => redis.hgetall(keys.use(id))),
        reading(redis, () => redis.smembers(keys.rights(id))),
      ]);
      const { judged, ...use } = Judged.parse(kept);
      return judged === usesIn(use) ? rights.map((text) => AskedRight.parse(JSON.parse(text))) : null;
    },
    forgetRights: async (id) => void (await writing(redis, () => redis.del(keys.rights(id)))),
    async coverage() {
      const [[heard, sent], gaps] = await Promise.all([
        reading(redis, () => redis.hmget(keys.heard, "heard", "sent")),
        reading(redis, () => redis.zrange(keys.gaps, "0", "-1")),
      ]);
      return {
        heard: heard ? Number(heard) : null,
        sent: sent ? Number(sent) : null,
        gaps: gaps.map((text) => text.split(" ").map(Number)).map(([from = 0, to = 0]) => ({ from, to })),
      };
    },
    gives: (bindings) => rememberStanding(store, bindings),
    beat: async (at) => void (await writing(redis, () => redis.hset(keys.heard, "sent", Math.round(at)))),
  };
}

type PlaceIn = (id: RequestId, text: string) => string;

/** What tells an address from others of its grant, and itself where it is listed. */
function placesOf({ secret, addresses }: EvidenceStore): PlaceIn {
  const marks = new Map<string, string>();
  const markOf = (what: string) =>
    createHmac("sha256", secret.reveal()).update(what).digest("base64url").slice(0, 16);
  return (id, text) => {
    const what = `${id} ${text}`;
    const mark = marks.get(what) ?? markOf(what);
    if (marks.size >= MARKS_MOST) marks.clear();
    marks.set(what, mark);
    return `${mark} ${addresses ? text : ""}`;
  };
}

function fieldsOf({ keys }: EvidenceStore, one: ObservedUse, placeIn: PlaceIn): (string | number)[] {
  const { id, at, kind, event, change, address, agent, right, answeredAt } = one;
  const number = hash("sha256", `${id} ${event}`, "buffer").readBigInt64BE();
  const part = Number(BigInt.asUintN(64, number) % BigInt(PARTS));
  return [
    ...[id, at, kind, keys.counted(Math.floor(at / MINUTE), part), String(number)],
    ...[change ? JSON.stringify(change) : "", placeIn(id, address), placeIn(id, agent)],
    ...[right === "any" ? "*" : right === null ? "" : JSON.stringify(right), answeredAt],
  ];
}

const Kept = z.object({
  first: z.coerce.number().nullable().default(null),
  last: z.coerce.number().nullable().default(null),
  reads: z.coerce.number().default(0),
  changed: z.coerce.number().default(0),
  refused: z.coerce.number().default(0),
});
/** Of how many it is known what they took: a version that does not look at it counts none. */
const Judged = Kept.extend({ judged: z.coerce.number().default(0) });
const Scored = z.array(z.string());
const Places = z.record(z.string(), z.string());

function useOf([kept, changes, addresses, agents]: unknown[]): Use {
  const [from, by] = [Places.parse(addresses), Places.parse(agents)];
  const listed = (places: Record<string, string>) => Object.values(places).filter(Boolean).sort();
  return {
    ...Kept.parse(kept),
    changes: changesIn(Scored.parse(changes)),
    addresses: Object.keys(from).length,
    agents: Object.keys(by).length,
    ...(listed(from).length > 0 ? { from: listed(from) } : {}),
    ...(listed(by).length > 0 ? { by: listed(by) } : {}),
  };
}

/** Members and scores, one after the other; before the JSON stands the event's number. */
const changesIn = (scored: readonly string[]): UseChange[] =>
  scored.flatMap((member, i) =>
    i % 2 === 0
      ? [UseChange.parse({ ...JSON.parse(member.slice(member.indexOf(" ") + 1)), at: Number(scored[i + 1]) })]
      : [],
  );
