/** Promise 1: nobody gets access without a valid approval, or a rule of the file that says so. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => world.close());

/** A message as who stole the bot's token posts it: one button, with whatever it likes in it. */
async function forge(actionId: string, value: string, channel = GENERAL) {
  const text = `lunch menu ${actionId} ${value}`;
  const button = {
    type: "button",
    action_id: actionId,
    value,
    text: { type: "plain_text", text: "Lunch menu" },
  };
  const blocks = [
    { type: "section", text: { type: "mrkdwn", text } },
    { type: "actions", elements: [button] },
  ];
  await callSlack("chat.postMessage", { channel, text, blocks });
  return world.slack.waitFor(() => world.slack.messages(channel).findLast((one) => one.text === text));
}

/** By the bot's token. */
const callSlack = (method: string, args: object) =>
  fetch(world.slack.apiUrl + method, {
    method: "POST",
    headers: { authorization: `Bearer ${world.env.SLACK_BOT_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(args),
  });

/** All that is decided: records and lockdowns. */
const decided = async () => ({
  records: (await world.records()).map(({ id, version }) => `${id} ${version}`).sort(),
  lockdowns: await world.commands.hgetall("{karpor-access:test}:lockdowns"),
});

test("nobody but an approver's press, or a rule, gives access", async () => {
  const card = await scene.ask("guest 1h", "approved by nobody yet");
  for (const user of [BOB, MEI]) {
    world.slack.people.join(user, APPROVALS);
    await world.slack.click(user, card, "approve");
  }
  await world.jump(HOUR);
  expect((await world.records()).map(({ state, approvals }) => [state, approvals])).toEqual([
    ["waiting", []],
  ]);
  expect(
    (await world.hub.objects()).clusterRoleBindings.filter(({ metadata }) => /-r-/.test(metadata.name)),
  ).toEqual([]);
  await world.slack.click(ALICE, card, "approve");
  expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
  await scene.say(MEI, "peek 15m");
  const { approvals } = await scene.record(({ role, state }) => role === "peek" && state === "active");
  expect(approvals).toMatchObject([{ by: null, rule: "none" }]);
});

describe("a button that a thief of the bot's token posts", () => {
  test("runs no line that changes anything, whoever presses it", async () => {
    const before = await decided();
    for (const actionId of [
      "approve",
      "approve-less",
      "end",
      "withdraw",
      "hide",
      "keep",
      "edit",
      "ask-again",
      "help-more",
      "older",
    ])
      for (const value of [
        "allow @bob admin 7d",
        "unlock",
        "lockdown",
        "emergency admin 1h lunch",
        "guest 1h lunch",
        "revoke all @bob",
      ])
        await world.slack.click(ALICE, await forge(actionId, value), actionId);
    for (const actionId of ["command", "run", "allow", "lockdown", "unlock", "__proto__", "constructor"])
      await world.slack.click(ALICE, await forge(actionId, "allow @bob admin 7d"), actionId);
    expect(await decided()).toEqual(before);
    expect(await scene.onHub()).toEqual([]);
  });

  test("approves, ends and hides nothing of a request that the message is not of, and is deleted", async () => {
    await scene.get("guest 8h", "held while forged", MEI);
    await scene.ask("guest 8h", "waits while forged");
    const held = await scene.record(({ reason }) => reason === "held while forged");
    const waiting = await scene.record(({ reason }) => reason === "waits while forged");
    await world.slack.waitFor(() =>
      world.slack.messages(APPROVALS).some((one) => visibleText(one).includes("Active until")),
    );
    const before = await decided();
    const forgeries: [user: string, actionId: string, value: string][] = [
      [ALICE, "approve", waiting.id],
      [ALICE, "approve-less", `${waiting.id} 600000`],
      [BOB, "withdraw", waiting.id],
      [BOB, "remind", waiting.id],
      [MEI, "end", held.id],
      [MEI, "hide", held.id],
    ];
    await Promise.all(
      forgeries.map(async ([user, actionId, value]) => {
        const forged = await forge(actionId, value);
        await world.slack.click(user, forged, actionId);
        await world.slack.waitFor(() => forged.deleted);
        expect(buttonsOf(await scene.whisper(user, value.slice(0, 12)))).toEqual([]);
      }),
    );
    expect(await decided()).toEqual(before);
  });

  test("in the place of one request, is of no use for another", async () => {
    await scene.ask("guest 8h", "waits while forged");
    const waiting = await scene.record(({ reason }) => reason === "waits while forged");
    const card = await scene.ask("guest 30m", "a card that is rewritten", CAROL);
    const rewritten = JSON.stringify(card.blocks).replaceAll(/R-[0-9A-Z]{10}/g, waiting.id);
    await callSlack("chat.update", {
      channel: card.channel,
      ts: card.ts,
      text: "rewritten",
      blocks: JSON.parse(rewritten),
    });
    const before = await decided();
    await world.slack.click(ALICE, card, "approve");
    await world.slack.waitFor(() => card.deleted);
    expect(await decided()).toEqual(before);
  });

  test("opens a form at most, which says what it does", async () => {
    await scene.get("guest 8h", "held while forged", MEI);
    const { id } = await scene.record(({ reason }) => reason === "held while forged");
    const before = await decided();
    for (const [actionId, value] of [
      ["revoke", id],
      ["lockdown", BOB],
      ["unlock", "everybody"],
      ["request-access", ""],
    ] as const) {
      await world.slack.click(ALICE, await forge(actionId, value), actionId);
      const form = await scene.form(ALICE);
      expect(form.submit).toBeTruthy();
      await world.slack.closeView(ALICE, form.id);
    }
    expect(await decided()).toEqual(before);
  });
});

describe("revoke all for a stolen laptop", () => {
  test("a lockdown of the person is one click more, and the same session gets nothing", async () => {
    const token = tokenIn(await scene.get("guest 1h", "before it was stolen"));
    expect(await scene.login(token)).toBe("good");
    await scene.say(ALICE, "revoke all @bob stolen laptop");
    await world.slack.click(ALICE, await scene.whisper(ALICE, "may ask again"), "lockdown");
    await scene.fill(ALICE, "stolen laptop");
    await scene.say(BOB, "emergency admin 1h the site is down");
    await scene.whisper(BOB, "You are locked out");
    await scene.say(BOB, "peek 15m");
    await scene.say(CAROL, "for @bob guest 1h he needs it");
    await scene.whisper(CAROL, "locked down");
    expect(await scene.login(token)).not.toBe("good");
    await eventually(async () =>
      (await world.records()).every(
        ({ requester, state }) => requester !== BOB || state === "ending" || state === "closed",
      ),
    );
  });
});
