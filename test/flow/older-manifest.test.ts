/** An app that was installed with the first manifest: it has neither shortcut, nor Home tab, nor events. */
import { expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { ALICE, BOB, CAROL, startBot, startWorld } from "../helpers/bot.ts";
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
  const findings = findingsOf(await runDoctor(world));
  expect(findings).toContainEqual(expect.objectContaining({ check: "slack scopes", level: "ok" }));
  expect(findings.find(({ check }) => check === "slack app")?.message).toMatch(/shortcut.*Home tab.*events/);
  await bot.stop();
});
