/** An app that was installed with the first manifest: it has neither shortcut, nor Home tab, nor events. */
import { expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import { ALICE, BOB, CAROL, GENERAL, startBot, startWorld } from "../helpers/bot.ts";
import { findingsOf, runDoctor } from "../helpers/doctor.ts";
import { scene } from "../helpers/scene.ts";

const SCOPES = "commands chat:write im:write users:read usergroups:read channels:read groups:read".split(" ");

test("it starts, gives and ends access, and hears of who left a group ten seconds later; doctor says what may be off", async () => {
  await using world = await startWorld();
  Object.assign(world.slack.settings, { scopes: SCOPES, events: [] });
  const bot = await startBot(world);
  const it = scene(world);
  const card = await it.ask("guest 1h", "to leave");
  await world.slack.people.setGroup("S0SRE", [ALICE]);
  await world.jump(10_001);
  await world.slack.click(CAROL, card, "approve");
  await it.whisper(CAROL, "S0SRE");
  expect(visibleText(card)).toContain("asks for");
  await world.slack.click(ALICE, card, "approve");
  await it.dm(BOB, "Only for you.");
  await world.jump(HOUR);
  await it.proveEnd();
  expect(await bot.held()).toEqual([]);
  expect(world.slack.calls.filter(({ error }) => error === "missing_scope")).toEqual([]);
  expect(world.slack.calls.map(({ method }) => method)).not.toContain("views.publish");
  const doctorOn = async (check: string) =>
    findingsOf(await runDoctor(world)).find((found) => found.check === check);
  expect(await doctorOn("slack scopes")).toMatchObject({ level: "ok" });
  const untold = { level: "ok", message: expect.stringMatching(/tells no bot/) };
  expect(await doctorOn("slack app")).toMatchObject(untold);
  await world.jump(DAY);
  expect(await doctorOn("slack app")).toMatchObject(untold);
  const told = () => world.commands.hget(world.keys.sent, "command");
  const before = await told();
  await world.slack.command(BOB, GENERAL, "help");
  await world.until(async () => (await told()) !== before);
  expect(await doctorOn("slack app")).toMatchObject({
    level: "warn",
    message: expect.stringMatching(/^in 1d1h Slack has sent commands alone: .*older manifest/),
    fix: expect.stringMatching(/setup -- --manifest/),
  });
  world.slack.settings.events = ["user_change"];
  await world.slack.people.change(BOB, { realName: "Robert" });
  await world.until(async () => (await world.commands.hexists(world.keys.sent, "user_change")) === 1);
  expect(await doctorOn("slack app")).toEqual({
    check: "slack app",
    level: "ok",
    message:
      "Slack has sent user_change; not yet shortcut, app_home_opened, subteam_members_changed, subteam_updated",
  });
  await bot.stop();
});
