/** Story 7: an upgrade of Karpor makes every token dead, the bot's own too; each holder gets a new one without asking. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { botKubeconfig } from "../../sandbox/hub/bot-account.ts";
import { MINUTE, SECOND } from "../../src/request/durations.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let replicas: Running[];

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  replicas = [await startReplica(world), await startReplica(world)];
});
afterEach(async () => {
  await heal();
  await scene.clear();
});
afterAll(() => world.close());

/** What an administrator does after the upgrade: a kubeconfig that the new keys accept. */
const heal = async () => writeFileSync(join(world.folder, "hub.kubeconfig"), await botKubeconfig(world.hub));

const recordOf = (requester: string) =>
  scene.record((one) => one.requester === requester && one.state !== "closed");

test("nothing is lost until the kubeconfig is healed; then every live grant gets a new token, once", async () => {
  for (const [user, line] of [
    [BOB, "guest 8h"],
    [MEI, "guest 8h"],
    [CAROL, "shown 4h"],
  ] as const) {
    if (user === CAROL) await scene.say(user, line);
    else await scene.get(line, `upgrade of ${user}`, user);
  }
  await scene.dm(CAROL, "Show token");
  await scene.dm(BOB, "I've copied it");
  await world.slack.click(MEI, await scene.tokenOf(MEI), "hide");
  await scene.whisper(MEI, "令牌已隐藏");
  const before = await scene.tokenOf(BOB);
  const old = tokenIn(before);
  expect(await scene.login(old)).toBe("good");

  await world.hub.upgrade();
  world.clock.jump(11 * SECOND); // a token that was used is known to the stand-in for 10 s
  await scene.isDead(old);
  await world.sweep();
  for (const { bot, lines } of replicas) {
    expect([...bot.outages.current().keys()]).toEqual(["hub"]);
    const told = lines.filter(({ msg }) =>
      /^The hub (refuses the bot.s token|shows a certificate)/.test(msg),
    );
    expect(told).toHaveLength(1);
  }
  await scene.say(ALICE, "peek 15m");
  await scene.whisper(ALICE, "Karpor does not answer");
  const live = (await world.records()).filter(({ state }) => state !== "closed");
  expect(live.map(({ state }) => state)).toEqual(["active", "active", "active"]);

  await heal();
  await world.sweep();
  const renewed = await scene.dm(BOB, "Karpor was upgraded");
  await world.slack.waitFor(() => tokenIn(renewed) !== "");
  expect(await scene.login(tokenIn(renewed))).toBe("good");
  expect(buttonsOf(renewed)).toContain("End now");
  expect(visibleText(renewed)).toContain("as before");
  await world.slack.waitFor(() => !world.slack.dm(BOB).includes(before));
  expect(world.slack.notifications(BOB).at(-1)?.text).toBe("New token for guest on production.");
  const theirs = await scene.dm(MEI, "Karpor 已升级");
  await world.slack.waitFor(() => tokenIn(theirs) !== "");
  await world.sweep();
  await world.sweep();
  for (const user of [BOB, MEI, CAROL])
    expect((await recordOf(user)).token).toMatchObject({ number: 2, why: "new-key" });
  expect(scene.visible()).not.toContain(old);

  await world.slack.click(CAROL, await scene.dm(CAROL, "Show token"), "reveal");
  const view = await world.slack.waitFor(() =>
    world.slack.views(CAROL).find((one) => JSON.stringify(one).includes("eyJ")),
  );
  const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(JSON.stringify(view))?.[0] ?? "";
  expect(await scene.login(token)).toBe("good");
  expect(scene.visible()).not.toContain(token);
});

test("an end that comes while Karpor is away is said not to be confirmed, and is proved when it is back", async () => {
  await scene.say(CAROL, "shown 4h");
  const { id } = await scene.record(({ requester, state }) => requester === CAROL && state === "active");
  await scene.dm(CAROL, "Show token");
  await world.hub.upgrade();
  await scene.say(CAROL, "end");
  await world.jump(MINUTE);
  await scene.dm(CAROL, "Not confirmed");
  await scene.card("Not confirmed");
  await heal();
  expect((await scene.proveEnd(id)).ending?.proof).not.toBeNull();
  // By the probe or by absence: of two replicas the one without the probe may be first.
  await scene.dm(CAROL, "(checked");
});

test("an end that an upgrade interrupts is proved after it", async () => {
  const delivered = await scene.get("guest 8h", "interrupted");
  await world.slack.click(BOB, delivered, "End now", { confirm: true });
  const { id } = await scene.record((one) => one.reason === "interrupted" && one.ending?.deletedAt != null);
  await world.hub.upgrade();
  await world.jump(14 * SECOND);
  expect((await scene.record((one) => one.id === id)).ending?.proof).toBeNull();
  await heal();
  expect((await scene.proveEnd(id)).outcome?.kind).toBe("ended");
});
