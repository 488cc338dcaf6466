/** The form that asks for access, through its outer doors: opened at once, filled, drawn anew with each choice, checked and sent. */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { buttonsOf, type View, visibleText } from "../../sandbox/slack/index.ts";
import { REASON_MAX } from "../../src/domain/command.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { startAt } from "../../src/domain/start.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  type Door,
  GENERAL,
  GUS,
  MEI,
  openDoor,
  role,
  usual,
} from "../helpers/listener.ts";

const words = ({ blocks }: View) => visibleText({ text: "", blocks });

interface Element {
  action_id: string;
  options?: { value: string }[];
  initial_option?: { value: string };
  initial_value?: string;
  initial_date_time?: number;
}
const elements = (view: View) => view.blocks.flatMap(({ element }) => (element ? [element as Element] : []));
const element = (view: View, id: string) => elements(view).find(({ action_id }) => action_id === id);
const values = (view: View, id: string) => element(view, id)?.options?.map(({ value }) => value);
const initial = (view: View, id: string) =>
  element(view, id)?.initial_option?.value ?? element(view, id)?.initial_value;
const filledWith = (view: View) => ({
  role: initial(view, "form-role"),
  time: Number(initial(view, "form-time")),
  reason: initial(view, "form-reason"),
});

const top = (door: Door, user: string) => door.slack.waitFor(() => door.slack.views(user).at(-1));
const opened = async (door: Door, user = BOB, channel = GENERAL) => {
  await door.slack.command(user, channel, "");
  return top(door, user);
};
/** Bob may ask for admin, Mei may not. */
const complete = (door: Door, view: View, roles = ["guest", "peek", "admin"]) =>
  door.slack.waitFor(() => values(view, "form-role")?.join() === roles.join());

describe("opening", () => {
  test("comes before any look-up, and fills in what one may ask for, in one's own language", async () => {
    const door = await openDoor();
    const calls = door.slack.calls.length;
    const view = await opened(door, MEI);
    expect(door.slack.calls.slice(calls).map(({ method }) => method)[0]).toBe("views.open");
    await door.slack.waitFor(() => /[\u4e00-\u9fff]/.test(words(view)));
    expect(values(view, "form-role")).toEqual(["guest", "peek"]);
    expect(words(view)).toContain("查看所有页面");
    expect(view.submit).toBeDefined();
  });

  test("roles for certain people are added for them", async () => {
    const door = await openDoor();
    const view = await opened(door);
    await complete(door, view);
    expect(words(view)).toContain("one of <!subteam^S0SRE> approves within 4 h");
    expect(words(view)).toContain("at most 8 h");
    expect(words(view)).toMatch(/Ends at about <!date\^\d+\^\{time\}/);
  });

  test("by the global shortcut, anywhere", async () => {
    const door = await openDoor();
    await door.slack.shortcut(BOB, "request_access");
    const view = await top(door, BOB);
    await door.slack.submit(BOB, view.id, { reason: "a look" });
    await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("pending");
    await door.work();
    await door.dm(BOB, "Waiting for approval:");
    expect(door.slack.ephemerals(BOB)).toEqual([]);
    await door.slack.shortcut(BOB, "another");
    await door.listener.stop();
    expect(door.slack.views(BOB)).toEqual([]);
  });

  test("a guest of the workspace is told so there", async () => {
    const door = await openDoor();
    const view = await opened(door, GUS);
    await door.slack.waitFor(() => words(view).includes("guests of this workspace"));
    expect(view.submit).toBeUndefined();
  });

  test("a look-up that fails shows every role; the sending looks again", async () => {
    const door = await openDoor();
    await door.meet(MEI);
    door.slack.failNext("usergroups.list", { status: 500 }, 9);
    const view = await opened(door, MEI);
    await complete(door, view);
    door.slack.clearFailures();
    await door.slack.select(MEI, { view: view.id }, "form-role", "admin");
    await door.slack.waitFor(
      () => words(view).includes("admin") && !values(view, "form-role")?.includes("admin"),
    );
  });

  test("where others who ask have their half of a minute's look-ups, what is decided has the rest", async () => {
    const door = await openDoor();
    const others = Array.from({ length: 50 }, (_, i) => UserId.parse(`U0NEW${i}`));
    await Promise.all(others.map((id) => door.people.person(id, "ask")));
    const calls = door.slack.calls.length;
    await complete(door, await opened(door));
    expect(door.slack.calls.slice(calls).map(({ method }) => method)).not.toContain("users.info");
  });

  test("help in words where Slack does not open it; help stays text", async () => {
    const door = await openDoor();
    door.slack.failNext("views.open", "expired_trigger_id");
    await door.slack.command(BOB, GENERAL, "");
    await door.whisper(BOB, "Access to Karpor production.");
    await door.slack.command(BOB, GENERAL, "help");
    await door.slack.waitFor(() => door.slack.ephemerals(BOB).length === 2);
    expect(door.slack.views(BOB)).toEqual([]);
  });
});

describe("while Slack has no room for it", () => {
  const hasNoRoom = ({ slack }: Door) => slack.failNext("views.update", { retryAfter: 5 });
  const limited = ({ slack }: Door) => slack.calls.filter(({ error }) => error === "ratelimited").length;
  const pass = async ({ clock }: Door, holds: () => boolean) => {
    for (; !holds(); await delay(5)) clock.jump(SECOND);
  };

  test("what was opened without an input is filled once there is", async () => {
    const { admin } = usual;
    const door = await openDoor({ roles: { ...(admin && { admin }) } });
    hasNoRoom(door);
    const view = await opened(door);
    await door.slack.waitFor(() => limited(door) === 1);
    expect(view.submit).toBeUndefined();
    await pass(door, () => view.submit !== undefined);
    expect(values(view, "form-role")).toEqual(["admin"]);
  });

  test("what was chosen last is drawn once there is", async () => {
    const door = await openDoor();
    const view = await opened(door);
    await complete(door, view);
    hasNoRoom(door);
    await door.slack.select(BOB, { view: view.id }, "form-role", "admin");
    await door.slack.waitFor(() => limited(door) === 1);
    await door.slack.select(BOB, { view: view.id }, "form-role", "peek");
    await pass(door, () => filledWith(view).role === "peek");
    await door.listener.stop();
    expect(filledWith(view).role).toBe("peek");
  });
});

describe("filled with what was understood", () => {
  const refused = async (line: string, user = BOB) => {
    const door = await openDoor();
    await door.meet(user);
    const { ephemeral } = await door.slack.command(user, GENERAL, line);
    if (!ephemeral) throw new Error("not answered");
    await door.slack.click(user, ephemeral, "edit");
    return { door, refusal: ephemeral, view: await top(door, user) };
  };

  test.each([
    ["gest 3h a look", { role: "guest", time: 3 * HOUR, reason: "a look" }],
    ["guest for 90 minutes a look", { role: "guest", time: 90 * MINUTE, reason: "a look" }],
    ["guest 3d a look", { role: "guest", time: 8 * HOUR, reason: "a look" }],
    ["guest until 5pm", { role: "guest", time: HOUR, reason: "until 5pm" }],
    [
      "guest 2h from 10pm tonight a look",
      { role: "guest", time: 2 * HOUR, reason: "from 10pm tonight a look" },
    ],
    ["guest tomorrow 09:00 2h a look", { role: "guest", time: 2 * HOUR, reason: "tomorrow 09:00 a look" }],
    [
      "guest 2h from 2020-01-01 09:00 a look",
      { role: "guest", time: 2 * HOUR, reason: "from 2020-01-01 09:00 a look" },
    ],
    ["nonsense 3h a look", { role: "guest", time: HOUR, reason: undefined }],
    ["admin 2h", { role: "admin", time: 2 * HOUR, reason: undefined }],
  ])("Edit… on %j", async (line, meant) => {
    const { view } = await refused(line);
    expect(filledWith(view)).toEqual(meant);
  });

  /** Bob's name is remembered, his time zone no more. */
  const later = async () => {
    const door = await openDoor();
    await door.meet(BOB);
    door.clock.jump(2 * HOUR);
    const line = "gest 2h from tomorrow 09:00 a look";
    const { ephemeral } = await door.slack.command(BOB, GENERAL, line);
    if (!ephemeral) throw new Error("not answered");
    return { door, edit: () => door.slack.click(BOB, ephemeral, "edit") };
  };
  const starts = (view: View) => element(view, "form-start")?.initial_date_time;

  test("Edit… on what begins later, by a clock that is looked up", async () => {
    const { door, edit } = await later();
    await edit();
    const view = await top(door, BOB);
    const here = { now: door.clock.now(), zone: "Europe/Berlin" };
    expect(starts(view)).toBe(startAt({ day: 1, minutes: 9 * 60 }, here) / SECOND);
    expect(filledWith(view)).toEqual({ role: "guest", time: 2 * HOUR, reason: "a look" });
  });

  test("Edit… on what begins later, while Slack does not say by which clock", async () => {
    const { door, edit } = await later();
    const { promise: known, resolve } = Promise.withResolvers<undefined>();
    door.slack.meddle({
      before: async ({ method }) => (method === "users.info" ? known : undefined),
      after: async () => true,
    });
    await edit();
    const view = await top(door, BOB);
    expect(starts(view)).toBeUndefined();
    expect(filledWith(view).reason).toBe("from tomorrow 09:00 a look");
    resolve(undefined);
    await complete(door, view);
    expect(filledWith(view).reason).toBe("from tomorrow 09:00 a look");
  });

  test("what is sent from there takes the place of the refusal", async () => {
    const { door, refusal, view } = await refused("admin 2h");
    await complete(door, view);
    await door.slack.submit(BOB, view.id, { reason: "roll back" });
    await door.slack.waitFor(() => visibleText(refusal).includes("Sent to"));
    expect(door.ports.requests.all()[0]).toMatchObject({
      role: "admin",
      duration: 2 * HOUR,
      reason: "roll back",
    });
    expect(door.slack.ephemerals(BOB)).toHaveLength(1);
  });

  test("a role that is not theirs to ask for is said, and left out", async () => {
    const { door, view } = await refused("admin 2h", MEI);
    await complete(door, view, ["guest", "peek"]);
    expect(words(view)).toContain("你不能申请 `admin`");
    expect(filledWith(view)).toMatchObject({ role: "guest", time: HOUR });
  });

  test("Change and ask again, on a denial; nobody else's", async () => {
    const door = await openDoor();
    const { id } = await door.ask(BOB, "guest 90m a *look* & <more>");
    await door.slack.click(ALICE, await door.card(id), "deny");
    await door.slack.submit(ALICE, (await top(door, ALICE)).id, { why: "shorter" });
    await door.until(id, "denied");
    await door.work();
    const notice = await door.slack.waitFor(() =>
      door.slack.dm(BOB).find((m) => buttonsOf(m).includes("Change and ask again")),
    );
    expect(buttonsOf(notice)).toEqual(["Change and ask again"]);
    const click = await door.slack.click(BOB, notice, "change");
    const view = await top(door, BOB);
    expect(filledWith(view)).toEqual({ role: "guest", time: 90 * MINUTE, reason: "a *look* & <more>" });
    await door.slack.submit(BOB, view.id, { "form-other": "20m" });
    await expect.poll(() => door.ports.requests.all()[1]?.duration).toBe(20 * MINUTE);
    const foreign = { ...click, payload: { ...click.payload, user: { id: MEI, name: "mei" } } };
    await door.slack.redeliver(foreign);
    await door.listener.stop();
    expect(door.slack.views(MEI)).toEqual([]);
  });
});

describe("choosing", () => {
  test("a role brings its own limits, times and end", async () => {
    const door = await openDoor();
    const view = await opened(door);
    await complete(door, view);
    const before = words(view);
    await door.slack.select(BOB, { view: view.id }, "form-role", "admin");
    await door.slack.waitFor(() => words(view).includes("needs a reason"));
    expect(await door.slack.submit(BOB, view.id, {})).toMatchObject({
      sent: false,
      errors: { reason: "Please complete this required field." },
    });
    await door.slack.select(BOB, { view: view.id }, "form-time", "4 h");
    await door.slack.waitFor(() => words(view).includes("approved now (4 h)"));
    expect(words(view)).not.toBe(before);
    await door.slack.select(BOB, { view: view.id }, "form-role", "guest");
    await door.slack.waitFor(() => !words(view).includes("needs a reason"));
    expect(filledWith(view)).toMatchObject({ role: "guest", time: 4 * HOUR });
    expect(door.slack.troubles()).toEqual([]);
  });

  test("while the look-up is under way: what was chosen stays", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const { promise: known, resolve } = Promise.withResolvers<undefined>();
    let asked = 0;
    door.slack.meddle({
      before: async ({ method }) => (method === "usergroups.list" && asked++ === 0 ? known : undefined),
      after: async () => true,
    });
    const view = await opened(door);
    await expect.poll(() => asked).toBe(1);
    await door.slack.select(BOB, { view: view.id }, "form-role", "peek");
    resolve(undefined);
    await complete(door, view);
    await door.listener.stop();
    expect(filledWith(view).role).toBe("peek");
    expect(door.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("sending", () => {
  const sent = async (inputs: Record<string, string>, door?: Door) => {
    const open = door ?? (await openDoor());
    await open.meet(BOB);
    const view = await opened(open);
    await complete(open, view);
    const result = await open.slack.submit(BOB, view.id, inputs);
    return { door: open, view, result };
  };

  test("asks for it, and says so where it was opened", async () => {
    const { door } = await sent({ "form-time": "4 h", reason: "a *look* & <more>" });
    await door.whisper(BOB, "Sent to <!subteam^S0SRE>.");
    expect(door.ports.requests.all()[0]).toMatchObject({
      state: "pending",
      role: "guest",
      duration: 4 * HOUR,
      reason: "a *look* & <more>",
      requester: { id: BOB },
    });
    expect(door.slack.views(BOB)).toEqual([]);
  });

  test("a time in one's own words goes before", async () => {
    const { door } = await sent({ "form-time": "4 h", other: "2h 30m" });
    await door.whisper(BOB, "Sent to");
    expect(door.ports.requests.all()[0]).toMatchObject({ duration: 150 * MINUTE });
  });

  test.each([
    [{ other: "until 5pm" }, { other: /^`?until 5pm`? is no length of time/i }],
    [{ other: "9h" }, { other: /lasts at most 8 h/ }],
    [{ other: "0m" }, { other: /^The shortest time is 1 min/ }],
    [{ "form-role": "admin", reason: "\u2800" }, { reason: /^Admin needs a reason\.$/ }],
    // Sent before the form has the times of the role that was just chosen.
    [
      { "form-role": "admin", reason: "roll back 2h" },
      { "time-guest": /^2h stands after the reason. Choose how long here/ },
    ],
  ])("%j stays at its input", async (inputs, errors) => {
    const { door, view, result } = await sent(inputs);
    expect(Object.keys(result.errors)).toEqual(Object.keys(errors));
    for (const [at, pattern] of Object.entries(errors)) expect(result.errors[at]).toMatch(pattern);
    expect(view.errors).toEqual(result.errors);
    expect(door.ports.requests.all()).toEqual([]);
    expect(door.slack.troubles()).toEqual([]);
  });

  test("a reason of another form, or too long: said at the reason", async () => {
    const hint = { en: "a ticket, as in OPS-123", zh: "工单号，如 OPS-123" };
    const ticket = role({ reason: { required: false, pattern: "[A-Z]+-\\d+", hint } });
    const door = await openDoor({ roles: { ...usual, admin: ticket } });
    const { view, result } = await sent({ "form-role": "admin", reason: "roll back" }, door);
    expect(result.errors).toEqual({ reason: expect.stringContaining("needs a ticket, as in OPS-123") });
    const long = `OPS-1 ${"x".repeat(REASON_MAX)}`;
    // Slack holds it back; whoever sends it all the same is answered likewise.
    expect(await door.slack.submit(BOB, view.id, { reason: long })).toMatchObject({ sent: false });
    const payload = structuredClone(result.payload) as { view: View };
    Object.assign(payload.view.state.values, { reason: { "form-reason": { value: long } } });
    const { body } = await door.slack.redeliver({ ...result, payload });
    expect(JSON.parse(body).errors).toEqual({ reason: "The reason is longer than 500 characters." });
    expect(door.ports.requests.all()).toEqual([]);
  });

  test("what is open already, or a store that is gone, keeps the form", async () => {
    const door = await openDoor();
    const { id } = await door.ask();
    const { view, result } = await sent({}, door);
    expect(result.errors.role).toContain(id);
    door.ports.requests.fault = "down";
    const again = await door.slack.submit(BOB, view.id, { "form-role": "peek" });
    expect(again.errors.reason).toContain("cannot reach its records");
    door.ports.requests.fault = undefined;
    await door.slack.submit(BOB, view.id, { "form-role": "peek" });
    await door.whisper(BOB, "Approved by policy:");
  });

  test("a store that takes long is waited for after the form has closed", async () => {
    const door = await openDoor({ more: { ackWithin: 20 } });
    await door.meet(BOB);
    const view = await opened(door);
    const { promise, resolve } = Promise.withResolvers<void>();
    door.ports.requests.gate = promise;
    expect(await door.slack.submit(BOB, view.id, {})).toMatchObject({ sent: true, errors: {} });
    expect(door.slack.views(BOB)).toEqual([]);
    resolve();
    await door.whisper(BOB, "Sent to");
  });

  test("who may not ask for what was meant, nor for anything else, is not told to choose", async () => {
    const { admin } = usual;
    const door = await openDoor({ roles: { ...(admin && { admin }) } });
    await door.meet(MEI);
    const { ephemeral } = await door.slack.command(MEI, GENERAL, "admin 8x 看看");
    if (!ephemeral) throw new Error("not answered");
    await door.slack.click(MEI, ephemeral, "edit");
    await door.modal(MEI, "目前没有你可以申请的角色");
  });

  test("a submission that Slack delivers twice asks once", async () => {
    const { door, result } = await sent({});
    await door.slack.redeliver(result);
    await door.listener.stop();
    expect(door.ports.requests.all()).toHaveLength(1);
    expect(door.slack.messages(APPROVALS)).toHaveLength(0);
  });
});
