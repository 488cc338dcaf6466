/** Shown at a click, on a real API server: each token is good until it is revoked, and then all of them are refused. */
import { expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, BOB, catalog, startBot, startWorld } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, TOKEN } from "../helpers/scene.ts";

const roles = { ...catalog, guest: { ...catalog.guest, delivery: "reveal" } };

test.skipIf(!envtestAvailable())(
  `two clicks, two tokens; revoked, neither is good ${envtestAvailable() ? "" : envtestAdvice}`,
  async () => {
    const clock = jumpClock();
    await using opened = new AsyncDisposableStack();
    const hub = opened.adopt(await startEnvtest(), (h) => h.stop());
    const world = opened.use(await startWorld({ hub, clock, roles }));
    opened.adopt(await startBot(world), (bot) => bot.stop());
    const it = scene(world);
    /** A bare API server has no dashboard behind its login. */
    const isRefused = async (token: string) => [401, 403].includes(await login(hub, token));
    const seen = () => visibleText({ text: "", blocks: world.slack.views(BOB).at(-1)?.blocks ?? [] });

    await world.slack.click(ALICE, await it.ask("guest 1h", "to look"), "approve");
    const message = await it.dm(BOB, "Show token");
    const tokens: string[] = [];
    for (const _ of [1, 2]) {
      await world.slack.click(BOB, message, "Show token");
      const shown = () => [TOKEN.exec(seen())?.[0] ?? ""].find((one) => one !== "" && !tokens.includes(one));
      tokens.push(await world.slack.waitFor(shown));
    }
    for (const token of tokens) expect(await isRefused(token)).toBe(false);
    const [request] = await world.records();
    await it.say(ALICE, `revoke ${request?.id} enough`);
    await world.slack.waitFor(() => seen().includes("No longer shown:"));
    for (const token of tokens) await world.until(() => isRefused(token));
    await it.proveEnd();
    // The server remembers a good token for 10 s of its own time.
    for (const token of tokens) await world.until(async () => (await login(hub, token)) === 401);
    expect((await world.records())[0]).toMatchObject({
      verification: { method: expect.stringMatching(/^(probe|absence)$/) },
    });
  },
  120_000,
);
