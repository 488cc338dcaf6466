/** Slack asks once to wait before the channel hears of a revocation: it hears of it when the wait is over, and of what else there is. */
import { expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { SECOND } from "../../src/domain/duration.ts";
import { ALICE, APPROVALS, MEI, startBot, startWorld } from "../helpers/bot.ts";
import { inputOf, scene } from "../helpers/scene.ts";

const ASKED_S = 10;
/** Its place in the line, and one try each two seconds. */
const MORE_S = 5;

test("neither it nor a card is kept from the channel by tries that gave up", async () => {
  await using world = await startWorld();
  const bot = await startBot(world);
  const it = scene(world);
  await it.get("guest 2h", "first");
  await world.jump(30 * SECOND);
  world.turns.atOnce = false;
  const isSaid = (words: string) =>
    world.slack
      .messages(APPROVALS)
      .map(visibleText)
      .some((said) => said.includes(words) && !said.includes("first"));
  async function secondsUntil(words: string): Promise<number> {
    for (let seconds = 0; ; seconds++) {
      if (isSaid(words) || seconds > 4 * ASKED_S) return seconds;
      await world.jump(SECOND);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  await it.say(ALICE, "revoke all @bob");
  const view = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  world.slack.failNext("chat.postMessage", { retryAfter: ASKED_S });
  await world.slack.submit(ALICE, view.id, { [inputOf(view)]: "laptop stolen" });
  expect(await secondsUntil("laptop stolen")).toBeLessThan(ASKED_S + MORE_S);
  await it.say(MEI, "guest 1h of mei");
  expect(await secondsUntil("of mei")).toBeLessThan(MORE_S);
  await bot.stop();
});
