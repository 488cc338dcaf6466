/** Homes in Redis: who opened theirs, and whose is to be drawn anew; each forgets itself a day after the last opening or change. */
import { DAY } from "../domain/duration.ts";
import { RequestId, UserId } from "../domain/ids.ts";
import type { Homes } from "../flow/ports.ts";
import { reading, writing } from "./failures.ts";
import { defineScripts } from "./scripts.ts";
import type { Store } from "./store.ts";

const KEPT_MS = DAY;
/** Of one look; the rest is due at the next. */
const MOST = 500;

export function createHomes({ redis, keys, clock }: Pick<Store, "redis" | "keys" | "clock">): Homes {
  const { homes, outdatedHomes } = keys;
  defineScripts(redis);
  // Whoever made the connection reports its outages.
  const calmly = <T>(otherwise: T, work: () => Promise<T>): Promise<T> => work().catch(() => otherwise);
  const add = (key: string, counts: "LT" | "GT", at: number, whose: readonly string[]) =>
    calmly(undefined, async () => {
      await writing(redis, () => redis.addHomes(key, KEPT_MS, counts, Math.round(at), ...whose));
    });
  return {
    opened: (person) => add(homes, "GT", clock.now(), [person]),
    forget: (person) =>
      calmly(undefined, async () => void (await writing(redis, () => redis.zrem(homes, person)))),
    openers: () =>
      calmly([], async () => {
        const since = clock.now() - KEPT_MS;
        await writing(redis, () => redis.zremrangebyscore(homes, "-inf", since));
        return (await reading(redis, () => redis.zrange(homes, "0", "-1"))) as UserId[];
      }),
    // Something already due stays where it stands: else a home that changes all the time would never be drawn.
    async outdated(what, ms) {
      if (what.length > 0) await add(outdatedHomes, "LT", clock.now() + ms, what);
    },
    take: () =>
      calmly({ people: [], requests: [] }, async () => {
        const due = await reading(redis, () =>
          redis.zrange(outdatedHomes, "-inf", `${clock.now()}`, "BYSCORE", "LIMIT", 0, MOST),
        );
        return due.length === 0 ? { people: [], requests: [] } : sorted(await mine(due));
      }),
  };

  /** Of two replicas that see the same, whoever removes it has it. */
  async function mine(due: string[]): Promise<string[]> {
    const pipeline = redis.pipeline();
    for (const one of due) pipeline.zrem(outdatedHomes, one);
    const removed = (await writing(redis, () => pipeline.exec())) ?? [];
    return due.filter((_, i) => removed[i]?.[1] === 1);
  }
}

const sorted = (taken: string[]) => ({
  people: taken.filter((one): one is UserId => UserId.safeParse(one).success),
  requests: taken.filter((one): one is RequestId => RequestId.safeParse(one).success),
});
