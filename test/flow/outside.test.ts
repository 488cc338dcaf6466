/** The company's own word, through the outer doors: asked before the approvers and before the token, and no without it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  catalog,
  GENERAL,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { answering, CHECK_SECRET, startService } from "../helpers/outside-service.ts";
import { type Scene, scene, TOKEN } from "../helpers/scene.ts";

let service: Awaited<ReturnType<typeof startService>>;
let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  service = await startService();
  await open(service.url);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
  await service[Symbol.asyncDispose]();
});

async function open(url: string) {
  const check = { url, secretEnv: "KARPOR_CHECK_SECRET", within: "3s" };
  const checked = { ...catalog.guest, check };
  world = await startWorld({
    roles: {
      guest: catalog.guest,
      checked,
      "peek-checked": { ...catalog.peek, check },
      glass: { ...checked, breakGlass: { by: ["S0DEV"], max: "30m", review: ["S0SRE"] } },
    },
  });
  Object.assign(world.env, { KARPOR_CHECK_SECRET: CHECK_SECRET });
  it = scene(world);
  bot = await startBot(world);
}

const kinds = () => service.heard.map(({ question }) => question.kind);
const stateOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason)?.state;

test("asked twice, and yes both times: access as ever, and no token in any question", async () => {
  const card = await it.ask("checked 2h", "OPS-7 look");
  expect(kinds()).toEqual(["ask"]);
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await stateOf("OPS-7 look")) === "active");
  expect(kinds()).toEqual(["ask", "mint"]);
  expect(service.heard[1]?.question).toMatchObject({
    ...{ hub: "production", role: "checked", seconds: 7200, ticket: "OPS-7", approvedBy: [ALICE] },
    requester: { id: BOB, name: "bob" },
  });
  expect(service.heard.map(({ body }) => body).join()).not.toMatch(TOKEN);
});

describe("before anybody is asked", () => {
  test("no, in its words: only who asked hears it, and can mend it", async () => {
    service.answer(answering({ answer: "deny", say: "OPS-7 is *closed* <!here>" }));
    await it.say(BOB, "checked 2h OPS-7 look");
    await it.whisper(BOB, "says no: OPS-7 is *closed*");
    const told = await it.dm(BOB, "the company's check for `checked` says no");
    expect(JSON.stringify(told.blocks)).not.toContain("<!here>");
    expect(buttonsOf(told)).toEqual(["Change and ask again"]);
    expect(world.slack.messages(APPROVALS)).toEqual([]);
    expect(bot.trail().at(-1)).toMatchObject({
      to: "refused",
      why: "check-denied: OPS-7 is *closed* <!here>",
    });
  });

  test("no answer is a no that says so, and is asked again with one button", async () => {
    service.answer(() => {});
    await world.slack.command(MEI, GENERAL, "checked 2h OPS-7 看");
    await it.whisper(MEI, "没有应答");
    const told = await it.dm(MEI, "没有应答");
    expect(world.slack.messages(APPROVALS)).toEqual([]);
    service.answer(answering({ answer: "allow" }));
    await world.slack.click(MEI, told, "again");
    await it.channel("OPS-7 看");
  });

  test("an emergency without an answer is asked again as one", async () => {
    service.answer(() => {});
    await it.say(BOB, "emergency glass 10m OPS-7 down");
    await it.whisper(BOB, "did not answer");
    const told = await it.dm(BOB, "did not answer");
    service.answer(answering({ answer: "allow" }));
    await world.slack.click(BOB, told, "again");
    await it.channel("Emergency access:");
    await world.until(async () => service.heard.length === 3);
    expect(service.heard.map(({ question }) => question.emergency)).toEqual([true, true, true]);
  });

  test("an emergency that gets no yes takes no place: what waits for approval goes on waiting", async () => {
    const card = await it.ask("glass 2h", "OPS-7 look");
    for (const [how, told] of [
      [() => {}, "did not answer"],
      [answering({ answer: "deny", say: "not now" }), "says no: not now"],
    ] as const) {
      service.answer(how);
      await it.say(BOB, "emergency glass 10m OPS-7 down");
      await it.whisper(BOB, told);
      expect((await world.records()).map(({ state }) => state)).toEqual(["pending"]);
    }
    service.answer(answering({ answer: "allow" }));
    await world.slack.click(ALICE, card, "approve");
    await world.until(async () => (await stateOf("OPS-7 look")) === "active");
  });

  test("an answer that cannot be relied on is none", async () => {
    service.answer(answering({ answer: "allow" }, { by: "f".repeat(32) }));
    await it.say(BOB, "checked 2h OPS-7 look");
    await it.whisper(BOB, "no answer that can be relied on");
    expect(world.slack.messages(APPROVALS)).toEqual([]);
  });

  test("what nobody approves is asked about all the same", async () => {
    service.answer(answering({ answer: "deny", say: "not now" }));
    await it.say(BOB, "peek-checked 10m");
    await it.whisper(BOB, "says no: not now");
    expect(await it.standing()).toEqual([]);
  });
});

describe("before access is made", () => {
  test.each([
    ["no", answering({ answer: "deny", say: "OPS-7 was closed" }), "no access: OPS-7 was closed"],
    ["no answer", () => {}, "gave no answer that counts"],
  ] as const)("%s: it fails, says so, and nothing is left", async (_, how, words) => {
    const card = await it.ask("checked 2h", "OPS-7 look");
    service.answer(how);
    await world.slack.click(ALICE, card, "approve");
    const told = await it.dm(BOB, words);
    expect(visibleText(told)).toContain("Failed:");
    await it.channel(words);
    await world.until(async () => (await it.standing()).length === 0);
    expect(it.everShown(BOB)).not.toMatch(TOKEN);
    expect(kinds()).toEqual(["ask", "mint"]);
    await it.proveEnd();
    await world.until(async () => (await stateOf("OPS-7 look")) === "ended");
  });

  test("one that hangs keeps nobody else waiting", async () => {
    const card = await it.ask("checked 2h", "OPS-7 look");
    let release = () => {};
    service.answer((heard, response, socket) => {
      release = () => answering({ answer: "allow" })(heard, response, socket);
    });
    await world.slack.click(ALICE, card, "approve");
    await world.until(async () => kinds().length === 2);
    await it.get("guest 1h", "in the meantime");
    expect(["approved", "ending", "ended"]).toContain(await stateOf("OPS-7 look"));
    release();
  });
});
