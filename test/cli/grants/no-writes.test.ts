/** Redis answers and keeps nothing, or lets nobody read: an operator sees and ends access from the hub alone. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SECOND } from "../../../src/domain/duration.ts";
import { CAROL, startBot, startWorld, type World } from "../../helpers/bot.ts";
import { login } from "../../helpers/login.ts";
import { swept } from "../../helpers/swept.ts";
import { operator } from "./operate.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>> | undefined;
let { operate, granted }: ReturnType<typeof operator> = {} as never;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  ({ operate, granted } = operator(world));
});
afterEach(async () => {
  await bot?.stop();
  await world.close();
});

const config = (setting: string, value: string) => world.commands.config("SET", setting, value);
const replicaOf = (...whose: string[]) => world.commands.call("REPLICAOF", ...whose);

const REFUSALS = {
  full: [() => config("maxmemory", "1"), () => config("maxmemory", "0")],
  "a replica": [() => replicaOf("127.0.0.1", "1"), () => replicaOf("NO", "ONE")],
  "a replica that reads nothing to anybody": [
    async () => {
      await config("replica-serve-stale-data", "no");
      await replicaOf("127.0.0.1", "1");
    },
    () => replicaOf("NO", "ONE"),
  ],
} as const;

/** No job of that Redis can be started: time alone moves on. */
function inTime<T>(running: Promise<T>): Promise<T> {
  const timer = setInterval(() => world.clock.jump(SECOND), 50);
  return running.finally(() => clearInterval(timer));
}

async function stopBot(): Promise<void> {
  await bot?.stop();
  bot = undefined;
}

const isRead = (refusal: string) => refusal !== "a replica that reads nothing to anybody";

describe.each(Object.entries(REFUSALS))("%s", (refusal, [refuse, heal]) => {
  test("list and show say what they can, and what ends is gone; the bot records it when Redis is well", async () => {
    const first = await granted("first");
    const second = await granted("second", CAROL);
    await stopBot();
    await refuse();
    const state = isRead(refusal) ? "active" : "on Karpor";
    expect((await operate(["list"])).says).toMatch(new RegExp(`${first.id} +${state} +guest +bob `));
    expect((await operate(["show", first.id])).says).toContain("account and binding stand");
    expect(await inTime(operate(["end", first.id, "leaked"]))).toEqual({
      good: true,
      says: `${first.id} has ended: it is gone from Karpor.\nRedis does not answer: the bot records it when Redis is back.`,
    });
    expect(await login(world.hub, first.token)).toBe(401);
    expect(await inTime(operate(["end", "--all", "a thief"]))).toEqual({
      good: true,
      says: `${second.id} has ended: it is gone from Karpor.\nRedis does not answer: the bot records it when Redis is back.`,
    });
    expect(await login(world.hub, second.token)).toBe(401);
    await heal();
    bot = await startBot(world);
    await world.until(async () => {
      await swept(world);
      return (await world.records()).every((r) => r.state !== "active");
    });
    const ends = (await world.records()).map((r) => ("end" in r ? [r.id, r.end.operator, r.end.reason] : []));
    expect(ends.sort()).toEqual(
      [
        [first.id, "nightshift", "leaked"],
        [second.id, "nightshift", "a thief"],
      ].sort(),
    );
  });

  test("a lockdown stands on the hub, and nothing else does", async () => {
    const { token } = await granted("locked");
    await stopBot();
    await refuse();
    expect(await inTime(operate(["lockdown", "a thief"]))).toEqual({
      good: true,
      says: "Locked down: nothing is granted until it is lifted with unlock.\nRedis does not answer: the lockdown stands on Karpor alone, and what stood there is taken off.",
    });
    // The hub knows the token of an account that is gone for ten seconds more.
    world.clock.jump(11 * SECOND);
    expect(await login(world.hub, token)).toBe(401);
    await heal();
    bot = await startBot(world);
    await world.until(async () => (await bot?.held())?.includes("lockdown") === true);
  });
});
