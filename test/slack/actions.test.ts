/** Buttons and the deny modal through their outer door: what is decided, and who is told what. */
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { buttonsOf, type View, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { withoutTexts } from "../../src/domain/without-texts.ts";
import { keepAccess } from "../../src/flow/check-idle.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import { createLog } from "../../src/log.ts";
import {
  ALICE,
  APPROVALS,
  ASIDE,
  BOB,
  CAROL,
  type Door,
  ELSEWHERE,
  GENERAL,
  MEI,
  openDoor,
  ROOT,
  role,
  usual,
} from "../helpers/listener.ts";

const everyone = [ALICE, BOB, CAROL, MEI];
/** Who was told something, apart from the one who asked in the beginning. */
const told = (door: Door) => everyone.filter((user) => door.slack.ephemerals(user).length > 0);
const words = ({ blocks }: View) => visibleText({ text: "", blocks });

describe("approve", () => {
  test("is decided and redrawn; nobody is told apart", async () => {
    const door = await openDoor();
    const { id } = await door.grant();
    expect(await door.ports.requests.get(id as never)).toMatchObject({ decision: { by: { id: ALICE } } });
    expect(buttonsOf(await door.card("Active until"))).toEqual(["Revoke…"]);
    expect(told(door)).toEqual([BOB]);
  });

  test("by one's own, or by no approver, changes nothing; only they are told", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    await door.slack.click(MEI, card, "approve");
    expect(visibleText(await door.whisper(MEI, "S0SRE")).length).toBeGreaterThan(0);
    await door.slack.click(BOB, card, "approve");
    await door.whisper(BOB, "cannot approve your own request");
    expect(await door.state(id)).toBe("pending");
    expect(told(door)).toEqual([BOB, MEI]);
    expect(card.history).toHaveLength(1);
  });

  test("too late: only they are told who was first; one's own second click is not worth a word", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    const first = await door.slack.click(ALICE, card, "approve");
    await expect.poll(() => door.state(id)).toBe("approved");
    await door.slack.redeliver(first);
    await door.slack.click(CAROL, card, "approve");
    expect(visibleText(await door.whisper(CAROL, "your click changed nothing"))).toContain("approved");
    await door.listener.stop();
    expect(told(door)).toEqual([BOB, CAROL]);
  });

  test("one's own second click is, while the card does not show the first: Slack has no room for its edit", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    const first = await door.slack.click(ALICE, card, "approve");
    await expect.poll(() => door.state(id)).toBe("approved");
    door.clock.jump(MINUTE);
    await door.slack.click(ALICE, card, "approve");
    await door.whisper(ALICE, "You approved this");
    await door.until(id, "active");
    await door.work();
    door.clock.jump(MINUTE);
    await door.slack.redeliver(first);
    await door.listener.stop();
    expect(door.slack.ephemerals(ALICE)).toHaveLength(1);
  });

  test("two approvers at the same moment: one wins", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    await Promise.all([ALICE, CAROL].map((user) => door.slack.click(user, card, "approve")));
    await door.slack.waitFor(
      () => [...door.slack.ephemerals(ALICE), ...door.slack.ephemerals(CAROL)].length > 0,
    );
    await door.listener.stop();
    expect(door.ports.jobs.waiting.filter(({ step }) => step === "provision")).toHaveLength(1);
    expect([...door.slack.ephemerals(ALICE), ...door.slack.ephemerals(CAROL)]).toHaveLength(1);
  });

  test("a look-up that fails refuses; a store that is gone changed nothing", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    await door.meet(ALICE);
    door.clock.jump(MINUTE);
    door.slack.failNext("usergroups.list", { status: 500 }, 99);
    await door.slack.click(ALICE, card, "approve");
    await door.whisper(ALICE, "does not say who");
    door.slack.clearFailures();
    door.ports.requests.fault = "down";
    await door.slack.click(ALICE, card, "approve");
    await door.whisper(ALICE, "cannot reach its records");
    door.ports.requests.fault = undefined;
    expect(await door.state(id)).toBe("pending");
  });
});

test("a message whose record is gone loses its dead buttons to whoever presses one", async () => {
  const door = await openDoor();
  const { id } = await door.ask();
  const card = await door.card(id);
  await openDoor({ beside: door });
  await door.slack.click(MEI, card, "approve");
  await expect.poll(() => buttonsOf(card)).toEqual([]);
  // Others see it too: not in the language of whoever pressed.
  expect(visibleText(card)).toMatch(/^[^\u4e00-\u9fff]+$/);
  expect(told(door)).toEqual([BOB]);
});

test("a card that Slack did not draw anew is, once somebody presses what it shows no more", async () => {
  const door = await openDoor();
  const { id } = await door.ask();
  const card = await door.card(id);
  door.slack.failNext("chat.update", "channel_not_found", 5);
  await withdrawRequest(door.ports, { id, by: UserId.parse(BOB) });
  await door.until(id, "withdrawn");
  await door.work();
  door.slack.clearFailures();
  expect(buttonsOf(card)).not.toEqual([]);
  await door.slack.click(ALICE, card, "approve");
  await door.whisper(ALICE, "your click changed nothing");
  await door.work();
  expect(buttonsOf(card)).toEqual([]);
  expect(visibleText(card)).toMatch(/withdr/i);
});

describe("deny", () => {
  const opened = async (door: Door, user = ALICE) => {
    const { id } = await door.ask();
    const card = await door.card(id);
    // Nothing that is remembered of them is young enough.
    door.clock.jump(2 * HOUR);
    const calls = door.slack.calls.length;
    await door.slack.click(user, card, "deny");
    return { id, calls, view: await door.slack.waitFor(() => door.slack.views(user).at(-1)) };
  };

  test("opens before anybody is looked up, wants a reason, and decides with it", async () => {
    const door = await openDoor();
    const { id, view, calls } = await opened(door);
    const clicked = () => door.slack.calls.slice(calls).map(({ method }) => method);
    await door.slack.waitFor(() => clicked().includes("users.info"));
    expect(clicked()[0]).toBe("views.open");
    expect(await door.slack.submit(ALICE, view.id, { why: "   " })).toMatchObject({ sent: true });
    expect(Object.keys(view.errors ?? {})).toEqual(["why"]);
    expect(await door.state(id)).toBe("pending");
    await door.slack.submit(ALICE, view.id, { why: " use peek " });
    await door.until(id, "denied");
    expect(await door.ports.requests.get(id)).toMatchObject({ why: "use peek", by: { id: ALICE } });
    expect(door.slack.views(ALICE)).toEqual([]);
  });

  test.each(["users.info", "records"])(
    "while %s cannot be asked, what was typed stays to be sent again",
    async (what) => {
      const door = await openDoor();
      const { id, view } = await opened(door);
      door.slack.failNext(what, { status: 500 }, 99);
      if (what === "records") door.ports.requests.fault = "down";
      door.clock.jump(HOUR);
      await door.slack.submit(ALICE, view.id, { why: "use peek" });
      expect(Object.values(view.errors ?? {}).join()).toMatch(/try again|again in a minute/i);
      expect(door.slack.views(ALICE)).toHaveLength(1);
      door.slack.clearFailures();
      door.ports.requests.fault = undefined;
      expect(await door.state(id)).toBe("pending");
      await door.slack.submit(ALICE, view.id, { why: "use peek" });
      await door.until(id, "denied");
    },
  );

  test("that it cannot be taken now is logged with its request", async () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk, _, done) => done(void lines.push(String(chunk))) });
    const door = await openDoor({ more: { log: createLog("warn", sink) } });
    const { id, view } = await opened(door);
    door.slack.failNext("users.info", { status: 500 }, 99);
    door.clock.jump(HOUR);
    await door.slack.submit(ALICE, view.id, { why: "use peek" });
    const line = lines.find((one) => one.includes("a form is not taken now")) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({ id });
  });

  test("the modal repeats who, what, how long and why", async () => {
    const door = await openDoor();
    const { view } = await opened(door);
    expect(words(view)).toContain("*Denying:* <@U0BOB> asks for *guest* on *production* for *2 h*.");
    expect(words(view)).toContain("a look");
  });

  test("where Slack has no room for the modal, it says that Slack asks to wait", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    door.slack.failNext("views.open", { retryAfter: 30 });
    await door.slack.click(ALICE, await door.card(id), "deny");
    await door.whisper(ALICE, "Slack asks to wait. Try again in a minute.");
  });

  test("of one's own request is answered about denying, without a modal", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    await door.slack.click(BOB, await door.card(id), "deny");
    await door.whisper(BOB, "cannot deny your own request");
    expect(door.slack.views(BOB)).toEqual([]);
    expect(await door.state(id)).toBe("pending");
  });

  test("by no approver: the modal says so, and takes nothing", async () => {
    const door = await openDoor();
    const { id, view } = await opened(door, MEI);
    await door.slack.waitFor(() => /[\u4e00-\u9fff].*S0SRE/.test(words(view)));
    expect(view.blocks.map(({ type }) => type)).not.toContain("input");
    expect(await door.state(id)).toBe("pending");
  });

  test("speaks the approver's language as soon as it is known", async () => {
    const door = await openDoor();
    door.slack.people.setLocale(CAROL, "zh-CN");
    const { view } = await opened(door, CAROL);
    await door.slack.waitFor(() => /[\u4e00-\u9fff]/.test(words(view)));
    expect(view.submit).toBeDefined();
  });

  test("late: told without a modal, in the modal, or after it, wherever that became known", async () => {
    const door = await openDoor();
    const { id, view } = await opened(door);
    const card = await door.card(id);
    await door.slack.click(CAROL, card, "approve");
    await expect.poll(() => door.state(id)).toBe("approved");
    await door.slack.submit(ALICE, view.id, { why: "no" });
    await door.whisper(ALICE, "your click changed nothing");
    await door.slack.click(ALICE, card, "deny");
    await door.slack.waitFor(() => door.slack.ephemerals(ALICE).length === 2);
    expect(door.slack.views(ALICE)).toEqual([]);
  });

  test("late between opening and looking up: the modal says so", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    door.slack.onEvent(({ kind }) => {
      if (kind === "view_opened") void withdrawRequest(door.ports, { id, by: UserId.parse(BOB) });
    });
    await door.slack.click(ALICE, card, "deny");
    const view = await door.slack.waitFor(() => door.slack.views(ALICE).at(-1));
    await door.slack.waitFor(() => words(view).includes("your click changed nothing"));
    expect(view.blocks.map(({ type }) => type)).not.toContain("input");
  });

  test("a modal that Slack does not open is one sentence with the request's id", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    door.slack.failNext("views.open", "expired_trigger_id");
    await door.slack.click(ALICE, await door.card(id), "deny");
    await door.whisper(ALICE, id);
  });

  test("a refusal after the modal reaches its sender by DM where the card's channel does not", async () => {
    const door = await openDoor();
    const { id, view } = await opened(door);
    await door.slack.click(CAROL, await door.card(id), "approve");
    await expect.poll(() => door.state(id)).toBe("approved");
    door.slack.people.inviteBot(APPROVALS, false);
    await door.slack.submit(ALICE, view.id, { why: "no" });
    await door.dm(ALICE, "your click changed nothing");
  });
});

describe("a message that its record does not know, or that outlived it", () => {
  test("a copy of a card that is decided: redrawn; the card itself is left to the record", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const copy = await door.card(id);
    await door.ports.requests.update(id, ({ messages: { card: _, ...messages }, ...r }) => ({
      ...r,
      messages,
    }));
    await door.ports.jobs.add("messages", "syncMessages", id, 1);
    await door.work();
    const card = await door.card(id);
    expect(card).not.toBe(copy);
    await door.slack.click(CAROL, card, "approve");
    await door.until(id, "active");
    await door.slack.click(ALICE, copy, "approve");
    await door.whisper(ALICE, "your click changed nothing");
    expect(copy.text).toBe("Out of date: nothing can be done here any more.");
    expect(buttonsOf(copy)).toEqual([]);
    expect(card.text).toContain("Active");
  });

  test("a message that may bear a token is left alone", async () => {
    const door = await openDoor();
    await door.grant();
    const dm = await door.dm(BOB, "eyJ-planted");
    door.ports.requests.restore(new Map());
    await door.slack.click(BOB, dm, "hide");
    await door.whisper(BOB, "there is no request");
    expect(visibleText(dm)).toContain("eyJ-planted");
  });
});

describe("one's own", () => {
  test("withdrawn in the DM: the DM is redrawn and nothing is told apart", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const dm = await door.dm(BOB, "Waiting for approval:");
    const before = door.slack.ephemerals(BOB).length;
    await door.slack.click(BOB, dm, "withdraw");
    await door.until(id, "withdrawn");
    await door.work();
    await door.slack.waitFor(() => dm.history.length === 2);
    expect(door.slack.ephemerals(BOB)).toHaveLength(before);
  });

  test("the token is hidden, then released; a second release is not worth a word", async () => {
    const door = await openDoor();
    const { id } = await door.grant();
    const dm = await door.dm(BOB, "eyJ-planted");
    await door.slack.click(BOB, dm, "hide");
    await door.slack.waitFor(() => !visibleText(dm).includes("eyJ-planted"));
    const click = await door.slack.click(BOB, dm, "release", { confirm: true });
    await door.until(id, "ending");
    const before = door.slack.ephemerals(BOB).length;
    await door.slack.redeliver(click);
    await door.listener.stop();
    expect(door.slack.ephemerals(BOB)).toHaveLength(before);
  });

  test("old buttons of one whose texts were removed: too late as ever, and asked again without a reason", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const click = await door.slack.click(MEI, await door.card(id), "approve");
    door.clock.jump(4 * HOUR);
    await timeOutRequest(door.ports, id);
    await door.work();
    await door.ports.requests.update(id as never, withoutTexts);
    await door.slack.redeliver({
      ...click,
      payload: { ...click.payload, user: { id: CAROL, name: "carol" } },
    });
    await door.whisper(CAROL, "your click changed nothing");
    expect(await door.state(id)).toBe("timedOut");
    const notice = await door.slack.waitFor(() =>
      door.slack.dm(BOB).find((m) => buttonsOf(m).includes("Ask again")),
    );
    await door.slack.click(BOB, notice, "again");
    await door.slack.waitFor(() => door.ports.requests.all().length === 2);
    expect(door.ports.requests.all()[1]).toMatchObject({ role: "guest", reason: "" });
  });

  test("Ask again asks for the same; of others it is refused", async () => {
    const door = await openDoor();
    const { id, duration } = await door.ask(BOB, "guest 90m a *look* & <more>");
    door.clock.jump(4 * HOUR);
    await timeOutRequest(door.ports, id);
    await door.work();
    const notice = await door.slack.waitFor(() =>
      door.slack.dm(BOB).find((m) => buttonsOf(m).includes("Ask again")),
    );
    const click = await door.slack.click(BOB, notice, "again");
    await door.slack.waitFor(() => door.ports.requests.all().length === 2);
    const again = door.ports.requests.all()[1];
    expect(again).toMatchObject({ role: "guest", duration, reason: "a *look* & <more>" });
    await door.slack.redeliver(click);
    const foreign = { ...click, payload: { ...click.payload, user: { id: MEI, name: "mei" } } };
    await door.slack.redeliver(foreign);
    await door.slack.waitFor(() => door.slack.ephemerals(BOB).length >= 2);
    await door.listener.stop();
    expect(door.ports.requests.all()).toHaveLength(2);
  });
});

describe("revoke, on the card", () => {
  const opened = async (user: string) => {
    const door = await openDoor();
    const { id } = await door.grant(BOB, "guest 2h the search page");
    const click = await door.slack.click(user, await door.card("Active until"), "revoke");
    return { door, id, click, view: await door.slack.waitFor(() => door.slack.views(user).at(-1)) };
  };

  test("the modal repeats who, what, how long and why; its reason goes along", async () => {
    const { door, id, view } = await opened(CAROL);
    expect(words(view)).toMatch(
      /\*Revoking:\* guest on production for <@U0BOB>, 2 h, until <!date.*[\s\S]*the search page/,
    );
    expect(await door.state(id)).toBe("active");
    await door.slack.submit(CAROL, view.id, { why: " left the team " });
    await door.until(id, "ending");
    expect(await door.ports.requests.get(id)).toMatchObject({
      end: { cause: "revoked", by: { id: CAROL }, reason: "left the team" },
    });
    expect(door.slack.views(CAROL)).toEqual([]);
  });

  test("a reason is not asked of whoever is in a hurry", async () => {
    const { door, id, view } = await opened(ALICE);
    await door.slack.submit(ALICE, view.id, {});
    await door.until(id, "ending");
  });

  test("a stranger to it is refused in the modal, and by the submission", async () => {
    const { door, id, view } = await opened(MEI);
    await door.slack.waitFor(() => /[\u4e00-\u9fff].*S0SRE/.test(words(view)));
    expect(view.submit).toBeUndefined();
    expect(await door.state(id)).toBe("active");
  });

  test("its holder, too, may end it there", async () => {
    const { door, id, view } = await opened(BOB);
    expect(words(view)).toContain("*Revoking:* your guest access to production, 2 h");
    await door.slack.submit(BOB, view.id, {});
    await door.until(id, "ending");
    expect(await door.ports.requests.get(id)).toMatchObject({ end: { cause: "released" } });
  });

  test("late: told without a modal, or after it", async () => {
    const { door, id, click, view } = await opened(CAROL);
    await door.slack.command(BOB, GENERAL, "revoke");
    await door.until(id, "ending");
    await door.slack.submit(CAROL, view.id, { why: "x" });
    await door.whisper(CAROL, "your click changed nothing");
    await door.slack.redeliver(click);
    await door.slack.waitFor(() => door.slack.ephemerals(CAROL).length === 2);
    expect(door.slack.views(CAROL)).toEqual([]);
  });
});

describe("approve with a note", () => {
  const noted = async (user: string) => {
    const door = await openDoor();
    const { id } = await door.ask(BOB, "guest 2h the search page");
    await door.slack.select(user, await door.card(id), "menu", "Approve with a note…");
    return { door, id, view: await door.slack.waitFor(() => door.slack.views(user).at(-1)) };
  };

  test("the note stands on the card and beside the token", async () => {
    const { door, id, view } = await noted(ALICE);
    expect(words(view)).toContain("<@U0BOB> asks for *guest* on *production* for *2 h*.");
    expect(words(view)).toContain("the search page");
    await door.slack.submit(ALICE, view.id, { why: "only <today> please" });
    await door.until(id, "active");
    expect(await door.ports.requests.get(id)).toMatchObject({
      decision: { by: { id: ALICE }, note: "only <today> please" },
    });
    expect(visibleText(await door.dm(BOB, "eyJ-planted"))).toContain("only <today> please");
    await door.card("only <today> please");
  });

  test("without one it is an approval like any other; by no approver it is none", async () => {
    const { door, id, view } = await noted(CAROL);
    await door.slack.select(MEI, await door.card(id), "menu", "Approve with a note…");
    const hers = await door.slack.waitFor(() => door.slack.views(MEI).at(-1));
    await door.slack.waitFor(() => hers.submit === undefined);
    await door.slack.submit(CAROL, view.id, {});
    await door.until(id, "active");
    const record = await door.ports.requests.get(id);
    expect(record && "decision" in record && record.decision.note).toBeUndefined();
  });
});

describe("what is not ours", () => {
  test("is acknowledged, and changes nothing", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    const click = await door.slack.click(MEI, card, "approve");
    const [action] = click.payload.actions as object[];
    const other = (change: object) =>
      door.slack.redeliver({ ...click, payload: { ...click.payload, actions: [{ ...action, ...change }] } });
    expect(await other({ action_id: "toString" })).toMatchObject({ status: 200 });
    expect(await other({ action_id: "open", value: undefined })).toMatchObject({ status: 200 });
    expect(await other({ action_id: "approve", value: "R-OLD" })).toMatchObject({ status: 200 });
    await door.whisper(MEI, "R-OLD");
    expect(await other({ action_id: "approve", value: `${id}:7` })).toMatchObject({ status: 200 });
    const form = {
      type: "view_submission",
      user: click.payload.user,
      team: click.payload.team,
      view: { callback_id: "x" },
    };
    expect(await door.slack.redeliver({ ...click, payload: form })).toMatchObject({ status: 200, body: "" });
    expect(await door.state(id)).toBe("pending");
    expect(door.slack.troubles()).toEqual([]);
  });

  test("a stale button is refused", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const card = await door.card(id);
    await door.ports.requests.update(id, (r) => ({ ...r, terms: 2 }));
    await door.slack.click(ALICE, card, "approve");
    await door.whisper(ALICE, id);
    expect(await door.state(id)).toBe("pending");
  });

  test("typed where the bot is no member it is answered all the same", async () => {
    const door = await openDoor();
    await door.slack.command(BOB, ELSEWHERE, "guest 1h");
    expect((await door.whisper(BOB, "Sent to")).channel).toBe(ELSEWHERE);
  });

  test("typed in a DM with a colleague it is answered there; in ours, the next message says it all", async () => {
    const door = await openDoor();
    await door.slack.command(BOB, ASIDE, "guest 1h");
    expect((await door.whisper(BOB, "Sent to")).channel).toBe(ASIDE);
    const before = door.slack.ephemerals(BOB).length;
    await door.slack.command(BOB, "dm", "peek 1h");
    await door.listener.stop();
    expect(door.ports.requests.all()).toHaveLength(2);
    expect(door.slack.ephemerals(BOB)).toHaveLength(before);
  });
});

test("nobody but its holder keeps what nobody uses, and they only where it is asked", async () => {
  const door = await openDoor();
  const { id } = await door.grant();
  const keep = (by: string) => keepAccess(door.ports, { id: id as never, by: UserId.parse(by) });
  await expect(keep(ALICE)).rejects.toThrow("not-yours");
  await expect.poll(() => door.state(id)).toBe("active");
  await expect(keep(BOB)).rejects.toThrow("stale");
});

test("a form for more time that is sent after the access ended says who ended it", async () => {
  const door = await openDoor();
  const { id } = await door.grant();
  await door.slack.click(BOB, await door.dm(BOB, "Approved by"), "more");
  const form = await door.modal(BOB, "ends at");
  await door.slack.command(ALICE, GENERAL, `revoke ${id} a leak`);
  await door.until(id, "ending");
  const { errors } = await door.slack.submit(BOB, form.id, { "more-time": String(HOUR) });
  expect(errors).toEqual({ "more-time": expect.stringMatching(/^Alice ended this/) });
});

test("a lockdown that cannot be taken now keeps its form, with the reason in it", async () => {
  const door = await openDoor();
  await door.slack.command(ROOT, GENERAL, "lockdown a stolen laptop");
  const form = await door.modal(ROOT, "No access stands now");
  door.slack.failNext("users.info", { status: 500 }, 99);
  door.clock.jump(HOUR);
  const { errors } = await door.slack.submit(ROOT, form.id, {});
  expect(errors).toEqual({ why: expect.stringContaining("Try again in a minute") });
  expect(await door.ports.lockdown.standing()).toBeNull();
  door.slack.clearFailures();
  await door.slack.submit(ROOT, form.id, {});
  await expect.poll(() => door.ports.lockdown.standing()).toMatchObject({ reason: "a stolen laptop" });
  expect(door.slack.views(ROOT)).toEqual([]);
});

test("what is approved for less, and cannot be now, keeps its form, with the note in it", async () => {
  const door = await openDoor();
  const { id } = await door.ask();
  await door.slack.select(ALICE, await door.card(id), "menu", "Approve for less…");
  const form = await door.modal(ALICE, "Approving less:");
  await door.slack.waitFor(() => !words(form).includes("Looking up"));
  door.slack.failNext("users.info", { status: 500 }, 99);
  door.clock.jump(5 * MINUTE);
  const { errors } = await door.slack.submit(ALICE, form.id, { "less-note": "today only" });
  expect(errors).toEqual({ "less-note": expect.stringContaining("Try again in a minute") });
  door.slack.clearFailures();
  await door.slack.submit(ALICE, form.id, { "less-note": "today only" });
  await door.until(id, "active");
  expect(await door.ports.requests.get(id)).toMatchObject({ decision: { note: "today only" } });
});

test("a note that is sent while the rules change stays in its form", async () => {
  const door = await openDoor();
  const { id } = await door.ask();
  await door.slack.select(ALICE, await door.card(id), "menu", "Approve with a note…");
  const form = await door.modal(ALICE, "Approving:");
  const { policy, policies } = door.ports;
  const { guest: _, ...roles } = policy.roles;
  door.ports.policies = { others: async () => [{ ...policy, roles }] };
  const { errors } = await door.slack.submit(ALICE, form.id, { why: "today only" });
  expect(errors).toEqual({ why: expect.stringContaining("Try again in a minute") });
  door.ports.policies = policies;
  await door.slack.submit(ALICE, form.id, { why: "today only" });
  await door.until(id, "active");
  expect(await door.ports.requests.get(id)).toMatchObject({ decision: { note: "today only" } });
});

test("Approve for less… where the role has left the catalog: it says so, and that nothing is closed, in place of a form", async () => {
  const roles = { ...usual };
  const door = await openDoor({ roles });
  const { id } = await door.ask();
  const card = await door.card(id);
  delete roles.guest;
  await door.slack.select(ALICE, card, "menu", "Approve for less…");
  const refused = await door.modal(ALICE, "no longer offered");
  expect(words(refused)).toContain("*Nothing changed:* `guest` is no longer offered. Approve or Deny");
  expect(refused.submit).toBeUndefined();
  expect(await door.state(id)).toBe("pending");
  await door.slack.click(ALICE, card, "approve");
  await door.until(id, "refused");
});

test.each([
  ["other rights", "gives other rights now", "; for more, end it and ask again."],
  ["the role gone", "is no longer offered", "."],
])(
  "Ask for more time under %s: nothing is closed, and what can only be refused has no button",
  async (what, why, rest) => {
    const roles = { ...usual };
    const door = await openDoor({ roles });
    const { id } = await door.grant();
    const token = await door.dm(BOB, "I've copied it, hide");
    if (what === "other rights") roles.guest = role({ clusterRole: "karpor-admin" });
    else delete roles.guest;
    await door.slack.click(BOB, token, "Ask for more time");
    const told = await door.whisper(BOB, why);
    expect(visibleText(told)).toContain(
      `*Nothing changed:* \`guest\` ${why}. What you have goes on until its end${rest}`,
    );
    expect(await door.state(id)).toBe("active");
    await door.slack.command(BOB, GENERAL, "status");
    const status = await door.whisper(BOB, "1 open:");
    expect(buttonsOf(status)).toContain("End now");
    expect(buttonsOf(status)).not.toContain("Ask for more time");
  },
);
