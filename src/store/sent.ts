/** When Slack last sent what: an app with an older manifest sends commands alone. */
import { z } from "zod";
import { HOUR } from "../domain/duration.ts";
import { allOf, reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export interface Sent {
  /** Within the hour. Never rejects: it is but a hint for doctor. */
  note(kind: string): Promise<void>;
  /** When each kind came last, and `since` when anything is noted; null where nothing ever came. Throws StoreDown, StoreUnsure. */
  read(): Promise<{ since: number; last: ReadonlyMap<string, number> } | null>;
}

const EVERY_MS = HOUR;
const SINCE = "since";
const Times = z.record(z.string(), z.coerce.number());

export function createSent({ redis, keys, clock }: Pick<Store, "redis" | "keys" | "clock">): Sent {
  const noted = new Map<string, number>();
  return {
    async note(kind) {
      const now = clock.now();
      if (now - (noted.get(kind) ?? -EVERY_MS) < EVERY_MS) return;
      noted.set(kind, now);
      const times = redis.pipeline().hsetnx(keys.sent, SINCE, `${now}`).hset(keys.sent, kind, `${now}`);
      await writing(redis, () => allOf(times)).catch(() => noted.delete(kind));
    },
    async read() {
      const { [SINCE]: since, ...last } = Times.parse(await reading(redis, () => redis.hgetall(keys.sent)));
      return since === undefined ? null : { since, last: new Map(Object.entries(last)) };
    },
  };
}
