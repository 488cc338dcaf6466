/** redis+cluster://: all our keys share a slot, and a replica of its owner takes over. */
import { afterAll, expect, test } from "vitest";
import { startClusterRedis } from "../../sandbox/redis/cluster.ts";
import { connected } from "../helpers/redis.ts";
import { replicated } from "../helpers/replicated.ts";
import { worksAgain } from "./failover.contract.ts";
import { fixture } from "./requests.contract.ts";
import { wholeContract } from "./whole.contract.ts";

const redis = await connected(await startClusterRedis());
afterAll(() => redis[Symbol.asyncDispose]());

wholeContract(redis);

test("what needs two slots is refused: this is a cluster", async () => {
  await expect(redis.commands.mset("a", "1", "b", "2")).rejects.toThrow("CROSSSLOT");
});

test("the owner of our slot is killed, and its replica takes over", async () => {
  await using fast = await connected({ url: redis.server.url, stop: async () => {} }, 300);
  let f = fixture(fast);
  while (!(await redis.server.isOfFirst(f.keys.prefix))) f = fixture(fast);
  await worksAgain(fast, f, async () => {
    const [owner] = redis.server.primaries;
    if (!owner) throw new Error("no primary");
    await replicated(owner.url);
    await owner.stop();
  });
});
