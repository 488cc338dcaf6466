/** Story 3: access for somebody else, for later, and in an emergency. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/request/durations.ts";
import type { Request } from "../../src/request/record.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, GUS, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, inputOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  const night = { ...roles.guest, approval: { by: ["S0SRE"], count: 2, within: "4h" } };
  world = await startWorld({ config: { roles: { ...roles, night } } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

describe("for somebody else", () => {
  test("it is theirs in every way; who asked is named, and gets one answer", async () => {
    await scene.say(CAROL, "for @mei guest 2h on her behalf");
    const card = await scene.card("on her behalf");
    expect(visibleText(card)).toContain(`<@${CAROL}> asks for <@${MEI}>`);
    const sent = await scene.whisper(CAROL, "on her behalf");
    expect(buttonsOf(sent)).toEqual(["Withdraw"]);
    expect(visibleText(await scene.dm(MEI, "on her behalf"))).toContain(`<@${CAROL}>`);

    await world.slack.click(CAROL, card, "approve");
    await scene.whisper(CAROL, "that you made");
    await world.slack.click(ALICE, card, "approve");
    const { id } = await scene.because("on her behalf", "active");
    expect(await scene.login(tokenIn(await scene.tokenOf(MEI, id)))).toBe("good");
    const answer = await scene.dm(CAROL, "Active until");
    expect(tokenIn(answer)).toBe("");
    expect(buttonsOf(answer)).toEqual([]);

    await world.slack.click(MEI, await scene.tokenOf(MEI, id), "end", { confirm: true });
    await scene.proveEnd(id);
    await world.slack.waitFor(() => visibleText(answer).includes("Ended"));
    expect(world.slack.dm(CAROL).filter((one) => visibleText(one).includes(id))).toEqual([answer]);
    await scene.say(ALICE, `show ${id}`);
    expect(visibleText(await scene.whisper(ALICE, id))).toContain(`asked for <@${MEI}> by <@${CAROL}>`);
  });

  test("who asked may withdraw it, and nobody else but whose it is", async () => {
    await scene.say(CAROL, "for @bob guest 1h taken back", "dm");
    const sent = await scene.whisper(CAROL, "taken back");
    await world.slack.click(CAROL, sent, "Withdraw");
    expect((await scene.because("taken back", "closed")).outcome).toMatchObject({
      kind: "withdrawn",
      by: CAROL,
    });
    await scene.dm(BOB, `Withdrawn by <@${CAROL}>`);
  });

  test("what others ask for somebody neither blocks nor counts for that person", async () => {
    for (let count = 1; count <= 20; count++) await scene.say(CAROL, `for @mei guest 1h reserved ${count}.`);
    await scene.card("reserved 20.");
    await scene.ask("guest 1h", "her own", MEI);
    await scene.say(CAROL, "for @mei guest 1h reserved 21.");
    await scene.whisper(CAROL, "20 requests are open");
  });

  test("who asks for somebody that has it already reads whose it is, and has no button for it", async () => {
    await scene.get("guest 1h", "has it already", MEI);
    await scene.say(CAROL, "for @mei guest 1h once more for her");
    expect(buttonsOf(await scene.whisper(CAROL, `<@${MEI}> already has this`))).toEqual([]);
  });

  test("nobody who may not have it gets it by another's asking", async () => {
    await scene.say(BOB, "for @carol admin 1h OPS-3 not of the group");
    expect((await scene.because("OPS-3 not of the group", "closed")).outcome?.refusal?.code).toBe(
      "may-not-ask",
    );
    await scene.say(BOB, "for @gus guest 1h a guest account");
    expect((await scene.because("a guest account", "closed")).outcome?.refusal?.code).toBe("not-a-member");
    await scene.whisper(BOB, `<@${GUS}> has a Slack guest account`);
    await scene.say(BOB, "for @sre guest 1h a group");
    await scene.whisper(BOB, "is no person");
    await scene.say(BOB, "for @nobody guest 1h a stranger");
    await scene.whisper(BOB, "`@nobody` is no person");
  });
});

/** A start that far ahead, at a whole minute, as people of this workspace type it. */
const startIn = (ms: number): string =>
  new Date(world.clock.now() + ms).toLocaleString("sv", {
    timeZone: "Europe/Berlin",
    dateStyle: "short",
    timeStyle: "short",
  });

describe("for later", () => {
  const begin = ({ startsAt }: Pick<Request, "startsAt">) =>
    world.jump((startsAt ?? 0) - world.clock.now() + SECOND);

  test("it begins at its time, by the clock of who asked, and lasts from then", async () => {
    const card = await scene.ask("guest 2h from 22:00", "the release", MEI);
    await world.slack.click(ALICE, card, "approve");
    const scheduled = await scene.because("the release", "scheduled");
    const berlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "short" });
    expect(berlin.format(scheduled.startsAt ?? 0)).toBe("22:00");
    await scene.dm(MEI, "开始时会发消息给你");
    await scene.card("Approved for later");
    expect((await scene.onHub()).filter((name) => name.endsWith(scheduled.id.toLowerCase()))).toHaveLength(1);
    await begin(scheduled);
    const active = await scene.because("the release", "active");
    expect(active.endsAt).toBeGreaterThanOrEqual((scheduled.startsAt ?? 0) + 2 * HOUR);
    expect(await scene.login(tokenIn(await scene.tokenOf(MEI, active.id)))).toBe("good");
  });

  test("approved after its start it ends when its card said, and a shorter time that is over is none", async () => {
    const card = await scene.ask(`guest 4h from ${startIn(HOUR)}`, "approved late", CAROL);
    const { startsAt, lapsesAt } = await scene.because("approved late", "waiting");
    const end = (startsAt ?? 0) + 4 * HOUR;
    expect(lapsesAt).toBeLessThanOrEqual(end);
    expect(visibleText(card)).toContain(`until <!date^${end / SECOND}^`);
    expect(buttonsOf(card)).toContain("1 h only");
    world.clock.jump(end - 2 * HOUR - world.clock.now());
    await world.slack.click(ALICE, card, "1 h only");
    await scene.whisper(ALICE, "would be over already");
    await world.slack.waitFor(() => !buttonsOf(card).includes("1 h only"));
    await world.slack.click(ALICE, card, "approve");
    expect((await scene.because("approved late", "active")).endsAt).toBe(end);
    await scene.card(`Active until <!date^${end / SECOND}^`);
  });

  test("what nobody approves is over at the end that its card said", async () => {
    const line = `guest 30m from ${startIn(HOUR)}`;
    await scene.ask(line, "nobody looked", CAROL);
    const request = await scene.because("nobody looked", "waiting");
    expect(request.lapsesAt).toBe((request.startsAt ?? 0) + HOUR / 2);
    await world.jump(request.lapsesAt - world.clock.now() + SECOND);
    expect((await scene.because("nobody looked", "closed")).outcome?.kind).toBe("unanswered");
  });

  test("access for now has a length on its card, and no moment", async () => {
    const [question = ""] = visibleText(await scene.ask("guest 4h", "for now", CAROL)).split("\n");
    expect(question).toContain("for *4 h*");
    expect(question).not.toContain("<!date");
  });

  test("who asked it withdraws it before it begins", async () => {
    const card = await scene.ask("guest 2h from tomorrow 09:00", "not needed after all", CAROL);
    await world.slack.click(ALICE, card, "approve");
    await scene.because("not needed after all", "scheduled");
    await world.slack.click(CAROL, await scene.dm(CAROL, "when it starts"), "Withdraw");
    const { id } = await scene.because("not needed after all", "closed");
    expect((await scene.onHub()).filter((name) => name.endsWith(id.toLowerCase()))).toEqual([]);
  });

  test("approved by one who is no approver any more when it begins: it closes", async () => {
    const card = await scene.ask("guest 2h from tomorrow 09:00", "approved in advance");
    await world.slack.click(CAROL, card, "approve");
    const scheduled = await scene.because("approved in advance", "scheduled");
    await world.slack.people.setGroup("S0SRE", [ALICE]);
    await world.slack.people.deactivate(CAROL);
    await begin(scheduled);
    expect((await scene.because("approved in advance", "closed")).outcome?.refusal?.code).toBe(
      "approval-gone",
    );
    await scene.dm(BOB, "counts no more");
    expect((await scene.onHub()).filter((name) => name.endsWith(scheduled.id.toLowerCase()))).toEqual([]);
  });

  test("who may not have the role any more when it begins gets nothing", async () => {
    const card = await scene.ask("admin 2h from tomorrow 09:00", "OPS-4 leaving the group");
    await world.slack.click(ALICE, card, "approve");
    await world.slack.waitFor(() => visibleText(card).includes(`Approved by <@${ALICE}>`));
    await world.slack.click(CAROL, card, "approve");
    const scheduled = await scene.because("OPS-4 leaving the group", "scheduled");
    await world.slack.people.setGroup("S0DEV", [MEI]);
    await begin(scheduled);
    expect((await scene.because("OPS-4 leaving the group", "closed")).outcome?.refusal?.code).toBe(
      "may-not-ask",
    );
  });

  test.each([
    ["guest 1h from 2020-01-01 09:00", "is no start"],
    ["guest 1h from yesterday", "is no start"],
    ["guest 1h from 2099-01-01 09:00", "at most 30 d"],
    ["emergency admin 1h from 22:00 down by then", "cannot start later"],
  ])("a start that cannot be is refused: %s", async (line, words) => {
    await scene.say(BOB, line);
    await scene.whisper(BOB, words);
  });

  test("two approvals at the same moment are two", async () => {
    const card = await scene.ask("night 1h", "both at once", MEI);
    await Promise.all([world.slack.click(ALICE, card, "approve"), world.slack.click(CAROL, card, "approve")]);
    expect((await scene.because("both at once", "active")).approvals).toHaveLength(2);
  });
});

describe("in an emergency", () => {
  test("it comes at once, the channel sees it, and one other person reviews it", async () => {
    await scene.say(BOB, "emergency admin 1h the site is down");
    const { id } = await scene.because("the site is down", "active");
    expect(await scene.login(tokenIn(await scene.tokenOf(BOB, id)))).toBe("good");
    const card = await scene.card("the site is down");
    expect(visibleText(card)).toContain("Emergency access until");
    expect(visibleText(card)).toContain(`<@${ALICE}> or <@${CAROL}>`);
    expect(buttonsOf(card)).toEqual(["Review…", "Revoke…"]);

    const review = async (user: string, words: string) => {
      await world.slack.click(user, card, "Review…");
      const form = await scene.form(user);
      return world.slack.submit(user, form.id, { [inputOf(form)]: words });
    };
    expect(Object.values((await review(BOB, "I say so myself")).errors).join()).toContain("can review this");
    await world.slack.click(CAROL, card, "Review…");
    const late = await scene.form(CAROL);
    expect((await review(ALICE, "rightly so")).errors).toEqual({});
    await world.slack.waitFor(() => visibleText(card).includes(`Reviewed by <@${ALICE}>`));
    expect(buttonsOf(card)).toEqual(["Revoke…"]);
    const { errors } = await world.slack.submit(CAROL, late.id, { [inputOf(late)]: "me too" });
    expect(Object.values(errors).join()).toContain("@alice reviewed this");
    expect((await scene.because("the site is down", "active")).review).toMatchObject({
      by: ALICE,
      words: "rightly so",
    });
  });

  test("it is reviewed also when it is over, and waits for that in the reviewer's list", async () => {
    await scene.say(BOB, "emergency admin 30m down once more");
    const { id } = await scene.because("down once more", "active");
    await scene.say(BOB, "end admin");
    await scene.proveEnd(id);
    await scene.say(CAROL, "pending");
    const list = await scene.whisper(CAROL, id);
    await world.slack.click(CAROL, list, { actionId: "review", value: id });
    await scene.fill(CAROL, "looked at it");
    await scene.record((one) => one.id === id && one.review?.by === CAROL);
    await world.slack.waitFor(() =>
      world.slack.messages(APPROVALS).some((one) => visibleText(one).includes(`Reviewed by <@${CAROL}>`)),
    );
  });

  test.each([
    [BOB, "emergency guest 1h no emergencies here", "cannot be taken in an emergency"],
    [BOB, "emergency admin 2h far too long", "at most 1 h"],
  ])("refused: %s %s", async (user, line, words) => {
    await scene.say(user, line, GENERAL);
    await scene.whisper(user, words);
  });

  test("only those who may: the others are refused", async () => {
    await scene.say(MEI, "emergency admin 1h not hers to take");
    expect((await scene.because("not hers to take", "closed")).outcome?.refusal?.code).toBe("no-emergency");
  });
});
