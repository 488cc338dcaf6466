/** Why effects need no lock: a process that was suspended while it drew a message leaves nothing old in Slack. */
import { expect, test } from "vitest";
import { runSlackJob } from "../../src/life/messages/draw.ts";
import { ALICE, CAROL } from "../helpers/people.ts";
import { sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld } from "../helpers/world.ts";

test("the edit of a card that arrives after a newer one is drawn over", async () => {
  const world = await startWorld();
  const { slack } = world;
  try {
    const { bot } = await startReplica(world);
    const scene = sceneOf(world);
    const card = await scene.ask("admin 1h", "OPS-1 drawn late");
    const { id } = await scene.record((one) => one.reason === "OPS-1 drawn late" && one.state === "waiting");
    // The replica's own try to draw the first approval fails; another process is suspended in its edit.
    slack.failNext("chat.update", { status: 503 });
    await slack.click(ALICE, card, "approve");
    await slack.waitFor(() => slack.calls.find(({ method }) => method === "chat.update"));
    const [begins, wakes] = [Promise.withResolvers<void>(), Promise.withResolvers<undefined>()];
    const suspend = async ({ method }: { method: string }) => {
      if (method !== "chat.update") return undefined;
      slack.meddle(undefined);
      begins.resolve();
      return wakes.promise;
    };
    slack.meddle({ before: suspend, after: async () => true });
    const late = runSlackJob(bot, "messages", id);
    await begins.promise;
    await slack.click(CAROL, card, "approve");
    await slack.waitFor(() => visibleText(card).includes("Active"));
    wakes.resolve(undefined);
    await late;
    await slack.waitFor(() => visibleText(card).includes("Active"));
    expect(visibleText(card)).not.toContain("1 of 2");
  } finally {
    await world.close();
  }
});
