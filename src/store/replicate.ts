/** What a person was told survives the loss of the primary: a replica, where there is one, has it too. */
import { Redis } from "ioredis";
import type { Client } from "./open.ts";
import type { Store } from "./store.ts";

/** A replica that is slower than this is not waited for: what was written stands all the same. */
const WITHIN_MS = 200;
/** How long the number of replicas is believed. */
const FRESH_MS = 10_000;

/** Never rejects. */
export function replicator({ redis, keys }: Pick<Store, "redis" | "keys">): () => Promise<void> {
  let looked = { at: Number.NEGATIVE_INFINITY, replicas: 0 };
  return async () => {
    try {
      const node = await primaryOf(redis, keys.prefix);
      if (!node) return;
      if (performance.now() - looked.at > FRESH_MS)
        looked = { at: performance.now(), replicas: await replicasOf(node) };
      if (looked.replicas > 0) await node.wait(1, WITHIN_MS);
    } catch {
      // It is written; only its copy is not known of.
    }
  };
}

const replicasOf = async (node: Redis): Promise<number> =>
  Number(/^connected_slaves:(\d+)/m.exec(await node.info("replication"))?.[1] ?? 0);

/** Of a cluster, the node that holds our keys: they share one slot. */
async function primaryOf(redis: Client, prefix: string): Promise<Redis | undefined> {
  if (redis instanceof Redis) return redis;
  const slot = await redis.cluster("KEYSLOT", prefix);
  const [address] = redis.slots[slot] ?? [];
  return redis.nodes("master").find(({ options }) => `${options.host}:${options.port}` === address);
}
