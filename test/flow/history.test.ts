/** History through the outer doors: each step with who and when, to those who may see it, also when the record is gone. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY } from "../../src/domain/duration.ts";
import { ALICE, BOB, CAROL, catalog, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { type Scene, scene } from "../helpers/scene.ts";

const roles = { ...catalog, mine: { ...catalog.guest, approval: { by: [CAROL], within: "4h" } } };

let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  world = await startWorld({ roles });
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const said = async (user: string, line: string, words: string) => {
  await it.say(user, line);
  return visibleText(await it.whisper(user, words));
};

test("a grant from the question to the proof, told to its holder, its approvers and admins, and to nobody else", async () => {
  await it.get("guest 1h", "a look");
  await it.say(BOB, "revoke");
  await it.proveEnd();
  const [record] = await world.records();
  const id = record?.id ?? "";
  for (const user of [BOB, ALICE, CAROL]) {
    const story = await said(user, `show ${id}`, `${id}, ended:`);
    expect(story).toMatch(
      /asked for by <@U0BOB>: `guest`, 1 h.*sent to its approvers.*approved by <@U0ALICE> \(through <!subteam\^S0SRE>\).*made on Karpor.*token delivered, until .*ended by <@U0BOB>, whose it was.*confirmed: Karpor refuses the token/s,
    );
  }
  const refused = await said(MEI, `show ${id}`, "无法显示");
  const absent = await said(MEI, "show R-00000000", "R-00000000");
  expect(refused.replaceAll(id, "R-00000000")).toBe(absent);

  await world.jump(100 * DAY);
  await world.commands.del(world.keys.request(id));
  expect(await said(BOB, `show ${id.toLowerCase()}`, "R-")).toContain("approved by <@U0ALICE>");
  await said(BOB, "history", "Nothing asked for:");
  const past = await said(BOB, "history 120d", "1 request:");
  expect(past).toMatch(
    /Ended:\* `guest`, 1 h · asked .* · approved by <@U0ALICE>.*ended by <@U0BOB>, whose it was/,
  );
  await world.slack.click(BOB, await it.whisper(BOB, "1 request:"), "Story");
  await world.slack.waitFor(() => world.slack.ephemerals(BOB).length >= 5 || undefined);
});

test("others' history: an admin sees all, an approver their roles, a colleague nothing", async () => {
  await it.ask("guest 1h", "first");
  await it.ask("mine 1h", "second");
  expect(await said(ALICE, "history @bob", "2 requests:")).toMatch(/`mine`.*`guest`/s);
  const carols = await said(CAROL, "history @bob 7d", "History:");
  expect(carols).toMatch(/`mine`.*`guest`/s);
  await said(MEI, "history @bob", "只有审批人和管理员可以查看");
  await said(BOB, "history soon", "is no role, and no person");
  await said(BOB, "show", "say which request");
});
