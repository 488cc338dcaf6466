/** The Home tab of the whole bot: whoever opened theirs is known to each replica, and a busy minute stays within Slack's budget. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { visibleText } from "../sandbox/slack/index.ts";
import { SECOND } from "../src/domain/duration.ts";
import { ALICE, BOB, CAROL, MEI, startBot, startWorld, type World } from "./helpers/bot.ts";
import { inputOf, scene } from "./helpers/scene.ts";

let world: World;
let bots: Awaited<ReturnType<typeof startBot>>[];
beforeEach(async () => {
  world = await startWorld();
  bots = [await startBot(world)];
});
afterEach(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  await world.close();
});

const published = () => world.slack.calls.filter(({ method }) => method === "views.publish");
const wordsOn = (user: string) => visibleText({ text: "", blocks: world.slack.home(user)?.blocks ?? [] });
/** Time passes until it reads so. */
const reads = (user: string, words: string | RegExp) =>
  world.until(async () => {
    await world.jump(SECOND);
    return wordsOn(user).search(words) >= 0;
  });
const open = async (...users: string[]) => {
  for (const user of users) {
    await world.slack.openHome(user);
    await world.slack.waitFor(() => world.slack.home(user));
  }
};

test("opened by one replica, it is kept up by another, from the question to the token, which it never holds", async () => {
  await open(ALICE, BOB);
  const second = await startBot(world);
  await bots.shift()?.stop();
  bots.push(second);
  await scene(world).ask("guest 2h", "of two replicas");
  await reads(ALICE, "of two replicas");
  await reads(BOB, "You wait for");
  await world.slack.click(ALICE, { home: true }, "approve");
  await world.slack.waitFor(() => !wordsOn(ALICE).includes("of two replicas"));
  await reads(BOB, "Active until");
  await reads(ALICE, "All active: 1");
  await world.slack.click(BOB, { home: true }, "release", { confirm: true });
  await world.slack.waitFor(() => /Ending|Nothing open/.test(wordsOn(BOB)));
  await reads(BOB, "Nothing open");
  expect(JSON.stringify(published())).not.toContain("eyJ");
});

test("a changed configuration, and a lockdown, reach those who look", async () => {
  await open(MEI);
  expect(wordsOn(MEI)).not.toContain("`extra`");
  const path = world.env.KARPOR_ACCESS_CONFIG;
  const file = parse(readFileSync(path, "utf8")) as { roles: Record<string, unknown> };
  file.roles.extra = file.roles.guest;
  writeFileSync(path, stringify(file));
  await reads(MEI, "`extra`");
  await world.slack.command(ALICE, "C0GENERAL", "lockdown");
  const form = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.submit(ALICE, form.id, { [inputOf(form)]: "an incident" });
  await reads(MEI, "已锁定");
});

test("many who look, and much that changes, are no more than Slack takes", async () => {
  const crowd = Array.from({ length: 65 }, (_, i) => `U0CROWD${i}`);
  for (const id of crowd) world.slack.people.add({ id, name: id.toLowerCase() });
  await world.slack.people.setGroup("S0SRE", [ALICE, CAROL, ...crowd]);
  for (let i = 0; i < crowd.length; i += 10)
    await Promise.all(crowd.slice(i, i + 10).map((user) => world.slack.openHome(user)));
  const all = (holds: (user: string) => boolean) =>
    world.until(async () => {
      await world.jump(10 * SECOND);
      return crowd.every(holds);
    }, 60_000);
  await all((user) => world.slack.home(user) !== undefined);
  await scene(world).ask("guest 1h", "seen by all");
  await all((user) => wordsOn(user).includes("seen by all"));
  expect(published().filter(({ error }) => error === "ratelimited")).toEqual([]);
});
