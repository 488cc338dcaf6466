/** The file changes while a request waits, and the bot is started anew: frozen terms and today's catalog both hold. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { isFinal, LIFECYCLE } from "../../src/domain/lifecycle.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { State } from "../../src/domain/request.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { type Ports, TroubleOutside } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  type Bot,
  CAROL,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { type Scene, scene, TOKEN } from "../helpers/scene.ts";
import { configure } from "../helpers/set-up.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

const words = { en: "View every page", zh: "查看所有页面" };
/** Alice approves as one of S0SRE; Bob asks as one of S0DEV. */
const ROLE = {
  clusterRole: "karpor-guest",
  description: words,
  duration: { default: "1h", max: "8h" },
  requester: { in: ["S0DEV"] },
  approval: { by: ["S0SRE"], within: "4h" },
};
const UNAPPROVED = { ...ROLE, approval: "none" };
const OTHER = { ...ROLE, clusterRole: "karpor-admin", approval: { by: ["S0SRE"], within: "4h" } };

/** Of Bob, who is one of S0DEV. */
const freeze = {
  name: "freeze",
  when: { role: ["role"], requester: { in: ["S0DEV"] } },
  then: "deny",
  say: { en: "Frozen until Monday.", zh: "周一之前冻结。" },
};
const elsewhere = { ...freeze, when: { ...freeze.when, role: ["other"] } };
const shortLooks = { name: "short looks", when: { role: ["role"], max: "4h" }, then: "approve" };

/** The rules that come with an edit of the role. */
const RULES: Partial<Record<Edit, object[]>> = {
  "a rule denies it": [freeze],
  "a rule denies something else": [elsewhere],
  "a rule approves it": [shortLooks],
};

const EDITS = {
  nothing: (role: object) => role,
  "a rule denies it": (role: object) => role,
  "a rule denies something else": (role: object) => role,
  "a rule approves it": (role: object) => role,
  "the role is removed": () => undefined,
  "another ClusterRole": (role: object) => ({
    ...role,
    clusterRole: "karpor-admin",
    autoApproveWrites: true,
  }),
  "a shorter time": (role: object) => ({ ...role, duration: { default: "30m", max: "30m" } }),
  "other approvers": (role: object) => ({ ...role, approval: { by: ["U0MEI"], within: "4h" } }),
  "other requesters": (role: object) => ({ ...role, requester: { in: ["U0CAROL"] } }),
  "no approval any more": (role: object) => ({ ...role, approval: "none" }),
} as const;
type Edit = keyof typeof EDITS;

/** Nothing leads out of these, and of none was anything given: no edit changes them. */
const OVER = ["refused", "withdrawn", "timedOut", "denied", "extended"] as const satisfies State[];
type At = Exclude<State, (typeof OVER)[number]>;
/** Where a request is when the file changes. A new state is placed here, or above. */
const STATES = Object.keys({
  requested: true,
  pending: true,
  scheduled: true,
  approved: true,
  delivering: true,
  active: true,
  ending: true,
  ended: true,
  extending: true,
} satisfies Record<At, true>) as At[];

/** What becomes of it once everybody who can has acted; what the requester is told. */
interface Outcome {
  state: string;
  told?: RegExp;
}
const active: Outcome = { state: "active" };
const ended: Outcome = { state: "ended" };
const extended: Outcome = { state: "extended" };
/** A token is given. */
const GIVES = ["active", "extended"];
const closed = (told: RegExp): Outcome => ({ state: "refused", told });
const failed: Outcome = { state: "ended", told: /rules of this role changed/ };
/** The one who was asked may not decide any more, so it waits. */
const waits: Outcome = { state: "pending" };

const failsWhenGiven = { scheduled: failed, approved: failed, delivering: failed };

const OUTCOMES: Record<Edit, Partial<Record<At, Outcome>>> = {
  nothing: {},
  "a rule denies it": {
    requested: { state: "refused", told: /the rule “freeze” denies `role`: Frozen until Monday\./ },
    pending: closed(/the rule “freeze” denies `role`: Frozen until Monday\./),
    extending: closed(/the rule “freeze” denies `role`: Frozen until Monday\./),
    ...failsWhenGiven,
  },
  "a rule denies something else": {},
  // Who was asked decides: a rule approves only what was asked for under it.
  "a rule approves it": {},
  "the role is removed": {
    requested: closed(/no longer offered/),
    pending: closed(/no longer offered/),
    extending: closed(/no longer offered/),
    ...failsWhenGiven,
  },
  "another ClusterRole": {
    requested: closed(/other rights/),
    pending: closed(/other rights/),
    extending: closed(/other rights/),
    ...failsWhenGiven,
  },
  "a shorter time": {
    requested: closed(/at most 30 min/),
    pending: closed(/at most 30 min/),
    extending: closed(/at most 30 min/),
    ...failsWhenGiven,
  },
  "other approvers": {
    requested: { state: "refused", told: /nobody but you is there to approve/ },
    pending: waits,
    extending: closed(/others must approve/),
    ...failsWhenGiven,
  },
  "other requesters": {
    requested: { state: "refused", told: /can ask for/ },
    pending: closed(/for others now/),
    extending: closed(/for others now/),
    ...failsWhenGiven,
  },
  // Who was asked still decides: the frozen terms hold as well.
  "no approval any more": {},
};
const usual: Record<At, Outcome> = {
  requested: active,
  pending: active,
  scheduled: active,
  approved: active,
  delivering: active,
  active,
  ending: ended,
  ended,
  extending: extended,
};

let world: World;
let file: Record<string, unknown>;
let asked = 0;

beforeAll(async () => {
  world = await startWorld();
  file = parse(readFileSync(world.env.KARPOR_ACCESS_CONFIG, "utf8")) as Record<string, unknown>;
});
afterAll(() => world.close());

/** A fresh process that reads the file as it is now. */
async function withRole(role: object | undefined, rules: object[] = []): Promise<Steps> {
  const roles = { other: OTHER, ...(role ? { role } : {}) };
  writeFileSync(world.env.KARPOR_ACCESS_CONFIG, stringify({ ...file, roles, rules }));
  return openSteps(world);
}

const away = async (): Promise<never> => {
  throw new TroubleOutside("hub", "away");
};
const silent = async (): Promise<never> => {
  throw new TroubleOutside("slack", "away");
};
const approve = (ports: Ports, id: RequestId) =>
  decideRequest(ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });

/** On the whole minute. */
const beginsAt = () => Math.ceil((world.clock.now() + HOUR) / MINUTE) * MINUTE;

/** Brings a new request to this state, and leaves its jobs undone. */
async function bring(steps: Steps, to: At, byPolicy: boolean): Promise<RequestId> {
  asked += 1;
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, {
    requester,
    text: `role 2h ${to === "scheduled" ? `from ${formatMoment({ at: beginsAt() })} ` : ""}n${asked}.`,
    triggerId: `t${asked}`,
  });
  if (to === "requested") return id;
  const ports: Ports = {
    ...steps.ports,
    ...(to === "approved" ? { grants: { ...steps.ports.grants, create: away } } : {}),
    ...(to === "delivering" ? { notifier: { ...steps.ports.notifier, showToken: silent } } : {}),
  };
  await steps.work(ports).catch(() => {});
  if (to === "pending") return id;
  if (!byPolicy) await approve(ports, id);
  await steps.work(ports).catch(() => {});
  if (to === "ending" || to === "ended") world.clock.jump(2 * HOUR);
  if (to === "ending")
    await steps
      .work({ ...steps.ports, grants: { ...steps.ports.grants, removeBinding: away } })
      .catch(() => {});
  if (to === "ended") await steps.finish();
  return to === "extending" ? extending(steps, id, byPolicy) : id;
}

/** Its holder asks for more time, which is approved and not given yet. */
async function extending({ ports }: Steps, grant: RequestId, byPolicy: boolean): Promise<RequestId> {
  const more = { duration: HOUR, reason: `more n${asked}.`, triggerId: `m${asked}` };
  const { id } = await askMoreTime(ports, { id: grant, by: BOB as UserId, ...more });
  await validateRequester(ports, id);
  if (!byPolicy) await approve(ports, id);
  return id;
}

/** What people and the bot do then. */
async function carryOn(steps: Steps, id: RequestId): Promise<void> {
  const found = await steps.ports.requests.get(id);
  world.clock.jump(found?.state === "scheduled" ? found.startsAt - world.clock.now() : 11_000);
  await steps.sweep();
  await steps.finish();
  await approve(steps.ports, id).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
  await steps.finish();
}

async function afterEdit(
  at: At,
  before: object,
  edit: (role: object) => object | undefined,
  byPolicy: boolean,
  { from = [], to = [] }: { from?: object[] | undefined; to?: object[] | undefined } = {},
) {
  const first = await withRole(before, from);
  const id = await bring(first, at, byPolicy);
  const stood = await first.ports.requests.get(id);
  await first[Symbol.asyncDispose]();
  const shown = scene(world).everShown(BOB).match(new RegExp(TOKEN, "g"))?.length ?? 0;
  const steps = await withRole(edit(before), to);
  await carryOn(steps, id);
  const record = await steps.ports.requests.get(id);
  const lengthened = record?.extends && (await steps.ports.requests.get(record.extends.id));
  const standing = (await scene(world).standing()).filter((name) => name.includes(id.toLowerCase()));
  const told = world.slack
    .dm(BOB)
    .map(visibleText)
    .filter((text) => text.includes(id))
    .join("\n");
  const newTokens = (scene(world).everShown(BOB).match(new RegExp(TOKEN, "g"))?.length ?? 0) - shown;
  // Out of the way of the next.
  world.clock.jump(5 * HOUR);
  await steps.sweep();
  await steps.finish();
  await steps[Symbol.asyncDispose]();
  return { stood, record, lengthened, standing, told, newTokens };
}

/** What is lengthened by nothing is ended by nothing: it keeps the end that it had. */
function expectOutcome(
  expected: Outcome,
  { record, lengthened, standing, told, newTokens }: Awaited<ReturnType<typeof afterEdit>>,
): void {
  expect(record?.state).toBe(expected.state);
  expect(standing).toHaveLength(expected.state === "active" ? 2 : 0);
  if (!GIVES.includes(expected.state)) expect(newTokens).toBe(0);
  if (expected.told) expect(told).toMatch(expected.told);
  if (!record?.extends) return;
  const { until } = record.extends;
  expect(lengthened).toMatchObject({
    state: "active",
    expiresAt: expected.state === "extended" ? until + HOUR : until,
  });
}

test("whatever leads anywhere is edited", () => {
  for (const state of OVER) expect(LIFECYCLE[state].to).toEqual([]);
});

describe.each(Object.keys(EDITS) as Edit[])("%s", (edit) => {
  test.each(STATES)("while it is %s", async (at) => {
    const expected = OUTCOMES[edit][at] ?? usual[at];
    const found = await afterEdit(at, ROLE, EDITS[edit], false, { to: RULES[edit] });
    expect(found.stood?.state).toBe(at);
    expectOutcome(expected, found);
    expect(world.slack.messages(APPROVALS).map(visibleText).join("\n")).not.toContain("undefined");
  });
});

describe("asked when nobody had to approve, and now somebody must", () => {
  const edit = (role: object) => ({ ...role, approval: { by: ["S0SRE"], within: "4h" } });
  test.each([
    ["requested", { state: "refused", told: /others must approve/ }],
    ["scheduled", failed],
    ["approved", failed],
    ["delivering", failed],
    ["active", active],
    ["ending", ended],
    ["ended", ended],
    ["extending", closed(/others must approve/)],
  ] as [At, Outcome][])("while it is %s", async (at, expected) => {
    const found = await afterEdit(at, UNAPPROVED, edit, true);
    expect(found.stood?.state).toBe(at);
    expectOutcome(expected, found);
  });
});

const notGiven = closed(/others must approve/);
/** `edited`: the rules of then. */
describe.each([
  ["it is gone", [], { ...failsWhenGiven, extending: notGiven }],
  ["it is for less", [{ ...shortLooks, when: { max: "30m" } }], { ...failsWhenGiven, extending: notGiven }],
  [
    "another denies it first",
    [freeze, shortLooks],
    { requested: { state: "refused", told: /“freeze”/ }, ...failsWhenGiven, extending: closed(/“freeze”/) },
  ],
  ["it has another name", [{ ...shortLooks, name: "quick looks" }], {}],
] as [string, object[], Partial<Record<At, Outcome>>][])(
  "a rule approved it, and now %s",
  (_what, to, outcomes) => {
    test.each(STATES.filter((at) => at !== "pending"))("while it is %s", async (at) => {
      const expected = outcomes[at] ?? usual[at];
      const found = await afterEdit(at, ROLE, (role) => role, true, { from: [shortLooks], to });
      const { stood, record } = found;
      expect(stood?.state).toBe(at);
      if (stood && "decision" in stood) expect(stood.decision.qualified).toBe("rule: short looks");
      expectOutcome(expected, found);
      // Asked for under the rules of before: those decide who were asked.
      const approver = record && "decision" in record ? record.decision.by : undefined;
      if (approver)
        expect(approver).toEqual(at === "requested" ? expect.objectContaining({ id: ALICE }) : "policy");
    });
  },
);

describe("by signed commands and clicks, to a bot that is stopped and started", () => {
  let outer: World;
  let bot: Bot;
  let it: Scene;
  beforeEach(async () => {
    outer = await startWorld();
    bot = await startBot(outer);
    it = scene(outer);
  });
  afterEach(async () => {
    await bot.stop();
    await outer.close();
  });

  /** `meanwhile`: while no bot runs. */
  async function restart(role: string, change: object, meanwhile = async () => {}): Promise<void> {
    await bot.stop();
    configure(outer, ({ roles }) => Object.assign(roles[role], change));
    await meanwhile();
    bot = await startBot(outer);
  }
  const found = async (reason: string) => (await outer.records()).find((r) => r.reason === reason);
  const isState = (reason: string, state: State) =>
    outer.until(async () => (await found(reason))?.state === state);

  test("whoever may not approve today, or was not asked, is refused and the card waits; who is both grants", async () => {
    const card = await it.ask("guest 1h", "of both");
    const offered = buttonsOf(card);
    await restart("guest", { approval: { by: [CAROL, MEI] } });
    await outer.slack.click(ALICE, card, "approve");
    await it.whisper(ALICE, "can decide this request");
    await outer.slack.click(MEI, card, "approve");
    await it.whisper(MEI, "可以审批这条申请");
    expect((await found("of both"))?.state).toBe("pending");
    expect(await it.standing()).toEqual([]);
    expect(buttonsOf(card)).toEqual(offered);
    await outer.slack.click(CAROL, card, "approve");
    await outer.slack.waitFor(() => visibleText(card).includes("Active until"));
    expect(await it.standing()).toHaveLength(2);
  });

  test("an approver's click on what gives other rights now gives nothing; the requester is told so, and may ask again", async () => {
    const card = await it.ask("guest 1h", "other rights");
    await restart("guest", { clusterRole: "karpor-admin" });
    await outer.slack.click(ALICE, card, "approve");
    const told = await it.dm(BOB, "Closed: the rules changed");
    expect(visibleText(told)).toContain("`guest` gives other rights now");
    expect(buttonsOf(told)).toEqual(["Ask again"]);
    expect((await found("other rights"))?.state).toBe("refused");
    expect(await it.standing()).toEqual([]);
    expect(it.everShown(BOB)).not.toMatch(TOKEN);
  });

  const unanswered = {
    spoil: async () => outer.slack.failNext("users.info", { status: 500 }, Number.POSITIVE_INFINITY),
    mend: async () => outer.slack.clearFailures(),
  };
  const hubAway = {
    spoil: async () => outer.localHub?.down(),
    mend: async () => outer.localHub?.up(),
  };
  test.each([
    ["Slack did not say who asked", unanswered, "requested", "others must approve `peek` now"],
    ["the hub was away", hubAway, "approved", "The rules of this role changed"],
  ] as const)(
    "what nobody had to approve, and was not given since %s, is not given once somebody must: asked again, a click gives it",
    async (_, { spoil, mend }, stands, words) => {
      await spoil();
      await it.say(BOB, "peek 15m unapproved");
      await isState("unapproved", stands);
      await restart("peek", { approval: { by: [CAROL] } }, mend);
      await outer.until(async () => {
        await outer.jump(SECOND);
        return (await outer.records()).every(isFinal);
      });
      await outer.slack.click(BOB, await it.dm(BOB, words), "Ask again");
      const card = await it.channel("asks for");
      expect(await it.standing()).toEqual([]);
      expect(it.everShown(BOB)).not.toMatch(TOKEN);
      await outer.slack.click(CAROL, card, "approve");
      await it.dm(BOB, "Only for you.");
      expect(await it.standing()).toHaveLength(2);
    },
  );
});
