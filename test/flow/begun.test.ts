/** A grant is begun while the decision that asks for it is on its way to Redis: it is made of what stands there. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRedisProxy, type RedisFault } from "../../sandbox/redis/proxy.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let proxy: Awaited<ReturnType<typeof openRedisProxy>>;
/** What becomes of the next decision at the door of Redis. */
let next: RedisFault | undefined;
/** What of a grant the bot asks of Redis, in order. */
let asked: string[];

beforeEach(async () => {
  [next, asked] = [undefined, []];
  world = await startWorld();
  proxy = await openRedisProxy(Number(new URL(world.redis.url).port), ({ word, bytes }) => {
    const [, what = ""] = /:(request|urgent|lease):/.exec(word(3)) ?? [];
    const isDecided = what === "request" && bytes.includes(`"state":"approved"`);
    if (isDecided || what === "urgent" || what === "lease") asked.push(isDecided ? "decision" : what);
    const fault = isDecided ? next : undefined;
    if (isDecided) next = undefined;
    return fault;
  });
  world.env.REDIS_URL = `redis://127.0.0.1:${proxy.port}`;
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  proxy.close();
  await world.close();
});

/** Nothing changes the record any more. */
async function pending(reason: string) {
  const card = await scene(world).ask("guest 2h", reason);
  await world.until(async () => {
    const [record] = await world.records();
    return Boolean(record?.messages.card?.ts && record.messages.waiting?.ts);
  });
  return card;
}

test("Redis is asked for the decision, its job and the lease at once, in this order", async () => {
  const card = await pending("begun");
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  const first = asked.indexOf("decision");
  expect(asked.slice(first, first + 3)).toEqual(["decision", "urgent", "lease"]);
});

test("a decision that Redis has only after the grant was begun: its job makes the grant", async () => {
  const card = await pending("late");
  // As of a Redis that has forgotten its scripts: it is sent once more, after what was sent behind it.
  next = { refuse: "NOSCRIPT No matching script." };
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  await world.until(async () => (await world.records())[0]?.state === "active");
});

test("a decision that Redis does not take: nothing is made, and it can be made again", async () => {
  const it = scene(world);
  const card = await pending("not taken");
  next = { refuse: "OOM command not allowed when used memory > 'maxmemory'." };
  await world.slack.click(ALICE, card, "approve");
  await it.whisper(ALICE, "Nothing changed:");
  await world.until(
    async () => (await world.jobs.lanes.urgent.getJobCountByTypes("delayed", "waiting", "active")) === 0,
  );
  expect((await world.records())[0]?.state).toBe("pending");
  expect(await it.standing()).toEqual([]);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toMatch("eyJ");
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
});
