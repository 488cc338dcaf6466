/** Promise 3: a crash loses nothing: what was begun is finished within a minute. */
import { expect, test } from "vitest";
import { GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
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

/** The three calls of granting, which go out side by side. */
const ASKED = {
  notes: (method: string, path: string) => method === "GET" && path.includes("karpor-access-instance-"),
  account: (method: string, path: string) => method === "GET" && /serviceaccounts\/.*-r-/.test(path),
  binding: (method: string, path: string) => method === "POST" && path.includes("clusterrolebindings"),
};

test.each([
  ["notes", "there"],
  ["account", "there"],
  ["binding", "there"],
  ["binding", "gone"],
] as const)("kill -9 when the answer about the %s came alone, and the account is %s", (answered, account) =>
  inWorld(async (world, scene) => {
    const first = await startProcess(world);
    world.slack.deliverTo(`http://127.0.0.1:${first.port}/slack/events`);
    const card = await scene.ask("guest 1h", "between two answers");
    const isAsked = (name: keyof typeof ASKED, { method, path }: { method: string; path: string }) =>
      ASKED[name](method, path);
    const killed = Promise.withResolvers<undefined>();
    const others = (["notes", "account", "binding"] as const).filter((name) => name !== answered);
    if (account === "gone") {
      const [name = ""] = await scene.onHub();
      const admin = hubClient(world.hub, world.hub.admin);
      await admin("DELETE", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/${name}`);
      await admin.close();
    }
    world.hub.meddle({
      before: async (call) => (others.some((name) => isAsked(name, call)) ? killed.promise : undefined),
      after: async (call) => {
        if (isAsked(answered, call))
          setImmediate(() => void first.kill().then(() => killed.resolve(undefined)));
        return true;
      },
    });
    void world.slack.click(ALICE, card, "approve");
    await killed.promise;
    world.hub.meddle(undefined);
    await startReplica(world);
    await world.jump(31 * SECOND);
    if (account === "there") return expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
    const { id } = await scene.because("between two answers", "ending");
    expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "restored" });
    expect(await scene.onHub()).toEqual([]);
    expect(scene.visible()).not.toMatch(/eyJ/);
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
