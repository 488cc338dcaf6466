/** How many Socket Mode connections each replica has, in Redis: what Slack counts beyond them is nobody's. */
import { randomUUID } from "node:crypto";
import { reading, writing } from "./failures.ts";
import type { Store } from "./store.ts";

export interface SocketRegister {
  /** Says how many this replica has; resolves to how many all have. */
  hold(own: number): Promise<number>;
  total(): Promise<number>;
}

/** A replica that has said nothing for so long is gone. */
const SILENT_MS = 60_000;

/** Each call throws StoreDown or StoreUnsure when Redis does not answer. */
export function createSocketRegister({
  redis,
  keys: { sockets },
  clock,
}: Pick<Store, "redis" | "keys" | "clock">): SocketRegister {
  const replica = randomUUID();
  const read = async () =>
    Object.entries(await reading(redis, () => redis.hgetall(sockets))).map(([name, value]) => {
      const [count = 0, at = 0] = value.split("@").map(Number);
      return { name, count, isThere: clock.now() - at < SILENT_MS };
    });
  const total = async () =>
    (await read()).reduce((sum, { count, isThere }) => sum + (isThere ? count : 0), 0);
  return {
    total,
    async hold(own) {
      const gone = (await read()).filter(({ isThere }) => !isThere).map(({ name }) => name);
      if (own === 0) gone.push(replica);
      if (own > 0) await writing(redis, () => redis.hset(sockets, replica, `${own}@${clock.now()}`));
      if (gone.length > 0) await writing(redis, () => redis.hdel(sockets, ...gone));
      return total();
    },
  };
}
