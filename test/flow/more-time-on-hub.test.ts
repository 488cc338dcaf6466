/** More time on the hub, on a stand-in and on a real API server: one account whose end moves, both tokens good until it ends, and none after. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { ALICE, BOB, catalog, startBot, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

type Hub = { name: string; start(clock: JumpClock): Promise<TestHub> };
const hubs: Hub[] = [{ name: "the local hub", start: (clock) => startLocalHub({ clock }) }];
if (envtestAvailable()) hubs.push({ name: "a real API server", start: () => startEnvtest() });
else test.skip(`on a real API server ${envtestAdvice}`);

const duration = { default: "1h", max: "2h", total: "4h" };
const roles = { ...catalog, guest: { ...catalog.guest, duration } };

describe.each(hubs)("on $name", ({ start }) => {
  const clock = jumpClock();
  let hub: TestHub;
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  beforeAll(async () => {
    hub = await start(clock);
    world = await startWorld({ hub, clock, roles });
    bot = await startBot(world);
  }, 90_000);
  afterAll(async () => {
    await bot?.stop();
    await world?.close();
    await hub?.stop();
  });

  const lives = (token: string): number =>
    (JSON.parse(atob(token.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? "")) as { exp: number })
      .exp;
  /** A bare API server has no dashboard behind its login. */
  const isRefused = async (token: string) => [401, 403].includes(await login(hub, token));
  const account = async () => {
    const { serviceAccounts } = await hub.objects();
    return serviceAccounts.filter(({ metadata }) => /^karpor-access-guest-r-/.test(metadata.name));
  };

  test("the same account, whose new token lives longer; the end takes both", async () => {
    const it = scene(world);
    const token = await it.get("guest 1h", "first");
    const first = tokenIn(token);
    const [before] = await account();
    await world.slack.click(BOB, token, "Ask for more time");
    const view = await world.slack.waitFor(() => world.slack.views(BOB).at(-1));
    await world.slack.submit(BOB, view.id, { "more-time": "2 h", "more-reason": "still at it" });
    await world.slack.click(ALICE, await it.channel("still at it"), "approve");
    const fresh = await world.slack.waitFor(() =>
      world.slack.dm(BOB).findLast((m) => m.text.startsWith("More time") && tokenIn(m) !== ""),
    );
    const second = tokenIn(fresh);
    expect(lives(second) - lives(first)).toBeGreaterThanOrEqual(2 * 3600 - 5);
    for (const one of [first, second]) expect(await isRefused(one)).toBe(false);
    const after = await account();
    expect(after).toHaveLength(1);
    expect(after[0]?.metadata.uid).toBe(before?.metadata.uid);
    expect(after[0]?.metadata.annotations).not.toEqual(before?.metadata.annotations);
    await world.slack.click(BOB, fresh, "End now", { confirm: true });
    for (const one of [first, second]) await world.until(() => isRefused(one));
    await it.proveEnd();
    expect(await account()).toEqual([]);
  });
});
