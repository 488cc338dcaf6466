/** Story 4: what holders do with what they have: more time, a new token, a leaked one, hidden, or shown at a click. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { View } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  const short = { ...roles.guest, duration: { default: "1h", max: "2h", total: "3h" } };
  const hint = { en: "a ticket such as OPS-123", zh: "工单号" };
  const duty = { ...roles.admin, reason: { required: true, pattern: "[A-Z]+-\\d+", hint } };
  const alone = { ...roles.admin, approval: { by: [BOB], within: "4h" } };
  world = await startWorld({ config: { roles: { ...roles, short, duty, alone } } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

/** Asks for it anew with another reason, has it approved, and resolves to the record and to the message with the token. */
async function prolong(line: string, reason: string, user = BOB) {
  await world.slack.click(ALICE, await scene.ask(`more ${line}`, reason, user), "approve");
  const more = await scene.because(reason, "active");
  return { more, delivered: await scene.tokenOf(user, more.id) };
}

describe("more time", () => {
  test("follows the first: approved like any other, with a token of its own, and the first ends without a word", async () => {
    const first = await scene.get("guest 2h", "the first part");
    const { id, endsAt } = await scene.because("the first part", "active");
    const card = await scene.ask("more 1h", "the second part");
    expect(visibleText(card)).toContain("1 h more");
    expect(card.text).not.toContain("3 h");
    await world.slack.click(ALICE, card, "approve");
    const more = await scene.because("the second part", "active");
    expect(more).toMatchObject({ follows: id, endsAt: (endsAt ?? 0) + HOUR });
    const second = await scene.tokenOf(BOB, more.id);
    expect(visibleText(second)).toContain(`1 h more, now until`);
    expect(visibleText(second)).toContain(`follows ${id}`);
    expect(second.text).not.toContain("2 h");
    expect(await scene.login(tokenIn(first))).toBe("good");
    expect(await scene.login(tokenIn(second))).toBe("good");

    await scene.say(BOB, "status");
    const status = await scene.whisper(BOB, more.id);
    expect(visibleText(status)).not.toContain(id);
    expect(buttonsOf(status)).toEqual(["End now", "Ask for more time"]);

    await world.jump(2 * HOUR + SECOND);
    await scene.proveEnd(id);
    await scene.isDead(tokenIn(first));
    expect(await scene.login(tokenIn(second))).toBe("good");
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(first));
    const isOfFirst = (text: string) => text.includes(id) && !text.includes(more.id);
    expect(world.slack.dm(BOB).map(visibleText).filter(isOfFirst)).toEqual([]);
  });

  test("its total holds, in the command and in the form", async () => {
    const refusals = () =>
      world.slack.ephemerals(BOB).filter((one) => visibleText(one).includes("at most 3 h"));
    const before = refusals().length;
    await scene.get("short 2h", "total of three");
    await scene.say(BOB, "more 90m too much");
    await scene.whisper(BOB, "`short` lasts at most 3 h");
    const { id } = await scene.because("total of three", "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "more");
    const form = await scene.form(BOB);
    const time = form.blocks.find(({ block_id }) => block_id === "time")?.element as {
      options: { value: string }[];
    };
    expect(time.options.map(({ value }) => value)).toEqual(["15m", "30m", "1h"]);
    await world.slack.submit(BOB, form.id, { time: "1h", reason: "by the form" });
    await world.slack.click(ALICE, await scene.card("by the form"), "approve");
    await scene.because("by the form", "active");
    await scene.say(BOB, "more 1m a little more");
    await world.slack.waitFor(() => refusals().length === before + 2);
  });

  test("a word says of which: of several accesses none is guessed", async () => {
    await scene.get("guest 1h", "one of two");
    await scene.say(BOB, "shown 1h");
    await scene.record((one) => one.role === "shown" && one.state === "active");
    await scene.say(BOB, "more 30m");
    const { id } = await scene.because("one of two", "active");
    await scene.whisper(BOB, id);
    await prolong("guest 30m", "the one meant");
    expect((await scene.because("the one meant", "active")).follows).toBe(id);
    await prolong(`${id} 30m`, "the same by its id");
    expect((await scene.because("the same by its id", "active")).follows).toBe(id);
    await scene.say(BOB, "more admin 30m");
    await scene.whisper(BOB, "no such access");
  });

  test("is the holder's alone, of what is active, and one request at a time", async () => {
    await scene.get("guest 1h", "asked twice");
    const { id } = await scene.because("asked twice", "active");
    await scene.say(MEI, `more ${id} 1h`);
    await scene.whisper(MEI, "别人的申请");
    await scene.ask("more 1h", "the first of two");
    await scene.say(BOB, "more 1h the second of two");
    await scene.whisper(BOB, "is already open");
    await scene.clear();
    await scene.say(BOB, `more ${id} 1h`);
    await scene.whisper(BOB, "no such access now");
  });

  test.each(["the first", "the second"])("who ends %s ends both", async (which) => {
    const first = await scene.get("guest 2h", `ended by ${which}`);
    const { more, delivered } = await prolong("1h", `prolonged, ended by ${which}`);
    await world.slack.click(BOB, which === "the first" ? first : delivered, "end", { confirm: true });
    const { id } = await scene.because(`ended by ${which}`, "ending");
    await scene.because(`prolonged, ended by ${which}`, "ending");
    await Promise.all([scene.proveEnd(id), scene.proveEnd(more.id)]);
    for (const token of [first, delivered]) await scene.isDead(tokenIn(token));
    await world.slack.waitFor(() => world.slack.dm(BOB).some((one) => visibleText(one).includes(more.id)));
    expect(await scene.onHub()).toEqual([]);
  });

  test("who ends what is prolonged takes back what still waits", async () => {
    await scene.get("guest 2h", "ended before the answer");
    const card = await scene.ask("more 1h", "still waiting for it");
    await scene.say(BOB, "end");
    expect((await scene.because("still waiting for it", "closed")).outcome).toMatchObject({
      kind: "withdrawn",
      by: BOB,
    });
    await world.slack.waitFor(() => !buttonsOf(card).includes("Approve 1 h"));
  });
});

describe("the token", () => {
  test("New token: another one of the same access, in a message of its own", async () => {
    const first = await scene.get("guest 2h", "a new token");
    const { id, endsAt } = await scene.because("a new token", "active");
    await world.slack.click(BOB, first, "hide");
    const hidden = await scene.whisper(BOB, "Token hidden");
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(first));
    expect(scene.visible()).not.toContain(tokenIn(first));
    expect(await scene.login(tokenIn(first))).toBe("good");
    await world.slack.click(BOB, hidden, "New token");
    await world.slack.submit(BOB, (await scene.form(BOB)).id);
    const second = await scene.tokenOf(BOB, id);
    expect(visibleText(second)).toContain("New token:");
    expect(await scene.login(tokenIn(second))).toBe("good");
    expect(await scene.because("a new token", "active")).toMatchObject({
      endsAt,
      approvals: [{ by: ALICE }],
    });
  });

  test("is hidden, renewed and called leaked by its holder alone", async () => {
    const delivered = await scene.get("guest 1h", "mine alone", MEI);
    const { id } = await scene.because("mine alone", "active");
    const click = await world.slack.click(BOB, await scene.get("guest 1h", "his own"), "more");
    for (const action_id of ["new-token", "leaked", "hide", "reveal", "end", "more"])
      await world.slack.redeliver({
        ...click,
        payload: { ...click.payload, actions: [{ action_id, value: id }] },
      });
    expect((await scene.because("mine alone", "active")).token).toMatchObject({ number: 1, hidden: false });
    expect(await scene.login(tokenIn(delivered))).toBe("good");
  });

  test("I leaked it: the token is refused, the channel told, and the rest of its time asked for anew, once", async () => {
    const leaked = await scene.get("guest 4h", "on a screen share");
    const { id } = await scene.because("on a screen share", "active");
    await world.jump(HOUR);
    await world.slack.click(BOB, leaked, "I leaked it");
    const form = await scene.form(BOB);
    const sent = await world.slack.submit(BOB, form.id);
    expect(await scene.login(tokenIn(leaked))).not.toBe("good");
    await world.slack.redeliver(sent);
    const anew = await scene.record((one) => one.reason === "on a screen share" && one.state === "waiting");
    expect(anew).toMatchObject({ follows: null, requester: BOB });
    expect(anew.duration).toBeLessThanOrEqual(3 * HOUR);
    expect(anew.duration).toBeGreaterThan(3 * HOUR - 2 * MINUTE);
    await scene.card("Token leaked");
    expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: BOB });
    await scene.isDead(tokenIn(leaked));
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(leaked));
    const cards = () => world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes(anew.id));
    await world.slack.waitFor(() => cards().length === 1);
    await world.slack.click(CAROL, await scene.card(anew.id), "approve");
    expect(await scene.login(tokenIn(await scene.tokenOf(BOB, anew.id)))).toBe("good");
    expect((await world.records()).filter(({ reason }) => reason === "on a screen share")).toHaveLength(2);
  });

  test("I leaked it, of an emergency: somebody decides on the rest, and reads why it is asked for", async () => {
    await scene.say(BOB, "emergency admin 1h the site is down");
    const { id } = await scene.because("the site is down", "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "I leaked it");
    await world.slack.submit(BOB, (await scene.form(BOB)).id);
    const anew = await scene.because("the site is down", "waiting");
    expect(anew).toMatchObject({ emergency: false, approvals: [], replaces: { id } });
    expect(visibleText(await scene.card(anew.id))).toMatch(`Replaces ${id}, whose token leaked <!date`);
    await scene.proveEnd(id);
    const notices = world.slack
      .messages(APPROVALS)
      .map(visibleText)
      .filter((text) => text.includes("Token leaked"));
    expect(notices.filter((text) => text.includes(id))).toHaveLength(1);
    expect(notices.find((text) => text.includes(id))).toContain(`<@${ALICE}>`);
    expect(scene.visible().match(new RegExp(`took .*${anew.id}`))).toBeNull();
  });

  test("I leaked it, where the rest would be refused: it ended, they read whom to ask, and no button asks again", async () => {
    await scene.say(BOB, "emergency duty 1h no ticket yet");
    const { id } = await scene.because("no ticket yet", "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "I leaked it");
    await world.slack.submit(BOB, (await scene.form(BOB)).id);
    const [view] = await world.slack.waitFor(() => world.slack.views(BOB));
    expect(JSON.stringify(view?.blocks)).toMatch(/Leaked token ended.*ask .*<!subteam\^S0SRE>/);
    await scene.proveEnd(id);
    expect(buttonsOf(await scene.dm(BOB, "you reported that its token leaked"))).toEqual([]);
    expect((await world.records()).filter(({ reason }) => reason === "no ticket yet")).toHaveLength(1);
  });

  test("I leaked it, where nobody else may decide on the rest: it ended, they read whom to tell, and no button asks again", async () => {
    await scene.say(BOB, "emergency alone 1h on call until noon");
    const { id } = await scene.because("on call until noon", "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "I leaked it");
    await world.slack.submit(BOB, (await scene.form(BOB)).id);
    await scene.proveEnd(id);
    const refusal = await scene.dm(BOB, "nobody else in");
    expect(visibleText(refusal)).toContain(`can approve \`alone\` now. Tell <@${ALICE}>.`);
    const receipt = await scene.dm(BOB, id);
    expect(visibleText(receipt)).toContain("you reported that its token leaked");
    expect([refusal, receipt].flatMap(buttonsOf)).toEqual([]);
  });

  test("I leaked it, of one that was prolonged: all of it ends, and the rest of the whole is asked for", async () => {
    const first = await scene.get("guest 2h", "leaked in the middle");
    const { delivered, more } = await prolong("2h", "leaked with it");
    await world.slack.click(BOB, first, "I leaked it");
    await world.slack.submit(BOB, (await scene.form(BOB)).id);
    await scene.because("leaked with it", "ending");
    const anew = await scene.record((one) => one.state === "waiting" && one.reason.startsWith("leaked"));
    expect(anew.duration).toBeGreaterThan(4 * HOUR - 2 * MINUTE);
    for (const message of [first, delivered]) expect(await scene.login(tokenIn(message))).not.toBe("good");
    await scene.proveEnd(more.id);
  });
});

const tokenInView = ({ blocks }: View): string =>
  /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(JSON.stringify(blocks))?.[0] ?? "";

describe("delivery by a click", () => {
  test("a token a click, which no message holds; ten an hour", async () => {
    await scene.say(BOB, "shown 2h looking");
    const message = await scene.dm(BOB, "no message holds it");
    const { id } = await scene.record(
      (one) => one.role === "shown" && one.reason === "looking" && one.state === "active",
    );
    const tokens = new Set<string>();
    for (let click = 1; click <= 10; click++) {
      await world.slack.click(BOB, message, "reveal");
      const view = await world.slack.waitFor(() =>
        world.slack.views(BOB).find((one) => tokenInView(one) !== ""),
      );
      tokens.add(tokenInView(view));
      await world.slack.closeView(BOB, view.id);
    }
    expect(tokens.size).toBe(10);
    for (const token of tokens) expect(await scene.login(token)).toBe("good");
    await world.slack.click(BOB, message, "reveal");
    await world.slack.waitFor(() =>
      world.slack.views(BOB).some((one) => JSON.stringify(one.blocks).includes("an hour")),
    );
    const said = world.slack
      .history()
      .flatMap(({ history }) => history)
      .map((one) => JSON.stringify(one))
      .join();
    for (const token of tokens) expect(said).not.toContain(token);
    await scene.say(BOB, "end");
    await scene.proveEnd(id);
    for (const token of tokens) await scene.isDead(token);
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(message));
  });
});
