/** An operator ends access that an older copy of Redis does not know, with no bot to look first. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/duration.ts";
import { formatMoment } from "../../../src/domain/moment.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../../helpers/bot.ts";
import { copyRedis, restoreRedis } from "../../helpers/copy.ts";
import { login } from "../../helpers/login.ts";
import { type Scene, scene, tokenIn } from "../../helpers/scene.ts";
import { swept } from "../../helpers/swept.ts";
import { operator } from "./operate.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>> | undefined;
let it: Scene;
let { operate, proven }: ReturnType<typeof operator> = {} as never;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
  ({ operate, proven } = operator(world));
});
afterEach(async () => {
  await bot?.stop();
  await world.close();
});

async function stopBot(): Promise<void> {
  await bot?.stop();
  bot = undefined;
}

const recordOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
const isState = (reason: string, state: string) =>
  world.until(async () => (await recordOf(reason))?.state === state);
const epoch = async () => {
  const { serviceAccounts } = await world.hub.objects();
  return serviceAccounts
    .map(({ metadata }) => metadata.annotations?.["karpor-access.io/epoch"])
    .find(Boolean);
};

/** Of Bob's access: what comes before Redis is copied, and what gives him a token afterwards. */
const COPIED = {
  async pending() {
    const card = await it.ask("guest 4h", "older");
    return async () => void (await world.slack.click(ALICE, card, "approve"));
  },
  async scheduled() {
    const at = Math.ceil((world.clock.now() + HOUR) / MINUTE) * MINUTE;
    const card = await it.ask(`guest 4h from ${formatMoment({ at })}`, "older");
    await world.slack.click(ALICE, card, "approve");
    await isState("older", "scheduled");
    return () => world.jump(at - world.clock.now());
  },
};

/** It is live, the hub has heard of it, no bot runs, and Redis is the copy. */
async function older(state: keyof typeof COPIED): Promise<{ id: string; token: string }> {
  const goOn = await COPIED[state]();
  const copy = await copyRedis(world.commands);
  const before = await epoch();
  await goOn();
  await isState("older", "active");
  const message = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  await world.until(async () => {
    await world.jump(MINUTE);
    return (await epoch()) !== before;
  });
  await stopBot();
  await restoreRedis(world.commands, copy);
  const { id = "", state: copied } = (await recordOf("older")) ?? {};
  expect(copied).toBe(state);
  return { id, token: tokenIn(message) };
}

/** A bot that starts says who ended it, and its message bears no token. */
async function recorded(): Promise<void> {
  bot = await startBot(world);
  await world.until(async () => {
    await swept(world);
    return (await recordOf("older"))?.state === "ended";
  });
  expect(await recordOf("older")).toMatchObject({ end: { cause: "revoked", operator: "nightshift" } });
  await world.until(async () => world.slack.dm(BOB).every((m) => tokenIn(m) === ""));
}

describe.each(["pending", "scheduled"] as const)("%s in the copy of Redis, and live since", (state) => {
  test("it ends, and what is said of it is proved", async () => {
    const { id, token } = await older(state);
    const { good, says } = await proven(operate(["end", id, "leaked"]));
    expect(says).toMatch(/has ended: (Karpor refuses its token|its account is gone from Karpor)\.$/);
    expect(good).toBe(true);
    expect(await login(world.hub, token)).toBe(401);
    await recorded();
  });
});
