/** redis+cluster://: all our keys share a slot, and a replica of its owner takes over. */
import { afterAll, expect, test } from "vitest";
import { startClusterRedis } from "../../sandbox/redis/cluster.ts";
import { connected } from "../helpers/redis.ts";
import { replicated, waitsOn } from "../helpers/replicated.ts";
import { worksAgain } from "./failover.contract.ts";
import { fixture } from "./requests.contract.ts";
import { activeSample, inState } from "./samples.ts";
import { wholeContract } from "./whole.contract.ts";

const redis = await connected(await startClusterRedis());
afterAll(() => redis[Symbol.asyncDispose]());

wholeContract(redis);

test("what needs two slots is refused: this is a cluster", async () => {
  await expect(redis.commands.mset("a", "1", "b", "2")).rejects.toThrow("CROSSSLOT");
});

test("a change that must survive waits for the replica of the node that holds our keys", async () => {
  let f = fixture(redis);
  while (!(await redis.server.isOfFirst(f.keys.prefix))) f = fixture(redis);
  const request = activeSample();
  await f.requests.adopt(request);
  await f.requests.update(request.id, (r) => inState(r, "ending"), { replicated: true });
  expect(await Promise.all(redis.server.primaries.map(({ url }) => waitsOn(url)))).toEqual([1, 0, 0]);
});

test("the owner of our slot is killed, and its replica takes over", async () => {
  // A cluster of its own: a second try must find the owner alive.
  await using fast = await connected(await startClusterRedis(), 300);
  let f = fixture(fast);
  while (!(await fast.server.isOfFirst(f.keys.prefix))) f = fixture(fast);
  await worksAgain(fast, f, async () => {
    const [owner] = fast.server.primaries;
    if (!owner) throw new Error("no primary");
    await replicated(owner.url);
    await owner.stop();
  });
});
