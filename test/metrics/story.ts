/** A bot that has seen a short story, scraped as Prometheus does it. */
import { HOUR } from "../../src/domain/duration.ts";
import { setAnonymous } from "../helpers/anonymous.ts";
import { ALICE, BOB, CAROL, startBot, startWorld } from "../helpers/bot.ts";
import { readFile } from "../helpers/config-file.ts";
import { hubTells, letHubTell } from "../helpers/hub-tells.ts";
import { scene } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

export async function tellStory() {
  await using opened = new AsyncDisposableStack();
  const world = opened.adopt(await startWorld({ transport: "socket" }), (w) => w.close());
  Object.assign(world.env, { METRICS_PORT: "0" });
  const { hub } = readFile(world);
  letHubTell(world, { canary: "1h", hub: { ...hub, anonymous: "closed" } });
  await setAnonymous(world, "--close-anonymous");
  const bot = opened.adopt(await startBot(world), (b) => b.stop());
  const { ask, dm, get, proveEnd, say } = scene(world);
  const isActive = () =>
    world.until(async () => (await world.records()).some(({ state }) => state === "active"));

  await get("guest 8h", "debugging");
  await world.jump(8 * HOUR);
  await proveEnd(BOB);
  await say(CAROL, "peek 15m another look");
  await isActive();
  await world.slack.click(CAROL, await dm(CAROL, "Only for you."), "End now", { confirm: true });
  await proveEnd(CAROL);
  await say(ALICE, "peek 15m a look");
  await dm(ALICE, "Only for you.");
  await isActive();
  await ask("admin 2h", "one that waits");
  await swept(world);
  await hubTells(world, () => bot).heartbeat();
  const kept = opened.move();
  const port = bot.app.metricsPort ?? 0;
  return {
    ...{ world, bot, port },
    scrape: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      return { type: answer.headers.get("content-type"), text: await answer.text() };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
