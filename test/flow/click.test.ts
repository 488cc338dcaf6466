/** What a click on Approve is judged by is asked of Redis at once, by the record as it was seen last; what stands there decides. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRedisProxy, type RedisProxy } from "../../sandbox/redis/proxy.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { write } from "../../src/store/record.ts";
import { ALICE, BOB, CAROL, startBot, startWorld, type World } from "../helpers/bot.ts";
import { type Gate, openGate } from "../helpers/gate.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

let world: World;
let gate: Gate;
let door: RedisProxy;
/** What the bot asks of Redis: a command and its first key, or a script's. */
let asked: Set<string>;
let bot: Awaited<ReturnType<typeof startBot>>;

beforeEach(async () => {
  world = await startWorld();
  gate = await openGate(Number(new URL(world.redis.url).port));
  asked = new Set();
  door = await openRedisProxy(gate.port, ({ word }) => {
    asked.add(`${word(0)} ${word(0) === "evalsha" ? word(3) : word(1)}`);
    return undefined;
  });
  world.env.REDIS_URL = `redis://127.0.0.1:${door.port}`;
  bot = await startBot(world, { callMs: 20_000 });
});
afterEach(async () => {
  gate.release();
  await bot.stop();
  door.close();
  gate.close();
  await world.close();
});

/** Clicked, and looked at, while Redis' answers are held. */
async function clicked(reason: string) {
  const card = await scene(world).ask("guest 2h", reason);
  const { id } = await record();
  const { request, lockdown, memory } = world.keys;
  const looks = [`hmget ${request(id)}`, `hgetall ${lockdown}`];
  const memories = [`person:${ALICE}`, "groups"].map((name) => `evalsha ${memory(name)}`);
  asked.clear();
  gate.hold("answers");
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => [...looks, ...memories].every((look) => asked.has(look)), 5_000);
}

test("the record, whether access is locked down, and whether they may who clicked", async () => {
  await clicked("at once");
  gate.release();
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
});

test("locked down once that was looked at: nothing is granted", async () => {
  const it = scene(world);
  await clicked("between");
  const [by, at] = [{ id: CAROL, name: "Carol", locale: "en" }, world.clock.now()];
  const lockdown = { by, qualified: CAROL, at, reason: "theft" };
  await world.commands.hset(world.keys.lockdown, { record: JSON.stringify(lockdown), at });
  gate.release();
  await it.whisper(ALICE, "locked all access down");
  expect((await world.records())[0]?.state).toBe("pending");
  expect(await it.standing()).toEqual([]);
});

test("another is asked for by now than when this replica saw it last: only they may decide", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "others");
  const seen = await record();
  await world.commands.hset(
    world.keys.request(seen.id),
    "record",
    write({ ...seen, approvers: [CAROL as UserId] }),
  );
  await world.slack.click(ALICE, card, "approve");
  await it.whisper(ALICE, "can decide this request");
  expect((await record()).state).toBe("pending");
  await world.slack.click(CAROL, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  expect((await world.records())[0]).toMatchObject({ decision: { by: { id: CAROL } } });
});

/** Once nothing changes it any more. */
async function record() {
  await world.until(async () => {
    const messages = (await world.records())[0]?.messages;
    return Boolean(messages?.card?.ts && messages.waiting?.ts);
  });
  const [found] = await world.records();
  if (!found) throw new Error("there is no record");
  return found;
}
