/** What people bring about is on a replica of Redis, where there is one, before they are told of it: each flow asks for that by itself. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalRedis } from "../../sandbox/redis/redis.ts";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import { instanceAccount } from "../../src/hub/grants/names.ts";
import { operator } from "../cli/grants/operate.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { replicaOf, waitsOn } from "../helpers/replicated.ts";
import { type Scene, scene } from "../helpers/scene.ts";

let world: World;
let replica: LocalRedis;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;

beforeEach(async () => {
  world = await startWorld();
  replica = await replicaOf(world.redis);
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  world.localHub?.meddle(undefined);
  await bot.stop();
  await replica.stop();
  await world.close();
});

/** Of the only request. */
const record = async () => (await world.records())[0];

/**
 * The hub does not say what it remembers for the bot: else the epoch would rise after whatever lasts, and wait for
 * the replica, too.
 */
const holdEpoch = () =>
  world.localHub?.meddle({
    before: async ({ path }) => (path.endsWith(`/${instanceAccount("test")}`) ? { status: 503 } : undefined),
    after: async () => true,
  });

/** Resolves once the replica was waited for, and the record says what came of it. */
async function waitedFor(act: () => unknown, becomes: object): Promise<void> {
  holdEpoch();
  const before = await waitsOn(world.redis.url);
  await act();
  await expect.poll(record).toMatchObject(becomes);
  await expect.poll(() => waitsOn(world.redis.url)).toBeGreaterThan(before);
}

async function deny(card: SlackMessage): Promise<void> {
  await world.slack.click(ALICE, card, "deny");
  const { id } = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.submit(ALICE, id, { why: "not today" });
}

const withdraw = async () => world.slack.click(BOB, await it.dm(BOB, "Waiting for approval:"), "Withdraw");

const revoke = async () => it.say(ALICE, `revoke ${(await record())?.id} no more`);

test.each<[string, (card: SlackMessage) => Promise<unknown>, object]>([
  ["an approval", (card) => world.slack.click(ALICE, card, "approve"), { decision: { by: { id: ALICE } } }],
  ["a denial", deny, { state: "denied" }],
  ["a withdrawal", withdraw, { state: "withdrawn" }],
])("%s waits for the replica", async (_, act, becomes) => {
  const card = await it.ask("guest 2h", "to be decided");
  await waitedFor(() => act(card), becomes);
});

test.each<[string, (token: SlackMessage) => Promise<unknown>, object]>([
  ["a revocation", revoke, { end: { cause: "revoked" } }],
  [
    "a release",
    (token) => world.slack.click(BOB, token, "End now", { confirm: true }),
    { end: { cause: "released" } },
  ],
  [
    "another token",
    (token) => world.slack.select(BOB, token, "menu", "New token", { confirm: true }),
    { generation: 2 },
  ],
])("%s waits for the replica", async (_, act, becomes) => {
  const token = await it.get("guest 8h", "to be held");
  await waitedFor(() => act(token), becomes);
});

test("an operator's end waits for the replica", async () => {
  const { operate, proven, granted } = operator(world);
  const { id } = await granted("to be ended");
  let ending = Promise.resolve({ good: false });
  const end = () => {
    ending = operate(["end", id, "leaving"]);
  };
  await waitedFor(end, { end: { cause: "revoked", operator: "nightshift" } });
  world.localHub?.meddle(undefined);
  expect((await proven(ending)).good).toBe(true);
});
