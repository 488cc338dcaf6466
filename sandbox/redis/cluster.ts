/** A cluster of three primaries, the first with a replica: what is of its slots survives it. */
import { Redis } from "ioredis";
import { freePort } from "../child.ts";
import { seenWithin } from "../wait.ts";
import { type LocalRedis, startRedis } from "./redis.ts";

export interface ClusterRedis {
  readonly url: string;
  readonly primaries: readonly LocalRedis[];
  /** Whether a key is the first primary's. */
  isOfFirst(key: string): Promise<boolean>;
  stop(): Promise<void>;
}

const RANGES = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const;

const UP_WITHIN_MS = 15_000;

interface Node {
  server: LocalRedis;
  redis: Redis;
  bus: number;
}

export async function startClusterRedis(): Promise<ClusterRedis> {
  await using opened = new AsyncDisposableStack();
  const nodes = await Promise.all([0, 1, 2, 3].map(() => startNode(opened)));
  const [first, , , replica] = nodes as [Node, Node, Node, Node];
  const primaries = nodes.slice(0, 3);
  await Promise.all(
    primaries.map(({ redis }, i) => redis.call("CLUSTER", "ADDSLOTSRANGE", ...(RANGES[i] ?? []))),
  );
  // The nodes must differ in their epochs, or two of them may believe to own the same.
  await Promise.all(nodes.map(({ redis }, i) => redis.call("CLUSTER", "SET-CONFIG-EPOCH", i + 1)));
  // Each meets each: gossip alone takes seconds.
  for (const { redis } of nodes)
    for (const { server, bus } of nodes) await redis.call("CLUSTER", "MEET", "127.0.0.1", server.port, bus);
  const id = String(await first.redis.call("CLUSTER", "MYID"));
  await soon(() =>
    replica.redis.call("CLUSTER", "REPLICATE", id).then(
      () => true,
      () => false,
    ),
  );
  await soon(async () => (await replica.redis.info("replication")).includes("master_link_status:up"));
  await soon(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean));
  const kept = opened.move();
  return {
    url: `redis+cluster://${nodes.map(({ server }) => `127.0.0.1:${server.port}`).join(",")}`,
    primaries: primaries.map(({ server }) => server),
    isOfFirst: async (key) => Number(await replica.redis.call("CLUSTER", "KEYSLOT", key)) <= RANGES[0][1],
    stop: () => kept.disposeAsync(),
  };
}

async function startNode(opened: AsyncDisposableStack): Promise<Node> {
  const bus = await freePort();
  const settings = {
    "cluster-enabled": "yes",
    "cluster-port": bus,
    // Shorter, and a node that a busy machine keeps waiting is taken for dead.
    "cluster-node-timeout": 2000,
    "repl-diskless-sync-delay": 0,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = opened.use(await startRedis({ args }));
  const redis = opened.adopt(new Redis({ port: server.port }), (r) => r.disconnect());
  redis.on("error", () => {});
  return { server, redis, bus };
}

/** It sees all four, and serves. */
async function isWhole({ redis }: Node): Promise<boolean> {
  const info = String(await redis.call("CLUSTER", "INFO"));
  return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:4");
}

async function soon(holds: () => Promise<boolean>): Promise<void> {
  if (!(await seenWithin(UP_WITHIN_MS, holds))) throw new Error("The cluster did not come up.");
}
