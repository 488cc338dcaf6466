/** The Home tab through its outer doors: opened by an event, pressed, and kept up for a day. */
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, SECOND } from "../../src/domain/duration.ts";
import { redrawHomes } from "../../src/flow/seen/redraw-homes.ts";
import { ALICE, BOB, CAROL, type Door, GUS, MEI, openDoor, ROOT, role, usual } from "../helpers/listener.ts";
import { activeOne, pendingOne } from "./records.ts";

const HOME = { home: true } as const;
const blocksOf = ({ slack }: Door, user: string) => slack.home(user)?.blocks ?? [];
const wordsOn = (door: Door, user: string) => visibleText({ text: "", blocks: blocksOf(door, user) });
const buttonsOn = (door: Door, user: string) => buttonsOf({ blocks: blocksOf(door, user) });
const asked = ({ slack }: Door, user: string) =>
  slack.calls.filter(({ method, args }) => method === "views.publish" && args.user_id === user);
const reads = (door: Door, user: string, words: string) =>
  door.slack.waitFor(() => wordsOn(door, user).includes(words));
const opened = async (door: Door, ...users: string[]) => {
  for (const user of users) {
    const before = asked(door, user).length;
    await door.slack.openHome(user);
    await door.slack.waitFor(() => asked(door, user).length > before);
  }
};
/** What changed has settled, and is drawn. */
const settle = async (door: Door) => {
  door.clock.jump(3 * SECOND);
  await redrawHomes(door.ports);
};

describe("what it shows", () => {
  test("what one has and may ask for, in one's own language, and never a token", async () => {
    const door = await openDoor();
    await opened(door, MEI);
    expect(wordsOn(door, MEI)).toContain("没有进行中");
    expect(buttonsOn(door, MEI)).toEqual(["申请…", "申请…"]);
    await door.grant();
    await opened(door, BOB);
    expect(wordsOn(door, BOB)).toMatch(/You have[\s\S]*Active until[\s\S]*Ask/);
    expect(buttonsOn(door, BOB)).toEqual([
      "I've copied it, hide",
      "Ask for more time",
      "End now",
      "Ask…",
      "Ask…",
    ]);
    expect(JSON.stringify(asked(door, BOB))).not.toContain("eyJ");
  });

  test("to an approver what waits for them, to an administrator what everybody has", async () => {
    const door = await openDoor();
    await door.grant(MEI, "peek 1h");
    await door.ask(BOB, "guest 2h <!channel> a look");
    await opened(door, ALICE, ROOT, BOB);
    expect(wordsOn(door, ALICE)).toMatch(/Waiting for you[\s\S]*bob\* asks for[\s\S]*<!channel> a look/);
    expect(buttonsOn(door, ALICE)).toEqual(["Approve 2 h", "1 h only", "Deny…", "Ask…", "Ask…"]);
    expect(wordsOn(door, ALICE)).not.toContain("All active");
    expect(wordsOn(door, ROOT)).toMatch(/All active: 1[\s\S]*<@U0MEI>/);
    expect(buttonsOn(door, ROOT)).toEqual(["Ask…", "Ask…", "End…"]);
    expect(wordsOn(door, BOB)).toContain("You wait for");
    expect(buttonsOn(door, BOB).slice(0, 2)).toEqual(["Withdraw", "Ask…"]);
  });

  test("an emergency to review, and what others allowed beforehand", async () => {
    const roles = { ...usual, pair: role({ approval: { by: ["S0SRE"], within: "4h", count: 2 } }) };
    const door = await openDoor({ roles });
    await door.ask(BOB, "emergency admin 10m all is down");
    await door.slack.command(ALICE, "C0GENERAL", "allow @bob pair 1h for 3d on call");
    await opened(door, CAROL, BOB);
    expect(wordsOn(door, CAROL)).toMatch(/Emergency access:[\s\S]*0 of 2[\s\S]*all is down/);
    await door.slack.waitFor(() => door.slack.ephemerals(ALICE).length > 0);
    await opened(door, ALICE);
    await door.slack.openHome(CAROL);
    await reads(door, CAROL, "on call");
    expect(buttonsOn(door, CAROL).slice(0, 2)).toEqual(["Review…", "Allow too"]);
    expect(buttonsOn(door, ALICE)).not.toContain("Allow too");
  });

  test("fits with 30 requests that wait, 250 roles and 300 live grants; says where the rest is, and opens all roles", async () => {
    const many = Array.from({ length: 250 }, (_, i) => [`role-${i}`, role({})] as const);
    const door = await openDoor({ roles: { ...usual, ...Object.fromEntries(many) } });
    const live = Array.from({ length: 300 }, (_, i) => ({
      ...activeOne,
      id: `R-7K2Q${String(i).padStart(4, "0")}` as never,
      requester: { ...activeOne.requester, id: `U0P${i}` as never },
      expiresAt: door.clock.now() + i * HOUR,
    }));
    await Promise.all(live.map((r) => door.ports.requests.adopt(r)));
    const waiting = Array.from({ length: 30 }, (_, i) => ({
      ...pendingOne,
      id: `R-7K2R${String(i).padStart(4, "0")}` as never,
      role: `role-${i}`,
      reason: "a long reason ".repeat(30),
      closesAt: door.clock.now() + HOUR,
    }));
    await Promise.all(waiting.map((r) => door.ports.requests.adopt(r as never)));
    await door.slack.people.setGroup("S0SRE", [ALICE, CAROL, ROOT]);
    await opened(door, ROOT, BOB);
    expect(blocksOf(door, ROOT).length).toBeLessThanOrEqual(100);
    expect(wordsOn(door, ROOT)).toContain("12 of 30 shown");
    expect(wordsOn(door, ROOT)).toContain("10 of 300 shown");
    expect(buttonsOn(door, ROOT)).toContain("All 252 roles…");
    expect(wordsOn(door, BOB)).toContain("4 of 30 shown");
    await door.slack.click(ROOT, HOME, "All 252 roles…");
    const form = await door.modal(ROOT, "Access to Karpor");
    expect(JSON.stringify(form.blocks)).toContain("role-249");
  });

  test("to a guest why there is none; with the records away it says so, and without a store nobody's older Home is touched", async () => {
    const door = await openDoor();
    await opened(door, GUS);
    expect(wordsOn(door, GUS)).toContain("guests of this workspace cannot have access");
    await opened(door, BOB, CAROL);
    const before = wordsOn(door, CAROL);
    door.ports.requests.fault = "down";
    await door.slack.openHome(BOB);
    await reads(door, BOB, "cannot reach its records");
    await door.ports.homes.outdated([CAROL as never], 0);
    await settle(door);
    expect(wordsOn(door, CAROL)).toBe(before);
    door.ports.requests.fault = undefined;
    await door.slack.openHome(BOB);
    await reads(door, BOB, "Nothing open");
  });
});

describe("what is pressed there", () => {
  test("a request is approved, and is gone from the list at once; its requester sees it soon", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    await opened(door, ALICE, BOB);
    await door.slack.click(ALICE, HOME, "approve");
    await door.slack.waitFor(() => !wordsOn(door, ALICE).includes("Waiting for you"));
    await door.until(id, "active");
    await settle(door);
    expect(wordsOn(door, BOB)).toContain("Active until");
    expect(door.slack.dm(ALICE)).toEqual([]);
  });

  test("too late: a modal says who was first, the Home is drawn anew, and no message is sent", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    await opened(door, CAROL);
    await door.slack.click(ALICE, await door.card(id), "approve");
    await door.until(id, "active");
    await door.slack.click(CAROL, HOME, "approve");
    await door.modal(CAROL, "your click changed nothing");
    await door.slack.waitFor(() => !wordsOn(door, CAROL).includes("Waiting for you"));
    expect(door.slack.dm(CAROL)).toEqual([]);
    expect(door.slack.ephemerals(CAROL)).toEqual([]);
  });

  test("a denial with its reason; what goes wrong after it is said in a modal too", async () => {
    const door = await openDoor();
    const first = await door.ask();
    const second = await door.ask(MEI, "guest 1h b");
    await opened(door, ALICE);
    const deny = async (id: string) => {
      await door.slack.click(ALICE, HOME, { actionId: "deny", value: `${id}:1` });
      const form = await door.slack.waitFor(() => door.slack.views(ALICE).at(-1));
      return form.id;
    };
    const form = await deny(first.id);
    await door.slack.submit(ALICE, form, { why: "a freeze" });
    await door.until(first.id, "denied");
    const late = await deny(second.id);
    await door.slack.click(CAROL, await door.card(second.id), "approve");
    await door.until(second.id, "active");
    await door.slack.submit(ALICE, late, { why: "a freeze" });
    await door.modal(ALICE, "carol approved this");
    expect(door.slack.dm(ALICE)).toEqual([]);
    await settle(door);
    expect(wordsOn(door, ALICE)).not.toContain("Waiting for you");
  });

  test("the buttons of a modal that answers are answered in it", async () => {
    const pair = role({ approval: { by: ["S0SRE"], within: "4h", count: 2 } });
    const door = await openDoor({ roles: { ...usual, pair } });
    await door.slack.command(ALICE, "C0GENERAL", "allow @bob pair 1h for 3d on call");
    await door.whisper(ALICE, "Allowed by you");
    await opened(door, CAROL);
    await door.slack.click(CAROL, HOME, "Allow too");
    const answer = await door.modal(CAROL, "Allowed beforehand:");
    await door.slack.click(CAROL, { view: answer.id }, "Withdraw", { confirm: true });
    expect(buttonsOf({ blocks: (await door.modal(CAROL, "Withdrawn:")).blocks })).toEqual([]);
    expect(door.slack.views(CAROL)).toHaveLength(1);
    expect(door.slack.dm(CAROL)).toEqual([]);
  });

  test("a role's button opens the form with it, and what is sent there stands in the Home", async () => {
    const door = await openDoor();
    await opened(door, BOB);
    await door.slack.click(BOB, HOME, { actionId: "ask", value: "guest" });
    const form = await door.modal(BOB, "Access to Karpor");
    expect(JSON.stringify(form.blocks)).toContain('"initial_option":{"value":"guest"');
    await door.slack.submit(BOB, form.id, { reason: "from home" });
    await expect.poll(() => door.ports.requests.all().at(-1)?.state).toBe("pending");
    await settle(door);
    expect(wordsOn(door, BOB)).toContain("You wait for");
  });

  test("one's own: withdrawn, ended", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    await opened(door, BOB);
    await door.slack.click(BOB, HOME, "withdraw");
    await reads(door, BOB, "Nothing open");
    expect(await door.state(id)).toBe("withdrawn");
    const grant = await door.grant(BOB, "guest 1h again");
    await door.slack.openHome(BOB);
    await reads(door, BOB, "Active until");
    await door.slack.click(BOB, HOME, "release", { confirm: true });
    await reads(door, BOB, "Ending:");
    expect(await door.state(grant.id)).toBe("ending");
  });

  test("an administrator ends what somebody has", async () => {
    const door = await openDoor();
    const { id } = await door.grant();
    await opened(door, ROOT);
    await door.slack.click(ROOT, HOME, "end");
    const form = await door.slack.waitFor(() => door.slack.views(ROOT).at(-1));
    await door.slack.submit(ROOT, form.id, { why: "leaving" });
    await expect.poll(() => door.state(id)).toBe("ending");
    await settle(door);
    expect(buttonsOn(door, ROOT)).not.toContain("End…");
  });
});

describe("kept up", () => {
  test("for those who opened it in the last day and whom it concerns, once for all that came together", async () => {
    const door = await openDoor();
    await opened(door, ALICE, BOB, MEI);
    await settle(door);
    const before = [ALICE, BOB, CAROL, MEI].map((user) => asked(door, user).length);
    await door.ask(BOB, "guest 1h a");
    await door.ask(BOB, "admin 1h b");
    await settle(door);
    const drawn = () =>
      [ALICE, BOB, CAROL, MEI].map((user, i) => asked(door, user).length - (before[i] ?? 0));
    expect(drawn()).toEqual([1, 1, 0, 0]);
    await settle(door);
    expect(drawn()).toEqual([1, 1, 0, 0]);
    door.clock.jump(DAY);
    await door.ask(MEI, "guest 1h c");
    await settle(door);
    expect(drawn()).toEqual([1, 1, 0, 0]);
  });

  test("opened anew, what stands there is not sent again", async () => {
    const door = await openDoor();
    await opened(door, ALICE);
    await settle(door);
    await door.ask();
    await settle(door);
    expect(wordsOn(door, ALICE)).toContain("Waiting for you");
    const before = asked(door, ALICE).length;
    await door.slack.openHome(ALICE);
    await door.listener.stop();
    expect(asked(door, ALICE)).toHaveLength(before);
  });

  test("while Slack asks to wait, later; and nothing is drawn over what somebody else drew meanwhile", async () => {
    const door = await openDoor();
    await opened(door, ALICE);
    await settle(door);
    await door.ask();
    door.slack.failNext("views.publish", { retryAfter: 30 });
    await settle(door);
    expect(wordsOn(door, ALICE)).not.toContain("Waiting for you");
    door.clock.jump(30 * SECOND);
    await settle(door);
    expect(wordsOn(door, ALICE)).toContain("Waiting for you");
    door.slack.failNext("views.publish", "hash_conflict");
    await door.ask(MEI, "guest 1h b");
    await settle(door);
    await settle(door);
    expect(wordsOn(door, ALICE)).toMatch(/bob\* asks for[\s\S]*mei\* asks for/);
  });

  test("a directory sync draws it anew again and again: whoever decides meanwhile is looked up at once", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    await opened(door, ROOT, CAROL);
    door.clock.jump(61 * SECOND);
    const looks = () => door.slack.calls.filter(({ method }) => method === "usergroups.list").length;
    const before = looks();
    for (let i = 0; i < 8; i++) {
      await door.slack.people.setGroup("S0DEV", i % 2 === 0 ? [BOB, MEI] : [BOB]);
      await door.ports.homes.outdated([id], 0);
      await settle(door);
    }
    expect(looks() - before).toBeLessThanOrEqual(3);
    await door.slack.click(ALICE, await door.card(id), "approve");
    await door.until(id, "active");
  });

  test("who cannot have one any more is asked about no longer", async () => {
    const door = await openDoor();
    await opened(door, ALICE);
    door.slack.failNext("views.publish", "user_not_found");
    await door.ask();
    await settle(door);
    expect(await door.ports.homes.openers()).toEqual([]);
  });

  test("a change of a user group, of a person, and of the tab with the messages", async () => {
    const door = await openDoor();
    await door.ask();
    await opened(door, MEI);
    await settle(door);
    await door.slack.people.setGroup("S0SRE", [ALICE, CAROL, MEI]);
    await settle(door);
    expect(wordsOn(door, MEI)).toContain("待你处理");
    await door.slack.people.setLocale(MEI, "en-US");
    await settle(door);
    expect(wordsOn(door, MEI)).toContain("Waiting for you");
  });
});
