/** Whoever ends access at a command line without the hub's secret: what it was used for is told all the same. */
import { expect, test } from "vitest";
import { visibleText } from "../../../sandbox/slack/index.ts";
import { BOB, startBot, startWorld } from "../../helpers/bot.ts";
import { hubTells, letHubTell } from "../../helpers/hub-tells.ts";
import { scene } from "../../helpers/scene.ts";
import { operator } from "./operate.ts";

test("it stands on the receipt once the bot runs again", async () => {
  await using world = await startWorld({ transport: "socket" });
  letHubTell(world);
  const { operate, proven, granted } = operator(world);
  let bot = await startBot(world);
  await using _last = { [Symbol.asyncDispose]: () => bot.stop() };
  const hub = hubTells(world, () => bot);
  await hub.heartbeat();
  const { id } = await granted("clusters");
  const record = async () => {
    const found = (await world.records()).find((r) => r.id === id);
    if (!found) throw new Error("no record");
    return found;
  };
  await hub.use(await record());
  await hub.use(await record());
  await bot.stop();
  expect((await proven(operate(["end", id, "leaked"], { HUB_AUDIT_TOKEN: undefined }))).good).toBe(true);
  bot = await startBot(world);
  await world.until(async () => {
    await world.jump(15_000);
    await hub.heartbeat();
    const now = await record();
    return now.state === "ended" && now.use !== undefined;
  });
  expect(visibleText(await scene(world).dm(BOB, "Used"))).toContain("Used 2 times");
});
