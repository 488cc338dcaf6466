/** What people see is up to date, says no more than is so, and is there once, also when answers of Slack are lost. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

describe("what is shown", () => {
  test("at the end the DM says so at once, and the card is not active any more", async () => {
    await scene.get("guest 1h", "to its end", CAROL);
    const { id } = await scene.record(({ reason }) => reason === "to its end");
    await world.jump(HOUR);
    await scene.dm(CAROL, "Ended; confirming…");
    await scene.card("Ended; confirming…");
    const request = await scene.record((one) => one.id === id);
    expect(request.state).toBe("ending");
    const card = world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes(id));
    await world.slack.waitFor(() =>
      card.every((one) => !visibleText(one).includes("Active until") && buttonsOf(one).length === 0),
    );
    await scene.proveEnd(id);
  });

  test("more time is told as what is added, not as the sum", async () => {
    await scene.get("guest 2h", "to be prolonged", MEI);
    await scene.say(MEI, "more 1h still looking");
    const card = await scene.card("still looking");
    expect(visibleText(card)).toContain("*1 h more*");
    expect(visibleText(card)).not.toContain("2 h");
    await world.slack.click(ALICE, card, "approve");
    const { id } = await scene.record(({ follows, state }) => follows !== null && state === "active");
    expect(visibleText(await scene.tokenOf(MEI, id))).toContain("延长 1 小时");
  });

  test("“Still waiting” goes when it is decided", async () => {
    const card = await scene.ask("guest 3h", "nudged before it is decided", CAROL);
    await world.jump(10 * MINUTE);
    await scene.say(CAROL, "status");
    await world.slack.click(CAROL, await scene.whisper(CAROL, "Waiting for approval"), "Remind them");
    const call = await scene.card("Still waiting");
    await world.slack.click(ALICE, card, "approve");
    await world.slack.waitFor(() => call.deleted === true);
  });
});

describe("answers of Slack that are lost", () => {
  const shown = (words: string, user?: string) =>
    (user ? world.slack.dm(user) : world.slack.messages(APPROVALS)).filter((one) =>
      visibleText(one).includes(words),
    );

  test("make at most one message more, each, and a press of the copy deletes it", async () => {
    world.slack.failNext("chat.postMessage", { lost: true });
    await scene.say(BOB, "guest 45m lost answers");
    await world.slack.waitFor(() => shown("lost answers").length === 2);
    const [copy, card] = shown("lost answers");
    if (!copy || !card) throw new Error("there are no two");
    const { id } = await scene.record(({ reason }) => reason === "lost answers");
    await world.slack.click(ALICE, copy, "approve");
    await world.slack.waitFor(() => copy.deleted === true);
    expect((await scene.record((one) => one.id === id)).state).toBe("waiting");
    await world.slack.click(ALICE, card, "approve");
    await scene.tokenOf(BOB, id);
    expect(shown(id)).toHaveLength(1);
    await world.slack.waitFor(() => shown(id, BOB).length === 1);
  });

  test("of a notice too: one more, and none at the next sweeps", async () => {
    world.slack.failNext("chat.postMessage", { lost: true });
    await scene.say(ALICE, "lockdown @carol an incident");
    for (let sweeps = 0; sweeps < 11; sweeps++) await world.jump(30 * SECOND);
    expect(shown("Locked down by").length).toBeLessThanOrEqual(2);
  });
});
