/** redis+sentinel://: the primary is found by its name, and found again when another takes its place. */
import { afterAll, expect, test } from "vitest";
import { startSentinelRedis } from "../../sandbox/redis/sentinel.ts";
import { connected } from "../helpers/redis.ts";
import { replicated } from "../helpers/replicated.ts";
import { worksAgain, writesAgain } from "./failover.contract.ts";
import { fixture } from "./requests.contract.ts";
import { wholeContract } from "./whole.contract.ts";

const PASSWORD = "hunter2";
const redis = await start();
afterAll(() => redis[Symbol.asyncDispose]());

wholeContract(redis);

// Each with primaries of its own: a second try must find one alive.
test("the primary is killed, and its replica takes over", async () => {
  await using killed = await start();
  await worksAgain(killed, fixture(killed), async () => {
    await replicated(killed.server.primary.url, PASSWORD);
    await killed.server.primary.stop();
  });
  expect(JSON.stringify(killed.log.lines)).not.toContain(PASSWORD);
  expect(killed.log.lines.map(({ message }) => message)).toEqual([
    "Redis does not answer",
    "Redis answers again",
  ]);
});

// A frozen primary keeps its connections, and must be left all the same.
test("the primary freezes, and its replica takes over", async () => {
  await using frozen = await start();
  await writesAgain(fixture(frozen), async () => {
    await replicated(frozen.server.primary.url, PASSWORD);
    frozen.server.primary.pause();
  });
});

async function start() {
  return connected(await startSentinelRedis({ password: PASSWORD }), 500);
}
