/** Asking for somebody else: to them alone goes the token, both are told, and neither decides. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import type { Catalog } from "../../src/domain/catalog.ts";
import { parseCommand } from "../../src/domain/command.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { termsForAnother } from "../../src/domain/for-another.ts";
import { UserId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { askFallback } from "../../src/flow/ask-fallback.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import { commandFor } from "../../src/slack/inbound/commands/index.ts";
import { leadingMention, typed } from "../../src/slack/inbound/typed.ts";
import { refusedReply, type ViewContext } from "../../src/slack/views/index.ts";
import { sampleRoles } from "../domain/catalog.ts";
import { ALICE, BOB, CAROL, type Door, GENERAL, GUS, MEI, openDoor, role } from "../helpers/listener.ts";
import { buttonsIn } from "../helpers/speech.ts";
import { view } from "./records.ts";

const TOKEN = /eyJ-planted/;
const asks = (door: Door, line = "for @bob guest 2h OPS-1 deploy", user = MEI) => door.ask(user, line);
const shown = (door: Door, user: string) =>
  door.slack
    .dm(user)
    .flatMap((m) => m.history.map((content) => visibleText(content)))
    .join("\n");

describe("asking for somebody else", () => {
  test("the token goes to them; both are told, each in their language, until it is over", async () => {
    const door = await openDoor();
    await door.slack.command(MEI, GENERAL, "for @bob guest 2h OPS-1 deploy");
    await door.whisper(MEI, "已替 <@U0BOB> 提交给");
    await door.work();
    const [made] = door.ports.requests.all();
    expect(made).toMatchObject({
      requester: { id: BOB, name: "bob", locale: "en" },
      askedBy: { id: MEI, locale: "zh" },
      role: "guest",
      reason: "OPS-1 deploy",
      state: "pending",
    });
    const card = await door.card("OPS-1 deploy");
    expect(visibleText(card)).toMatch(/\*mei\* asks for \*bob\*: \*guest\* on \*production\* for \*2 h\*/);
    expect(visibleText(card)).toContain("except bob and mei");
    const theirs = await door.dm(BOB, "Waiting for approval:");
    expect(visibleText(theirs)).toContain(`asked for you by <@${MEI}>`);
    const mine = await door.dm(MEI, "已替");
    expect(visibleText(mine)).toContain("除你和 <@U0BOB> 以外");
    await door.slack.click(ALICE, card, "approve");
    await door.until(made?.id ?? "", "active");
    await door.work();
    expect(shown(door, BOB)).toMatch(TOKEN);
    expect(shown(door, MEI)).not.toMatch(TOKEN);
    const outcome = await door.dm(MEI, "生效中");
    expect(visibleText(outcome)).toContain("<@U0BOB> 的");
    expect(buttonsOf(outcome)).toEqual([]);
    expect(door.slack.dm(MEI)).toHaveLength(1);
    expect(visibleText(await door.card("Active until"))).toContain(`asked for by <@${MEI}>`);
  });

  test.each([
    ["for @bob guest 2h a look", ALICE, ALICE],
    ["for @carol guest 2h a look", BOB, CAROL],
  ])("%j of %s: not decided by %s", async (line, user, approver) => {
    const door = await openDoor();
    await door.meet(ALICE, CAROL);
    const { id } = await asks(door, line, user);
    await door.slack.click(approver, await door.card("a look"), "approve");
    await door.whisper(approver, "you cannot approve your own request");
    expect(await door.state(id)).toBe("pending");
  });

  test("what was allowed them beforehand is theirs to use, not another's", async () => {
    const door = await openDoor();
    await door.meet(ALICE);
    await door.slack.command(ALICE, GENERAL, "allow @bob guest 4h for 3d on duty");
    await door.whisper(ALICE, "Allowed beforehand:");
    expect(await asks(door)).toMatchObject({ state: "pending" });
    await door.slack.click(BOB, await door.dm(BOB, "Waiting for approval:"), "withdraw");
    expect(await door.ask(BOB, "guest 2h mine")).toMatchObject({ state: "active" });
  });

  test("whoever asked is not asked to decide when nobody does", async () => {
    const fallback = { by: [MEI, GUS], after: "1h" };
    const door = await openDoor({
      roles: { guest: role({ approval: { by: ["S0SRE"], within: "4h", fallback } }) },
    });
    const { id } = await asks(door);
    door.clock.jump(HOUR);
    await askFallback(door.ports, id);
    await door.work();
    const told = await door.card("you are asked too");
    expect(visibleText(told)).toContain(`<@${GUS}>`);
    expect(visibleText(told)).not.toContain(`<@${MEI}>`);
  });

  test("where only the two could approve, it is refused at once, and only whoever asked hears it", async () => {
    const door = await openDoor();
    await asks(door, "for @carol guest 2h a look", ALICE);
    await door.whisper(ALICE, "nobody but you and <@U0CAROL> is there");
    expect(door.slack.dm(CAROL)).toEqual([]);
    expect(visibleText(await door.dm(ALICE, "Refused:"))).toContain("a look");
  });

  test("asked in our DM, the DM alone answers", async () => {
    const door = await openDoor();
    await door.slack.command(MEI, "dm", "for @bob guest 2h a look");
    await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("pending");
    await door.work();
    await door.dm(MEI, "已替");
    await door.listener.stop();
    expect(door.slack.ephemerals(MEI)).toEqual([]);
  });

  test("a corrected line that is sent in our DM takes the place of the refusal", async () => {
    const door = await openDoor();
    await door.meet(ALICE, BOB);
    const { ephemeral } = await door.slack.command(ALICE, "dm", "for @bob gest 2h a look");
    if (!ephemeral) throw new Error("not answered");
    await door.slack.click(ALICE, ephemeral, "run");
    await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("pending");
    await door.listener.stop();
    expect(door.slack.ephemerals(ALICE).map((one) => visibleText(one))).toEqual([
      expect.stringContaining("for <@U0BOB>"),
    ]);
  });

  test("a denial is told to both, and whoever asked may ask again for the same person", async () => {
    const door = await openDoor();
    const { id } = await asks(door);
    const ports = door.ports;
    await decideRequest(ports, {
      ...{ id, terms: 1, by: UserId.parse(ALICE) },
      verdict: { approve: false, why: "not today" },
    });
    await door.work();
    expect(visibleText(await door.dm(BOB, "Not approved by"))).toContain("not today");
    const outcome = await door.dm(MEI, "not today");
    await door.slack.click(MEI, outcome, "again");
    await expect.poll(() => ports.requests.all().length).toBe(2);
    expect(ports.requests.all()[1]).toMatchObject({ requester: { id: BOB }, askedBy: { id: MEI } });
  });

  test.each([
    [MEI, "已由 <@U0MEI> 撤回", "Withdrawn by <@U0MEI>:"],
    [BOB, "已由 <@U0BOB> 撤回", "Withdrawn by <@U0BOB>:"],
  ])("both can take it back: %s", async (user, toAsker, toRecipient) => {
    const door = await openDoor();
    const { id } = await asks(door);
    const message = await door.dm(user, user === MEI ? "已替" : "Waiting for approval:");
    await door.slack.click(user, message, "withdraw");
    await door.until(id, "withdrawn");
    await door.work();
    await door.dm(MEI, toAsker);
    await door.dm(BOB, toRecipient);
  });

  test("what was to begin later is taken back: whoever asked no longer reads that it begins", async () => {
    const door = await openDoor();
    const { id } = await asks(door, "for @bob guest 2h from tomorrow at 09:00 the release");
    await door.slack.click(ALICE, await door.card("the release"), "approve");
    await door.until(id, "scheduled");
    await door.work();
    expect(visibleText(await door.dm(MEI, "the release"))).not.toContain("撤回");
    await withdrawRequest(door.ports, { id, by: UserId.parse(BOB) });
    await door.work();
    expect(door.slack.dm(MEI).map(visibleText)).toEqual([expect.stringContaining("已由 <@U0BOB> 撤回")]);
  });

  test("no third person can, and whoever asked can remind", async () => {
    const door = await openDoor();
    const { id } = await asks(door);
    const message = await door.dm(MEI, "已替");
    const forged = withdrawRequest(door.ports, { id, by: UserId.parse(CAROL) });
    await expect(forged).rejects.toThrow("not-yours");
    await door.slack.click(MEI, message, "nudge");
    await expect
      .poll(async () => (await door.ports.requests.get(id as never))?.nudgedAt)
      .toBeTypeOf("number");
  });

  test("status lists it while it waits, with the means to take it back", async () => {
    const door = await openDoor();
    await door.meet(MEI, BOB);
    const { id } = await asks(door);
    const { ephemeral } = await door.slack.command(MEI, GENERAL, "status");
    if (!ephemeral) throw new Error("no status");
    expect(visibleText(ephemeral)).toContain("已替 <@U0BOB> 提交给");
    await door.slack.click(MEI, ephemeral, "withdraw");
    await door.until(id, "withdrawn");
    const { ephemeral: later } = await door.slack.command(MEI, GENERAL, "status");
    expect(visibleText(later ?? { text: "" })).not.toContain(id);
  });
});

describe("what is refused", () => {
  test.each([
    ["for @gus guest 1h", BOB, "guests of this workspace"],
    ["for @bob guest 1h", GUS, "guests of this workspace"],
    ["for @mei admin 1h OPS-1", BOB, "S0DEV"],
  ])("%j of %s is vetted as the one it is for, and only they hear it", async (line, user, why) => {
    const door = await openDoor();
    await asks(door, line, user);
    await door.whisper(user, why);
    expect(door.ports.requests.all()[0]?.state).toBe("refused");
    expect(shown(door, user)).toContain(why);
    for (const other of [BOB, MEI, GUS].filter((one) => one !== user))
      expect(door.slack.dm(other)).toEqual([]);
  });

  test.each([
    ["for @bob peek 1h", "nobody approves `peek`"],
    ["for @bob emergency admin 1h OPS-1", "nobody approves what is taken in an emergency"],
    ["for guest 2h", "`guest` is no person Slack knows"],
    ["for @bob", "choose the person"],
    ["for", "choose the person"],
  ])("%j", async (line, why) => {
    const door = await openDoor();
    await door.meet(ALICE);
    const { ephemeral } = await door.slack.command(ALICE, GENERAL, line);
    expect(visibleText(ephemeral ?? { text: "" })).toContain(why);
    expect(door.ports.requests.all()).toEqual([]);
  });

  test("for oneself: the plain line instead, and a button that sends it", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "for @bob guest 2h a<b");
    if (!ephemeral) throw new Error("not answered");
    expect(visibleText(ephemeral)).toContain("/karpor-access guest 2h a<b");
    await door.slack.click(BOB, ephemeral, "run");
    await expect
      .poll(() => door.ports.requests.all()[0])
      .toMatchObject({
        requester: { id: BOB },
        role: "guest",
        reason: "a<b",
      });
    expect(door.ports.requests.all()[0]?.askedBy).toBeUndefined();
  });

  test("a slip is corrected for the same person", async () => {
    const door = await openDoor();
    await door.meet(ALICE, BOB);
    const { ephemeral } = await door.slack.command(ALICE, GENERAL, "for @bob gest 2h a<b");
    if (!ephemeral) throw new Error("not answered");
    expect(visibleText(ephemeral)).toContain("/karpor-access for @bob guest 2h a<b");
    expect(buttonsOf(ephemeral)).toEqual(["Send this line"]);
    await door.slack.click(ALICE, ephemeral, "run");
    await expect
      .poll(() => door.ports.requests.all()[0])
      .toMatchObject({
        requester: { id: BOB },
        askedBy: { id: ALICE },
        reason: "a<b",
      });
  });

  test("what they have already is said of them", async () => {
    const door = await openDoor();
    await door.meet(ALICE, BOB);
    await door.ask(BOB, "guest 2h mine");
    const { ephemeral } = await door.slack.command(ALICE, GENERAL, "for @bob guest 2h");
    expect(visibleText(ephemeral ?? { text: "" })).toContain("<@U0BOB> has `guest` already");
  });
});

const roles: Catalog = sampleRoles;
const bob = { id: UserId.parse(BOB), name: "bo>b|", locale: "en" as const };
const ctx: ViewContext = { ...view("en"), roles };

test("whatever is offered instead is read as what it says, for the same person", () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...Object.keys(roles),
      "gest",
      "serch",
      "rules",
      "9d",
      "2h",
      "0m",
      "for",
      "1.5h",
      "&amp;",
    ),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const refusal = refusalOf(words.join(" "));
      const send = refusal && buttonsIn(refusedReply(refusal, ctx).blocks).find((b) => b.action_id === "run");
      if (!refusal || !("line" in refusal) || !send) return;
      const { rest } = commandFor(send.value ?? "", roles);
      const person = leadingMention(rest);
      expect(person?.user).toBe(BOB);
      const text = typed(person?.rest ?? "");
      expect(text).toBe(refusal.line);
      expect([undefined, "no-reason", "reason-form"]).toContain(refusalOf(text)?.kind);
    }),
    { numRuns: 1_000 },
  );
});

function refusalOf(text: string) {
  try {
    termsForAnother(parseCommand(text), roles, bob);
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}
