/** Rules, limits and the form of reasons through the outer door: what is said, and to whom, in their language. */
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { type RequestId, UserId } from "../../src/domain/ids.ts";
import { Limits, PolicyRule } from "../../src/domain/policy-rule.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { BOB, CAROL, type Door, GENERAL, MEI, openDoor } from "../helpers/listener.ts";

/** Bob is in S0DEV, Carol in S0SRE, Mei in none. */
async function openWith(rules: object[], limits: object = {}): Promise<Door> {
  const door = await openDoor();
  Object.assign(door.ports.policy, {
    rules: rules.map((rule) => PolicyRule.parse(rule)),
    limits: Limits.parse(limits),
  });
  await door.meet(BOB, MEI, CAROL);
  return door;
}

const freeze = {
  name: "freeze",
  when: { role: ["guest"] },
  then: "deny",
  say: { en: "Frozen until Monday.", zh: "周一之前冻结。" },
};
const shortLooks = {
  name: "short looks",
  when: { role: ["guest"], max: "2h", requester: { in: ["S0DEV"] } },
  then: "approve",
};

describe("rules", () => {
  test("a denial names the rule, and says its words in the reader's language", async () => {
    const door = await openWith([freeze]);
    await door.slack.command(BOB, GENERAL, "guest 1h a look");
    await door.whisper(BOB, "the rule “freeze” denies `guest`: Frozen until Monday.");
    await door.slack.command(MEI, GENERAL, "guest 1h 看一下");
    await door.whisper(MEI, "规则“freeze”不允许申请 `guest` 权限：周一之前冻结。");
    expect(door.ports.requests.all().map((r) => "refusal" in r && r.refusal.kind)).toEqual([
      "rule-denies",
      "rule-denies",
    ]);
  });

  test("what a rule approves is there at once, by its name, and no card asks for it", async () => {
    const door = await openWith([shortLooks]);
    await door.slack.command(BOB, GENERAL, "guest 2h a look");
    await door.whisper(BOB, "Approved by the rule “short looks”:");
    const { id } = door.ports.requests.all()[0] ?? { id: "" };
    await door.until(id, "active");
    const told = await door.dm(BOB, "Approved by the rule “short looks”");
    expect(buttonsOf(told)).toContain("End now");
    expect(door.ports.requests.all()[0]).toMatchObject({
      decision: { by: "policy", qualified: "rule: short looks" },
    });
  });

  test("longer, or asked by others, it is put to approvers", async () => {
    const door = await openWith([shortLooks]);
    await door.slack.command(BOB, GENERAL, "guest 3h a look");
    await door.whisper(BOB, "Sent to");
    await door.slack.command(MEI, GENERAL, "guest 1h 看一下");
    await door.whisper(MEI, "已提交给");
    expect(door.ports.requests.all().map(({ state }) => state)).toEqual(["pending", "pending"]);
  });

  test("what a rule denies is not approved for less, whatever else of that role may be had", async () => {
    const door = await openWith([shortLooks, freeze]);
    door.ports.grants.rightsOf = async (name) => [
      { verbs: name === "karpor-admin" ? ["*"] : ["get"], nonResourceURLs: ["/*"] },
    ];
    Object.assign(door.ports.policy.roles.admin ?? {}, { clusterRole: "karpor-admin" });
    const { id } = await door.ask(BOB, "admin 4h I must");
    const less = (duration: number) =>
      decideRequest(door.ports, {
        ...{ id, terms: 1, by: UserId.parse(CAROL) },
        verdict: { approve: true, less: { role: "guest", duration } },
      });
    await expect(less(3 * HOUR)).rejects.toMatchObject({ refusal: { kind: "rule-denies", rule: "freeze" } });
    expect(await door.state(id)).toBe("pending");
    expect(await less(2 * HOUR)).toMatchObject({ state: "approved", role: "guest" });
  });

  test("asked for by somebody else, approvers decide all the same", async () => {
    const door = await openWith([shortLooks]);
    await door.slack.command(CAROL, GENERAL, "for @bob guest 1h a look");
    await door.whisper(CAROL, "Sent to");
    expect(door.ports.requests.all()[0]?.state).toBe("pending");
  });

  test("help leaves out what a rule denies, as far as it is remembered", async () => {
    const door = await openWith([{ ...freeze, when: { role: ["guest"], requester: { in: ["S0DEV"] } } }]);
    await door.people.qualifies(BOB as never, ["S0DEV" as never]);
    await door.slack.command(BOB, GENERAL, "help");
    const help = visibleText(await door.whisper(BOB, "Access to Karpor"));
    expect(help).toContain("`peek`");
    expect(help).not.toContain("`guest` ");
  });

  test("a freeze for everybody is in no form", async () => {
    const door = await openWith([freeze]);
    await door.slack.command(BOB, GENERAL, "");
    const form = await door.modal(BOB, "Access to Karpor");
    const options = JSON.stringify(form.blocks);
    expect(options).toContain('"peek"');
    expect(options).not.toContain('"guest"');
  });
});

describe("limits", () => {
  test("of grants: what is open counts, and it is said when the next ends", async () => {
    const door = await openWith([], { grantsPerPerson: 1 });
    await door.ask(BOB, "guest 1h a look");
    await door.slack.command(BOB, GENERAL, "peek");
    const told = await door.whisper(
      BOB,
      "you have 1 grant or open requests, the most at a time; the next ends",
    );
    expect(visibleText(told)).toContain("<!date^");
    expect(door.ports.requests.all()).toHaveLength(1);
  });

  test("of grants: approved late, beside what was approved for the same time, whoever approves is told to wait", async () => {
    const door = await openWith([], { grantsPerPerson: 1 });
    const { roles } = door.ports.policy;
    Object.assign(door.ports.policy, { roles: { ...roles, other: roles.guest } });
    const at = new Date(door.clock.now() + 3 * HOUR).toISOString().slice(0, 16);
    const later = await door.ask(BOB, `guest 2h from ${at}Z later`);
    const soon = await door.ask(BOB, "other 1h soon");
    const approve = (id: RequestId) =>
      decideRequest(door.ports, { id, terms: 1, by: UserId.parse(CAROL), verdict: { approve: true } });
    await approve(later.id);
    door.clock.jump(2.5 * HOUR);
    await expect(approve(soon.id)).rejects.toMatchObject({ refusal: { kind: "too-many-grants", max: 1 } });
    await door.slack.click(CAROL, await door.card("soon"), "approve");
    await door.whisper(CAROL, "they have 1 grant in that time already, the most at a time");
    expect(await door.ports.requests.get(soon.id)).toMatchObject({ state: "pending" });
  });

  test("of grants: what ends already frees in a moment, not at the time that it once had", async () => {
    const door = await openWith([], { grantsPerPerson: 1 });
    const { id } = await door.ask(BOB, "peek 1h a look");
    await releaseGrant(door.ports, { id, by: UserId.parse(BOB) });
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "guest 1h more");
    const until = /<!date\^(\d+)/.exec(JSON.stringify(ephemeral?.blocks))?.[1];
    expect(Number(until) * 1000 - door.clock.now()).toBeLessThan(MINUTE);
  });

  test("of grants: what is over before it begins frees nothing, and is not said to", async () => {
    const door = await openWith([], { grantsPerPerson: 1 });
    await door.ask(BOB, "peek 1h a look");
    const at = (hours: number) => `${new Date(door.clock.now() + hours * HOUR).toISOString().slice(0, 16)}Z`;
    const { id } = await door.ask(BOB, `guest 2h from ${at(20)} later`);
    await decideRequest(door.ports, {
      ...{ id, terms: 1, by: UserId.parse(CAROL) },
      verdict: { approve: true },
    });
    await door.slack.command(BOB, GENERAL, `peek 1h from ${at(21)} more`);
    const told = await door.whisper(BOB, "the most at a time; the next ends");
    const until = /<!date\^(\d+)/.exec(visibleText(told))?.[1];
    const scheduled = await door.ports.requests.get(id);
    expect(Number(until) * 1000).toBe(scheduled?.state === "scheduled" && scheduled.expiresAt);
  });

  test("of an hour: it is said when one may ask again", async () => {
    const door = await openWith([], { requestsPerHour: 1 });
    await door.ask(MEI, "guest 1h 看一下");
    await door.slack.command(MEI, GENERAL, "peek");
    await door.whisper(MEI, "一小时内最多申请 1 次，请");
  });

  test("they hold for what a rule approves, and a denial that is known is told before them", async () => {
    const door = await openWith([shortLooks, { ...freeze, when: { role: ["peek"] } }], {
      grantsPerPerson: 1,
    });
    await door.ask(BOB, "admin 1h I must");
    await door.slack.command(BOB, GENERAL, "guest 1h a look");
    await door.whisper(BOB, "you have 1 grant or open requests");
    await door.slack.command(BOB, GENERAL, "peek");
    await door.whisper(BOB, "the rule “freeze” denies `peek`");
  });
});

describe("the form of a reason", () => {
  const hint = { en: "a ticket, as in OPS-123", zh: "工单号，如 OPS-123" };
  const openTicket = async () => {
    const door = await openWith([]);
    Object.assign(door.ports.policy.roles.admin ?? {}, {
      reason: { required: true, pattern: "[A-Z]+-\\d+", hint },
    });
    return door;
  };

  test("a slip is mended by one button", async () => {
    const door = await openTicket();
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "admin 1h ops-12 roll back");
    if (!ephemeral) throw new Error("not answered");
    expect(visibleText(ephemeral)).toContain("/karpor-access admin 1h OPS-12 roll back");
    await door.slack.click(BOB, ephemeral, "send");
    await door.whisper(BOB, "Sent to");
    expect(door.ports.requests.all()[0]).toMatchObject({ reason: "OPS-12 roll back" });
  });

  test("what only its author knows is asked for, with the hint and no button that sends it", async () => {
    const door = await openTicket();
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "admin 1h roll back");
    if (!ephemeral) throw new Error("not answered");
    expect(visibleText(ephemeral)).toContain("the reason for `admin` needs a ticket, as in OPS-123.");
    expect(visibleText(ephemeral)).toContain("admin 1h roll back (a ticket, as in OPS-123)");
    expect(buttonsOf(ephemeral)).toEqual(["Edit…"]);
  });
});
