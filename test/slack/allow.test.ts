/** Allowing beforehand, through the outer door: commands and clicks in, Slack calls and records out. */
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { syncAllowances } from "../../src/flow/allowances/sync-allowance.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  type Door,
  GENERAL,
  GUS,
  MEI,
  openDoor,
  ROOT,
  role,
  usual,
} from "../helpers/listener.ts";

const mention = (id: string) => `@${id.slice(2).toLowerCase()}`;
const allow = (line: string, person = BOB) => `allow ${mention(person)} ${line}`;
/** Typed by an approver; resolves to what they are told. */
async function allowed(door: Door, line = "admin 4h for 3d release", by = ALICE, person = BOB) {
  await door.slack.command(by, GENERAL, allow(line, person));
  return door.whisper(by, "Allowed beforehand:");
}
const one = async (door: Door) => (await door.ports.allowances.all())[0];
const lines = (door: Door) =>
  door.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("beforehand"));

test("a request within it passes at once, and everybody is told who allowed it", async () => {
  const door = await openDoor();
  const told = visibleText(await allowed(door));
  expect(told).toContain("up to 4 h at a time, for <@U0BOB>, until");
  const dm = visibleText(await door.dm(BOB, "Allowed by <@U0ALICE>"));
  expect(dm).toContain("Ask as usual; nobody needs to press.");
  expect(dm).toContain("release");
  const line = await door.card("Allowed beforehand:");
  expect(visibleText(line)).toContain("for bob");
  expect(buttonsOf(line)).toEqual(["Withdraw"]);
  const a = await one(door);
  expect(a).toMatchObject({ person: { id: BOB }, role: "admin", duration: 4 * HOUR, reason: "release" });
  expect(a && a.until - a.madeAt).toBe(3 * DAY);

  const request = await door.ask(BOB, "admin 4h OPS-1");
  expect(request).toMatchObject({
    state: "active",
    decision: { by: { id: ALICE }, qualified: `allowed ${a?.id}: U0ALICE via S0SRE`, allowance: a?.id },
  });
  await door.whisper(BOB, "Allowed beforehand by <@U0ALICE>:");
  await door.card(`allowed beforehand by <@U0ALICE> (${a?.id})`);
  expect(visibleText(await door.dm(BOB, "Only for you."))).toContain("Allowed beforehand by");
});

test("of what begins later, too, the first answer names who allowed it, and not as its approver", async () => {
  const door = await openDoor();
  await allowed(door);
  expect(await door.ask(BOB, "admin 2h from tomorrow 09:00 OPS-1")).toMatchObject({ state: "scheduled" });
  await door.whisper(BOB, "Allowed beforehand by <@U0ALICE>:");
});

test("it passes although nobody who is in the channel could approve it now", async () => {
  const door = await openDoor();
  await allowed(door);
  const channel = door.slack.directory.channels.get(APPROVALS);
  channel?.members.splice(0, Infinity, BOB);
  expect(await door.ask(BOB, "admin 5h OPS-1")).toMatchObject({ refusal: { kind: "nobody-can-approve" } });
  expect(await door.ask(BOB, "admin 4h OPS-1")).toMatchObject({ state: "active" });
});

test.each([
  ["a longer time", "admin 5h OPS-1", BOB],
  ["another role", "guest 1h OPS-1", BOB],
])("%s is asked for as usual", async (_, line, user) => {
  const door = await openDoor();
  await allowed(door);
  expect(await door.ask(user, line)).toMatchObject({ state: "pending" });
});

test("another person's request is asked for as usual", async () => {
  const door = await openDoor();
  await allowed(door, "guest 4h for 3d release");
  expect(await door.ask(MEI, "guest 1h x")).toMatchObject({ state: "pending" });
  expect(await door.ask(BOB, "guest 1h x")).toMatchObject({ state: "active" });
});

test("over, it lets nothing pass, and its messages say so", async () => {
  const door = await openDoor();
  await allowed(door, "guest 4h for 2h release");
  door.clock.jump(2 * HOUR);
  expect(await door.ask(BOB, "guest 1h x")).toMatchObject({ state: "pending" });
});

test("withdrawn, by whomever it may be, it lets nothing pass", async () => {
  for (const [who, qualified] of [
    [ALICE, "S0SRE"],
    [CAROL, "S0SRE"],
    [ROOT, ROOT],
    [BOB, undefined],
  ] as const) {
    const door = await openDoor();
    await allowed(door);
    const a = await one(door);
    const line = await door.card("Allowed beforehand:");
    await door.slack.click(who, line, "Withdraw", { confirm: true });
    await door.slack.waitFor(() => visibleText(line).includes("Withdrawn by"));
    expect(buttonsOf(line)).toEqual([]);
    await door.dm(BOB, "No longer allowed beforehand");
    const { withdrawn } = (await door.ports.allowances.get(a?.id as never)) ?? {};
    expect(withdrawn).toMatchObject({ by: { id: who } });
    expect(withdrawn?.qualified).toBe(qualified);
    expect(await door.ask(BOB, "admin 1h x")).toMatchObject({ state: "pending" });
  }
});

test("withdrawn or over beside another, it says nothing of what that lets pass", async () => {
  const door = await openDoor();
  for (const line of ["4h for 1h rollout", "4h for 3d release", "2h for 1w on call"])
    await door.slack.command(ALICE, GENERAL, allow(`guest ${line}`));
  const all = () => door.ports.allowances.all();
  await expect.poll(async () => (await all()).filter(({ dm }) => dm?.ts).length).toBe(3);
  door.clock.jump(HOUR);
  await syncAllowances(door.ports);
  const over = await door.dm(BOB, "No longer allowed beforehand, the time was up:");
  await door.slack.command(ALICE, GENERAL, "allowed");
  const list = await door.whisper(ALICE, "2 allowed beforehand:");
  const { id: value = "" } = (await all()).find(({ reason }) => reason === "release") ?? {};
  await door.slack.click(ALICE, list, { actionId: "disallow", value }, { confirm: true });
  await door.slack.waitFor(() => visibleText(list).includes("Withdrawn:"));
  const withdrawn = await door.dm(BOB, "No longer allowed beforehand, withdrawn");
  for (const told of [over, list, withdrawn]) expect(visibleText(told)).not.toMatch(/an approver/);
  expect(await door.ask(BOB, "guest 1h x")).toMatchObject({ state: "active" });
});

test("who has nothing to do with it withdraws nothing", async () => {
  const door = await openDoor();
  await allowed(door);
  await door.slack.click(MEI, await door.card("Allowed beforehand:"), "Withdraw", { confirm: true });
  expect(visibleText(await door.whisper(MEI, "操作未生效："))).toContain("S0SRE");
  expect(await door.ask(BOB, "admin 1h x")).toMatchObject({ state: "active" });
});

describe("each use looks again", () => {
  test("whether those who allowed it are approvers", async () => {
    const door = await openDoor();
    await allowed(door);
    door.slack.people.setGroup("S0SRE", [CAROL]);
    expect(await door.ask(BOB, "admin 1h x")).toMatchObject({ state: "pending" });
  });

  test("whether they are members at all", async () => {
    const door = await openDoor();
    await allowed(door);
    door.slack.people.deactivate(ALICE);
    expect(await door.ask(BOB, "admin 1h x")).toMatchObject({ state: "pending" });
  });
});

test.each([
  ["by no approver", MEI, "guest 4h for 3d x", BOB, "只有 <!subteam^S0SRE"],
  ["for oneself", ALICE, "guest 4h for 3d x", ALICE, "cannot allow yourself"],
  ["by a guest of the workspace", GUS, "guest 4h for 3d x", BOB, "guests of this workspace"],
  ["for a guest of the workspace", ALICE, "guest 4h for 3d x", GUS, "guests of this workspace"],
  ["for who may not ask", ALICE, "admin 4h for 3d x", CAROL, "<!subteam^S0DEV"],
  ["of what nobody approves", ALICE, "peek 1h for 3d x", BOB, "nobody has to approve"],
  ["without a period", ALICE, "guest 4h release", BOB, "does not say how long this stands"],
  ["without a reason", ALICE, "guest 4h for 3d", BOB, "say why"],
  ["for too long", ALICE, "guest 4h for 60d x", BOB, "30 d at most"],
  ["longer than the role", ALICE, "guest 9h for 3d x", BOB, "lasts at most 8 h"],
])("refused %s", async (_, by, line, person, why) => {
  const door = await openDoor();
  await door.slack.command(by, GENERAL, allow(line, person));
  await door.whisper(by, why);
  expect(await one(door)).toBeUndefined();
});

test("without a person it says how", async () => {
  const door = await openDoor();
  await door.slack.command(ALICE, GENERAL, "allow bob admin 4h for 3d x");
  await door.whisper(ALICE, "say whom you allow");
});

test("a slip gets the corrected line, and a button that sends it, escaped as Slack would", async () => {
  const door = await openDoor();
  await door.slack.command(ALICE, GENERAL, allow("gest 4h for 3 dayz a<b & c"));
  const refusal = await door.whisper(ALICE, "Not sent:");
  expect(visibleText(refusal)).toContain("/karpor-access allow @bob guest 4h for 3d a<b & c");
  await door.slack.click(ALICE, refusal, "Send this line");
  await door.whisper(ALICE, "Allowed beforehand:");
  expect(await one(door)).toMatchObject({ role: "guest", period: 3 * DAY, reason: "a<b & c" });
});

test("a role in quotes is that role", async () => {
  const door = await openDoor();
  await door.slack.command(ALICE, GENERAL, allow('"guest" 4h for 3d release'));
  await door.whisper(ALICE, "Allowed beforehand:");
  expect(await one(door)).toMatchObject({ role: "guest" });
});

test("in Chinese, typed and told", async () => {
  const door = await openDoor();
  door.slack.people.setGroup("S0SRE", [ALICE, MEI]);
  await door.slack.command(MEI, GENERAL, `允许 ${mention(BOB)} guest 4小时 为期 3天 发布`);
  expect(visibleText(await door.whisper(MEI, "已预先允许："))).toContain("每次最长 4 小时");
  expect(await one(door)).toMatchObject({ duration: 4 * HOUR, period: 3 * DAY, reason: "发布" });
  await door.slack.command(MEI, GENERAL, "已允许");
  await door.whisper(MEI, "预先允许共 1 项：");
});

test("a command that Slack delivers twice allows once", async () => {
  const door = await openDoor();
  const sent = await door.slack.command(ALICE, GENERAL, allow("guest 4h for 3d x"));
  await door.whisper(ALICE, "Allowed beforehand:");
  await door.slack.redeliver(sent);
  await door.listener.stop();
  expect(await door.ports.allowances.all()).toHaveLength(1);
  expect(lines(door)).toHaveLength(1);
});

describe("the list", () => {
  test("shows one's own, what one allowed, and all to who could withdraw it; and withdraws", async () => {
    const door = await openDoor();
    await allowed(door);
    await allowed(door, "guest 2h for 1d look", CAROL, MEI);
    for (const [who, count] of [
      [BOB, 1],
      [MEI, 1],
      [ALICE, 2],
      [ROOT, 2],
      [GUS, 0],
    ] as const) {
      await door.slack.command(who, GENERAL, "allowed");
      const words =
        who === MEI ? "预先允许共" : count > 0 ? `${count} allowed beforehand:` : "Nothing allowed";
      const list = await door.whisper(who, words);
      expect(buttonsOf(list)).toHaveLength(count);
    }
    const list = await door.whisper(ALICE, "2 allowed beforehand:");
    const { id: value = "" } = (await one(door)) ?? {};
    await door.slack.click(ALICE, list, { actionId: "disallow", value }, { confirm: true });
    await door.slack.waitFor(() => visibleText(list).includes("Withdrawn:"));
    expect(visibleText(list)).toContain("1 allowed beforehand:");
  });

  test("many are shown as far as one message holds", async () => {
    const door = await openDoor();
    for (let i = 0; i < 60; i++)
      await door.slack.command(ALICE, GENERAL, allow(`guest 4h for ${i + 2}h x${i}.`));
    await expect.poll(async () => (await door.ports.allowances.all()).length, { timeout: 20_000 }).toBe(60);
    await door.slack.command(ALICE, GENERAL, "allowed");
    expect(visibleText(await door.whisper(ALICE, "60 allowed beforehand:"))).toMatch(/\d+ of 60 shown/);
  });
});

test("a late press is told who was first, and a message that was not drawn is drawn by the sweep", async () => {
  const door = await openDoor();
  door.slack.failNext("chat.postMessage", { status: 503 }, 9);
  await door.slack.command(ALICE, GENERAL, allow("guest 4h for 30m x"));
  await door.whisper(ALICE, "Allowed beforehand:");
  door.slack.clearFailures();
  await syncAllowances(door.ports);
  const line = await door.card("Allowed beforehand:");
  await door.dm(BOB, "Allowed by");
  door.clock.jump(30 * MINUTE);
  await door.slack.click(CAROL, line, "Withdraw", { confirm: true });
  await door.whisper(CAROL, "its time was up");
  await syncAllowances(door.ports);
  await door.slack.waitFor(() => visibleText(line).includes("Over "));
  expect(buttonsOf(line)).toEqual([]);
  await door.dm(BOB, "the time was up");
});

test("a message whose answer was lost is posted once more by the sweep, and no third time", async () => {
  const door = await openDoor();
  const posts = () =>
    door.slack.calls.filter(({ method, args }) => method === "chat.postMessage" && args.channel === APPROVALS)
      .length;
  door.slack.failNext("chat.postMessage", { status: 502 }, 9);
  await door.slack.command(ALICE, GENERAL, allow("guest 4h for 30m x"));
  await door.whisper(ALICE, "Allowed beforehand:");
  const lineIsNoted = async () => (await one(door))?.line !== undefined;
  await expect.poll(lineIsNoted).toBe(true);
  const first = posts();
  await syncAllowances(door.ports);
  const second = posts();
  expect(second).toBe(2 * first);
  await syncAllowances(door.ports);
  expect(posts()).toBe(second);
  expect(lines(door)).toEqual([]);

  door.slack.failNext("chat.postMessage", { status: 502 }, 9);
  await door.slack.command(ALICE, GENERAL, allow("guest 4h for 30m y", MEI));
  const ofMei = async () => (await door.ports.allowances.all()).find(({ person }) => person.id === MEI);
  await expect.poll(async () => (await ofMei())?.line !== undefined).toBe(true);
  door.slack.clearFailures();
  await syncAllowances(door.ports);
  await door.slack.waitFor(() => lines(door)[0]);
  expect(lines(door)).toHaveLength(1);
});

describe("a role that two must approve", () => {
  const both = role({ approval: { by: ["S0SRE"], count: 2, within: "4h", channel: GENERAL } });
  const open = async () => {
    const roles = { ...usual, both };
    const door = await openDoor({ roles });
    door.slack.people.setGroup("S0SRE", [ALICE, CAROL, ROOT]);
    return { ...door, roles };
  };
  const begun = async (door: Door) => {
    await door.slack.command(ALICE, GENERAL, allow("both 4h for 3d release"));
    expect(visibleText(await door.whisper(ALICE, "Allowed by you, 1 of 2:"))).toContain(
      "one more approver must allow it too",
    );
    return door.slack.waitFor(() => door.slack.messages(GENERAL)[0]);
  };

  test("needs both beforehand, in its own channel; then they are named together", async () => {
    const door = await open();
    const line = await begun(door);
    expect(visibleText(line)).toContain("Allowed beforehand, 1 of 2:");
    expect(buttonsOf(line)).toEqual(["Allow too", "Withdraw"]);
    expect(door.slack.dm(BOB).filter((m) => visibleText(m).includes("Allowed"))).toEqual([]);
    const before = await door.ask(BOB, "both 1h x");
    expect(before).toMatchObject({ state: "pending" });
    await withdrawRequest(door.ports, { id: before.id, by: BOB as UserId });

    await door.slack.click(CAROL, line, "Allow too");
    await door.whisper(CAROL, "Allowed beforehand:");
    await door.slack.waitFor(() => buttonsOf(line).length === 1);
    await door.dm(BOB, "Allowed by <@U0ALICE> and <@U0CAROL>:");
    const a = await one(door);
    expect(await door.ask(BOB, "both 1h x")).toMatchObject({
      state: "active",
      approvals: [{ by: { id: ALICE } }, { by: { id: CAROL } }],
      decision: { qualified: `allowed ${a?.id}: U0ALICE via S0SRE, U0CAROL via S0SRE` },
    });
    await door.whisper(BOB, "Allowed beforehand by <@U0ALICE> and <@U0CAROL>:");
  });

  test("the same line typed by another allows it too; by the same one it changes nothing", async () => {
    const door = await open();
    await begun(door);
    await door.slack.command(ALICE, GENERAL, allow("both 4h for 3d release"));
    await expect.poll(() => door.slack.ephemerals(ALICE).length).toBe(2);
    expect(await door.ports.allowances.all()).toMatchObject([{ allowedBy: [{ by: { id: ALICE } }] }]);
    await door.slack.command(CAROL, GENERAL, allow("both 4h for 3d me too"));
    await door.whisper(CAROL, "Allowed beforehand:");
    expect(await door.ports.allowances.all()).toMatchObject([{ allowedBy: [{}, {}] }]);
  });

  test("neither the person nor one who is no approver allows it too", async () => {
    const door = await open();
    const line = await begun(door);
    await door.slack.click(BOB, line, "Allow too");
    await door.whisper(BOB, "cannot allow yourself");
    await door.slack.click(MEI, line, "Allow too");
    await door.whisper(MEI, "只有 <!subteam^S0SRE");
    expect(await one(door)).toMatchObject({ allowedBy: [{ by: { id: ALICE } }] });
  });

  test("nor does anybody once the role gives other rights: nothing is closed by that", async () => {
    const door = await open();
    const line = await begun(door);
    door.roles.both = { ...both, clusterRole: "karpor-admin" };
    await door.slack.click(CAROL, line, "Allow too");
    const told = visibleText(await door.whisper(CAROL, "gives other rights now"));
    expect(told).toContain(
      "*Nothing changed:* `both` gives other rights now. Withdraw it, and allow it anew.",
    );
    expect(await one(door)).toMatchObject({ allowedBy: [{ by: { id: ALICE } }] });
  });

  test("of two who press at once one is enough, and the other is told", async () => {
    const door = await open();
    const line = await begun(door);
    await Promise.all([CAROL, ROOT].map((who) => door.slack.click(who, line, "Allow too")));
    const told = () => [CAROL, ROOT].flatMap((who) => door.slack.ephemerals(who)).map(visibleText);
    await expect.poll(() => told().length).toBe(2);
    expect(told().filter((text) => text.includes("your click changed nothing"))).toHaveLength(1);
    expect((await one(door))?.allowedBy).toHaveLength(2);
  });

  test("when one of them is no approver any more, it is asked for", async () => {
    const door = await open();
    await door.slack.click(CAROL, await begun(door), "Allow too");
    await door.dm(BOB, "Allowed by");
    door.slack.people.setGroup("S0SRE", [ALICE, ROOT]);
    expect(await door.ask(BOB, "both 1h x")).toMatchObject({ state: "pending" });
  });

  test("when the role asks for more people by now, or gives other rights, it is asked for", async () => {
    for (const today of [
      role({ approval: { by: ["S0SRE"], count: 2 } }),
      role({ clusterRole: "karpor-admin" }),
      role({ approval: { by: [ROOT] } }),
    ]) {
      const door = await openDoor();
      await allowed(door, "guest 4h for 3d x");
      door.ports.policy = { ...door.ports.policy, roles: { ...usual, guest: today } };
      door.slack.people.setGroup("S0SRE", [ALICE, CAROL, ROOT]);
      const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
      const { id } = await makeRequest(door.ports, { requester, text: "guest 1h x", triggerId: "t1" });
      await door.work();
      expect(await door.state(id)).toBe("pending");
    }
  });
});
