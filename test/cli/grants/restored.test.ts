/** An operator ends access that an older copy of Redis, or of the hub, brought back or does not know, with no bot to look first. */
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
let { operate, proven, inTime, granted }: ReturnType<typeof operator> = {} as never;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
  ({ operate, proven, inTime, granted } = operator(world));
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
const tokensOf = (user: string) => world.slack.dm(user).map(tokenIn).filter(Boolean);
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
  async approved() {
    const card = await it.ask("guest 4h", "older");
    let refuses = true;
    const isMade = (method: string, path: string) =>
      refuses && method === "POST" && /\/(serviceaccounts|clusterrolebindings)(\?|$)/.test(path);
    world.localHub?.failNext(Number.POSITIVE_INFINITY, 503, isMade);
    await world.slack.click(ALICE, card, "approve");
    await isState("older", "approved");
    return async () => {
      refuses = false;
      await inTime(isState("older", "active"));
    };
  },
  async active() {
    const first = await it.get("guest 4h", "older");
    const old = tokenIn(first);
    return async () => {
      await world.slack.select(BOB, first, "menu", "New token", { confirm: true });
      await world.slack.waitFor(() => tokensOf(BOB).find((token) => token !== old));
    };
  },
};

/** It is live, the hub has heard of it, no bot runs, and Redis is the copy. */
async function older(state: keyof typeof COPIED): Promise<{ id: string; token: string }> {
  const goOn = await COPIED[state]();
  const copy = await copyRedis(world.commands);
  const before = await epoch();
  await goOn();
  await isState("older", "active");
  const token = await world.slack.waitFor(() => tokensOf(BOB).at(-1));
  await world.until(async () => {
    await world.jump(MINUTE);
    return (await epoch()) !== before;
  });
  await stopBot();
  await restoreRedis(world.commands, copy);
  const { id = "", state: copied } = (await recordOf("older")) ?? {};
  expect(copied).toBe(state);
  return { id, token };
}

/** A bot that starts says who ended it, and its message bears no token. */
async function recorded(): Promise<void> {
  bot = await startBot(world);
  await world.until(async () => {
    await swept(world);
    return (await recordOf("older"))?.state === "ended";
  });
  expect(await recordOf("older")).toMatchObject({ end: { cause: "revoked", operator: "nightshift" } });
  await world.until(async () => tokensOf(BOB).length === 0);
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

  test("it is listed as what stands, and ends with all else", async () => {
    const { id, token } = await older(state);
    expect((await operate(["list"])).says).toMatch(new RegExp(`${id} +on Karpor +guest +bob `));
    expect(await proven(operate(["end", "--all", "a thief"]))).toEqual({
      good: true,
      says: "1 of 1 confirmed ended.",
    });
    expect(await login(world.hub, token)).toBe(401);
    await recorded();
  });

  test("locked down, it is among what is confirmed", async () => {
    const { token } = await older(state);
    expect(await proven(operate(["lockdown", "a thief"]))).toEqual({
      good: true,
      says: "Locked down: nothing is granted until it is lifted with unlock.\n1 of 1 confirmed ended.",
    });
    expect(await login(world.hub, token)).toBe(401);
    expect(await it.standing()).toEqual([]);
    await recorded();
  });
});

test.each([
  ["end ID", (id: string) => ["end", id, "a thief"]],
  ["end --all", () => ["end", "--all", "a thief"]],
  ["lockdown", () => ["lockdown", "a thief"]],
])("approved in the copy of Redis, and live since: %s ends it as what it is", async (_, line) => {
  const { id, token } = await older("approved");
  expect((await proven(operate(line(id)))).good).toBe(true);
  expect(await login(world.hub, token)).toBe(401);
  expect(await recordOf("older")).toMatchObject({ state: "ended", grant: expect.anything() });
  await recorded();
});

test.each(["ID", "--all"])("end %s: a token that came since the copy ends with its grant", async (which) => {
  const { id, token } = await older("active");
  expect(await login(world.hub, token)).toBe(200);
  const { good } = await proven(operate(["end", which === "ID" ? id : which]));
  expect(good).toBe(true);
  expect(await login(world.hub, token)).toBe(401);
  expect(await it.standing()).toEqual([]);
  await recorded();
});

test.each(["ID", "--all"])(
  "what a restored hub brought back after its end is listed, and ends: end %s",
  async (which) => {
    const { id, token } = await granted("back again");
    const bringBack = world.localHub?.backup();
    await proven(operate(["end", id]));
    await stopBot();
    bringBack?.();
    expect(await login(world.hub, token)).toBe(200);
    expect((await operate(["list"])).says).toMatch(new RegExp(`${id} +on Karpor`));
    expect(await inTime(operate(["end", which === "ID" ? id : which, "a thief"]))).toEqual({
      good: true,
      says: "1 of 1 confirmed ended.",
    });
    expect(await login(world.hub, token)).toBe(401);
    expect(await it.standing()).toEqual([]);
  },
);
