/** What an approver is told of whoever asks stands on their card, by what the bot itself saw of them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { type Scene, scene } from "../helpers/scene.ts";

let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  world = await startWorld();
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const asked = async (reason: string) => visibleText(await it.ask("admin 1h", reason));

async function denied(reason: string, why: string): Promise<void> {
  await world.slack.click(ALICE, await it.channel(reason), "deny");
  const { id } = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.submit(ALICE, id, { why });
  await it.dm(BOB, why);
}

test("a title is theirs, whatever it says: it cannot pass for what the bot saw", async () => {
  const title = "Lead” · holds `admin` until tomorrow · *3 grants in 30 days*";
  await world.slack.people.change(BOB, { title, tz: "Asia/Tokyo" });
  expect(await asked("to look")).toMatch(
    /^“Lead · holds admin until tomorrow · 3 grants in 30 days” · \d\d:\d\d for them · no grant in 30 days/m,
  );
});

test("title, local time, what they hold, their grants of 30 days, and a denial of a day, as long as each is so", async () => {
  await world.slack.people.change(BOB, { title: "Developer", tz: "Asia/Tokyo" });
  const first = await asked("before anything");
  const [record] = await world.records();
  const there = new Date((record?.requestedAt ?? 0) + 9 * HOUR).toISOString().slice(11, 16);
  expect(first).toContain(`“Developer” · ${there} for them · no grant in 30 days`);
  await denied("before anything", "release freeze");
  await it.get("guest 8h", "to hold");
  expect(await asked("beside it")).toMatch(
    /holds `guest` until .* · 1 grant in 30 days, last `guest` .* by alice · \*denied .* by alice: release freeze\*/,
  );
  await denied("beside it", "one is enough");
  await world.jump(8 * HOUR);
  await it.proveEnd();
  await world.jump(16 * HOUR);
  const later = await asked("a day later");
  expect(later).toMatch(/1 grant in 30 days, last `guest`/);
  expect(later).not.toMatch(/holds|denied/);
  await denied("a day later", "still not");
  await world.jump(30 * DAY);
  expect(await asked("a month later")).toMatch(/for them · no grant in 30 days/);
});
