/** Promise 3: a crash loses nothing: what was begun is finished within a minute. */
import { expect, test } from "vitest";
import { runSlackJob } from "../../src/life/messages/draw.ts";
import { SECOND } from "../../src/request/durations.ts";
import { ALICE, BOB, CAROL } from "../helpers/people.ts";
import { startProcess } from "../helpers/process.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const inWorld = async (work: (world: World, scene: Scene) => Promise<void>) => {
  const world = await startWorld();
  try {
    await work(world, sceneOf(world));
  } finally {
    await world.close();
  }
};

test.each(["approved", "ended"] as const)(
  "kill -9 at the moment when it is %s: another replica finishes it",
  (when) =>
    inWorld(async (world, scene) => {
      const first = await startProcess(world);
      world.slack.deliverTo(`http://127.0.0.1:${first.port}/slack/events`);
      const card = await scene.ask("guest 1h", "through a crash");
      const cut = when === "approved" ? "POST" : "DELETE";
      if (when === "ended") await world.slack.click(ALICE, card, "approve").then(() => scene.tokenOf(BOB));
      // Its first call to the hub about this is its last.
      const killed = Promise.withResolvers<void>();
      const before = async ({ method, path }: { method: string; path: string }) => {
        if (method === cut && path.includes("clusterrolebindings")) {
          await first.kill();
          killed.resolve();
        }
        return undefined;
      };
      world.hub.meddle({ before, after: async () => true });
      if (when === "approved") void world.slack.click(ALICE, card, "approve");
      else void scene.say(BOB, "end");
      await killed.promise;
      world.hub.meddle(undefined);
      await startReplica(world);
      await world.jump(31 * SECOND);
      if (when === "approved")
        return expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
      const { id } = await scene.record(({ reason }) => reason === "through a crash");
      expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: BOB });
      expect(await scene.onHub()).toEqual([]);
    }),
);

// Why effects need no lock: a process that was suspended while it drew a message leaves nothing old in Slack.
test("the edit of a card that arrives after a newer one is drawn over", () =>
  inWorld(async (world, scene) => {
    const { slack } = world;
    const { bot } = await startReplica(world);
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
  }));
