/** What is waiting for whom, and what others have: by the flows that the lists and the Home tab read. */
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { activeGrants } from "../../src/flow/seen/all-active.ts";
import { openRequests } from "../../src/flow/seen/status.ts";
import { waitingFor } from "../../src/flow/seen/waiting-for.ts";
import {
  ALICE,
  BOB,
  CAROL,
  type Door,
  GENERAL,
  MEI,
  openDoor,
  ROOT,
  role,
  usual,
} from "../helpers/listener.ts";
import { firstOf } from "../helpers/press.ts";

const ask = async (door: Door, user: string, line: string) => {
  await door.slack.command(user, GENERAL, line);
  await expect.poll(() => door.ports.requests.all().at(-1)?.state).not.toBe("requested");
};
const waits = async ({ ports }: Door, user: string) => {
  const { requests, reviews, allowances } = await waitingFor(ports, user as UserId);
  return [requests, reviews, allowances].map((all) => all.length);
};

test("what waits for a person: not their own, not what they approved already, and nothing for those who approve nothing", async () => {
  const roles = { ...usual, pair: role({ approval: { by: ["S0SRE"], within: "4h", count: 2 } }) };
  const door = await openDoor({ roles });
  await ask(door, BOB, "guest 1h a");
  await ask(door, ALICE, "guest 1h b");
  await ask(door, BOB, "pair 1h c");
  expect(await waits(door, ALICE)).toEqual([2, 0, 0]);
  expect(await waits(door, CAROL)).toEqual([3, 0, 0]);
  expect(await waits(door, MEI)).toEqual([0, 0, 0]);
  expect(await waits(door, ROOT)).toEqual([0, 0, 0]);
  await door.work();
  await door.slack.click(ALICE, await door.card("*pair*"), "approve");
  await expect.poll(() => waits(door, ALICE)).toEqual([1, 0, 0]);
  expect(await waits(door, CAROL)).toEqual([3, 0, 0]);
});

test("what was asked before nobody had to approve its role waits for those who were asked", async () => {
  const door = await openDoor();
  await ask(door, BOB, "guest 1h a");
  Object.assign(door.ports.policy, { roles: { ...usual, guest: role({ approval: "none" }) } });
  expect(await waits(door, ALICE)).toEqual([1, 0, 0]);
  expect(await waits(door, MEI)).toEqual([0, 0, 0]);
  await door.work();
  await door.slack.click(ALICE, await door.card("*guest*"), "approve");
  await expect.poll(() => waits(door, ALICE)).toEqual([0, 0, 0]);
  expect(door.ports.requests.all().at(-1)).toMatchObject({ decision: { by: { id: ALICE } } });
});

test("an emergency waits for its reviewers, and stands in its taker's status until it is reviewed", async () => {
  const door = await openDoor();
  await ask(door, BOB, "emergency admin 10m all is down");
  expect(await waits(door, ALICE)).toEqual([0, 1, 0]);
  expect(await waits(door, ROOT)).toEqual([0, 1, 0]);
  expect(await waits(door, BOB)).toEqual([0, 0, 0]);
  expect(await openRequests(door.ports, BOB as UserId)).toHaveLength(1);
});

test("what others have: approvers see their roles, administrators all, others nothing", async () => {
  const roles = { ...usual, mine: role({ approval: { by: [CAROL], within: "4h" } }) };
  const door = await openDoor({ roles });
  await door.grant(BOB, "guest 1h a");
  await door.grant(MEI, "peek");
  const { id } = await door.ask(BOB, "mine 1h b");
  await door.slack.click(CAROL, await door.card(id), "approve");
  await door.until(id, "active");
  const seen = async (by: string, more: object = {}) => {
    const { shown, endable, total } = await activeGrants(door.ports, {
      by: by as UserId,
      count: 10,
      ...more,
    });
    return { roles: shown.map(({ request }) => request.role).sort(), endable: endable.size, total };
  };
  expect(await seen(ROOT)).toEqual({ roles: ["guest", "mine", "peek"], endable: 3, total: 3 });
  expect(await seen(CAROL)).toEqual({ roles: ["guest", "mine"], endable: 2, total: 2 });
  expect(await seen(ALICE)).toEqual({ roles: ["guest"], endable: 1, total: 1 });
  expect(await seen(ALICE, { person: BOB })).toEqual({ roles: ["guest"], endable: 1, total: 1 });
  expect(await seen(ROOT, { role: "peek" })).toEqual({ roles: ["peek"], endable: 1, total: 1 });
  await expect(seen(ALICE, { role: "mine" })).rejects.toMatchObject({ refusal: { kind: "may-not-see" } });
  await expect(seen(MEI)).rejects.toMatchObject({ refusal: { kind: "may-not-see" } });
});

describe("pending", () => {
  const people = Array.from({ length: 30 }, (_, i) => `U0DEV${i}`);
  const crowd = async () => {
    const door = await openDoor({
      people: people.map((id) => ({ id, name: id.toLowerCase(), realName: id })),
    });
    for (const id of people) await door.ask(id, `guest 2h why ${id}`);
    return door;
  };

  test("30 requests of a day: page by page, each decided where it stands", async () => {
    const door = await crowd();
    await door.slack.command(ALICE, GENERAL, "pending");
    const list = await door.whisper(ALICE, "30 wait for you:");
    const seen = new Set<string>();
    for (let place = 1; ; ) {
      const page = visibleText(list);
      for (const id of people) if (page.includes(`why ${id}\n`) || page.endsWith(`why ${id}`)) seen.add(id);
      const [, last] = /\d+–(\d+) of 30/.exec(page) ?? [];
      if (!buttonsOf(list).includes("Next page")) break;
      expect(Number(last)).toBeGreaterThan(place);
      place = Number(last);
      await door.slack.click(ALICE, list, "Next page");
      await door.slack.waitFor(() => visibleText(list).includes(`${place + 1}–`));
    }
    expect(seen.size).toBe(30);
    const place = () => /\d+–\d+ of 30/.exec(visibleText(list))?.[0];
    while (buttonsOf(list).includes("Previous page")) {
      const before = place();
      await door.slack.click(ALICE, list, "Previous page");
      await door.slack.waitFor(() => place() !== before);
    }
    expect(place()).toMatch(/^1–/);
    const press = (action: string) => {
      const value = /"value":"(R-[^"]+)"/.exec(
        JSON.stringify(list.blocks?.filter(({ type }) => type === "actions")),
      );
      return door.slack.click(ALICE, list, { actionId: action, value: value?.[1] ?? "" });
    };
    await press("approve");
    await door.slack.waitFor(() => visibleText(list).includes("29 wait for you:"));
    expect(visibleText(list)).toContain("Approved:*");
    await press("deny");
    const form = await door.modal(ALICE, "Denying:");
    await door.slack.submit(ALICE, form.id, { why: "not today" });
    await door.slack.waitFor(() => visibleText(list).includes("28 wait for you:"));
    expect(visibleText(list)).toContain("Denied:*");
    const states = door.ports.requests.all().map(({ state }) => state);
    expect(states.filter((state) => state === "approved" || state === "denied")).toHaveLength(2);
  });

  test("whoever decides on a later page stays there, or on the nearest that is left", async () => {
    const door = await crowd();
    await door.slack.command(ALICE, GENERAL, "pending");
    const list = await door.whisper(ALICE, "30 wait for you:");
    const place = () => /(\d+)–(\d+) of (\d+)/.exec(visibleText(list))?.slice(1).map(Number) ?? [];
    const turn = async (button: "Next page" | "Previous page") => {
      const before = place()[0];
      await door.slack.click(ALICE, list, button);
      await door.slack.waitFor(() => place()[0] !== before);
    };
    const decided = (left: number) => door.slack.waitFor(() => place()[2] === left);
    await turn("Next page");
    const [second] = place();
    await door.slack.click(ALICE, list, firstOf(list, "approve"));
    await decided(29);
    expect(place()[0]).toBe(second);
    await door.slack.click(ALICE, list, firstOf(list, "deny"));
    await door.slack.submit(ALICE, (await door.modal(ALICE, "Denying:")).id, { why: "not today" });
    await decided(28);
    expect(place()[0]).toBe(second);

    while (buttonsOf(list).includes("Next page")) await turn("Next page");
    const [last = 0, end = 0] = place();
    for (let left = end - 1; left >= last - 1; left--) {
      await door.slack.click(ALICE, list, firstOf(list, "approve"));
      await decided(left);
    }
    expect(place().slice(1)).toEqual([last - 1, last - 1]);
    expect(buttonsOf(list)).not.toContain("Next page");
    while (buttonsOf(list).includes("Previous page")) await turn("Previous page");
    expect(place()[0]).toBe(1);
  });

  test("looked at late, what waits ends later than now", async () => {
    const door = await openDoor();
    await door.ask(BOB, "guest 1h a look");
    door.clock.jump(90 * MINUTE);
    await door.slack.command(ALICE, GENERAL, "pending");
    const list = visibleText(await door.whisper(ALICE, "waits for you"));
    const ends = Number(/until about <!date\^(\d+)/.exec(list)?.[1]) * 1_000;
    expect(ends - door.clock.now()).toBeGreaterThan(HOUR - MINUTE);
    expect(ends - door.clock.now()).toBeLessThan(HOUR + 6 * MINUTE);
  });

  test("one's status says how much waits, as far as is known without asking Slack", async () => {
    const door = await openDoor();
    await door.ask(BOB);
    await door.meet(ALICE);
    await door.people.members(["S0SRE" as never], "show");
    const { ephemeral } = await door.slack.command(ALICE, GENERAL, "status");
    expect(ephemeral && visibleText(ephemeral)).toMatch(
      /Nothing open:.*1 waits for you: `\/karpor-access pending`/s,
    );
  });

  test("nothing waits", async () => {
    const door = await openDoor();
    await door.slack.command(MEI, GENERAL, "待审批");
    await door.whisper(MEI, "没有待你处理的事项");
  });
});

describe("active", () => {
  test("an approver ends what somebody has, and the list stays", async () => {
    const door = await openDoor();
    const { id } = await door.grant(BOB, "guest 2h a look");
    await door.slack.command(ALICE, GENERAL, "active");
    const list = await door.whisper(ALICE, "1 active:");
    expect(visibleText(list)).toContain(id);
    await door.slack.click(ALICE, list, "End…");
    const form = await door.modal(ALICE, "Revoking:");
    await door.slack.submit(ALICE, form.id, { why: "enough" });
    await door.whisper(ALICE, "Ending:");
    expect(visibleText(list)).toContain("1 active:");
    expect(await door.ports.requests.get(id)).toMatchObject({
      end: { cause: "revoked", reason: "enough", by: { id: ALICE } },
    });
  });

  test.each([
    ["active guest", "1 active:* `guest` on production"],
    ["active @bob", "2 active:* of <@U0BOB> on production"],
    ["active @bob guest", "1 active:* `guest` of <@U0BOB> on production"],
    ["active guest @bob", "1 active:* `guest` of <@U0BOB> on production"],
    ["active peek @mei", "Nothing active:* `peek` of <@U0MEI> on production"],
    ["active nonsense", "`nonsense` is no role"],
    ["active", "2 active:* access to production"],
    ["status @bob", "active @bob"],
  ])("%j of an administrator", async (line, words) => {
    const door = await openDoor();
    await door.grant(BOB, "guest 2h a look");
    await door.grant(BOB, "peek");
    await door.slack.command(ROOT, GENERAL, line);
    await door.whisper(ROOT, words);
  });

  test("of a role that left the catalog is what somebody still holds of it", async () => {
    const door = await openDoor();
    await door.grant(BOB, "peek");
    const { peek: _, ...roles } = door.ports.policy.roles;
    door.ports.policy = { ...door.ports.policy, roles };
    await door.slack.command(ROOT, GENERAL, "active peek");
    await door.whisper(ROOT, "1 active:* `peek` on production");
  });

  test("is not for others", async () => {
    const door = await openDoor();
    await door.grant(BOB, "guest 2h a look");
    await door.slack.command(MEI, GENERAL, "active");
    await door.whisper(MEI, "只有审批人和管理员可以查看");
  });
});
