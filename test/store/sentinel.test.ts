/** redis+sentinel://: the primary is found by its name, and found again when another takes its place. */
import { afterAll, expect, test } from "vitest";
import { startSentinelRedis } from "../../sandbox/redis/sentinel.ts";
import { connected } from "../helpers/redis.ts";
import { replicated } from "../helpers/replicated.ts";
import { worksAgain, writesAgain } from "./failover.contract.ts";
import { fixture } from "./requests.contract.ts";
import { wholeContract } from "./whole.contract.ts";

const PASSWORD = "hunter2";
// One fails over by a kill, the other by a freeze: a frozen primary keeps its connections, and must be left all the same.
const [redis, frozen] = await Promise.all([start(), start()]);
afterAll(() => Promise.all([redis, frozen].map((one) => one[Symbol.asyncDispose]())));

wholeContract(redis);

test("the primary is killed, and its replica takes over", async () => {
  await worksAgain(redis, fixture(redis), async () => {
    await replicated(redis.server.primary.url, PASSWORD);
    await redis.server.primary.stop();
  });
  expect(JSON.stringify(redis.log.lines)).not.toContain(PASSWORD);
  expect(redis.log.lines.map(({ message }) => message)).toEqual([
    "Redis does not answer",
    "Redis answers again",
  ]);
});

test("the primary freezes, and its replica takes over", async () => {
  await writesAgain(fixture(frozen), async () => {
    await replicated(frozen.server.primary.url, PASSWORD);
    frozen.server.primary.pause();
  });
});

async function start() {
  return connected(await startSentinelRedis({ password: PASSWORD }), 500);
}
