/** How urgent each kind of call is to the one door: a token that must go, one to be shown, what must be known at once, who asks, cards, tidying. */
import { Agent } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { UserId } from "../../src/domain/ids.ts";
import type { MassEnd } from "../../src/domain/mass-end.ts";
import { kindOf, type MessageKind } from "../../src/domain/message-key.ts";
import { secret } from "../../src/domain/secret.ts";
import {
  type AccessRequest,
  type Log,
  type Purpose,
  SlackBusy,
  TroubleOutside,
} from "../../src/flow/ports.ts";
import { createAllowanceNotifier } from "../../src/slack/outbound/allowance-notifier.ts";
import type { Budget } from "../../src/slack/outbound/budget.ts";
import { type SlackClients, slackClients } from "../../src/slack/outbound/client.ts";
import { createDirectory } from "../../src/slack/outbound/directory.ts";
import { createHomeTab } from "../../src/slack/outbound/home-tab.ts";
import type { Urgency } from "../../src/slack/outbound/limits.ts";
import { createMassEndNotifier } from "../../src/slack/outbound/mass-end-notifier.ts";
import { createNotifier, type NotifierOptions } from "../../src/slack/outbound/notifier.ts";
import { sendBy } from "../../src/slack/outbound/send.ts";
import { createTokenViews } from "../../src/slack/outbound/token-views.ts";
import { one as allowance } from "../domain/allowances.ts";
import { forgetful } from "../helpers/memories.ts";
import {
  activeOne,
  alice,
  bob,
  type Drawn,
  deliveringOne,
  drawn,
  everyMessage,
  NOW,
  view,
} from "./records.ts";

const CHANNEL = "C0APPROVALS";
const clock = { now: () => NOW, sleep: () => Promise.resolve() };
const log: Log = { info() {}, warn() {}, error() {} };
const agent = new Agent();
let slack: LocalSlack;
/** Such as `chat.update take-off`, in the order in which they were made or room was asked for. */
let calls: string[] = [];

beforeAll(async () => {
  slack = await startLocalSlack({
    ...{ clock, signingSecret: "s", botToken: "xoxb-1", command: "/karpor-access", limits: false },
    people: ["bob", "alice", "mei", "carol"].map((name) => ({ id: `U0${name.toUpperCase()}`, name })),
    groups: [{ id: "S0SRE", handle: "sre", members: ["U0ALICE"] }],
    channels: [{ id: CHANNEL, name: "approvals", members: ["U0BOB", "U0ALICE"] }],
  });
});
beforeEach(() => {
  calls = [];
});
afterAll(() => Promise.all([slack.close(), agent.destroy()]));

const send = sendBy(agent);
const told = (what: string) => void calls.push(what);
/** Lets everything out at once. */
const door: Budget = {
  fetch: (urgency) => (url, init) => {
    told(`${String(url).split("/").at(-1)} ${urgency}`);
    return send(url, init);
  },
  async reserve(asked, urgency) {
    for (const { method } of asked) told(`${method} reserved ${urgency}`);
    return { use: () => true, [Symbol.asyncDispose]: async () => {} };
  },
  lineUp: async ({ method }, urgency) => told(`${method} in line ${urgency}`),
  oneTry: async () => {},
};
const clients = (): SlackClients => slackClients("xoxb-1", door, { apiUrl: slack.apiUrl });
const means = (): NotifierOptions & { slack: SlackClients } => ({
  ...{ slack: clients(), memory: forgetful, clock, language: "en", context: view, log },
});
const fresh = (r: AccessRequest): AccessRequest => ({ ...r, messages: {} });
const at = { channel: CHANNEL, ts: "1.1" };

describe("a message of a request that is posted", () => {
  /** `null`: what is left of another, and never posted. */
  const KINDS: Record<MessageKind, Urgency | null> = {
    token: "show",
    review: "trouble",
    notice: "trouble",
    unproven: "trouble",
    alert: "trouble",
    leak: "trouble",
    lost: "trouble",
    left: "trouble",
    card: "cards",
    waiting: "cards",
    scheduled: "cards",
    reminder: "cards",
    idle: "cards",
    nudge: "cards",
    fallback: "cards",
    asker: "cards",
    outcome: "cards",
    use: "tidying",
    delay: null,
  };
  /** All else that becomes of it is as bad to hear for whoever asked for somebody else. */
  const GOOD_NEWS = ["scheduled", "outage", "active"];
  const urgencyOf = ({ r, key, shows }: Drawn): Urgency | null => {
    const kind = kindOf(key);
    const isReceipt = "end" in r && r.end.cause === "expired";
    if (kind === "notice" && isReceipt) return "cards";
    if (kind === "outcome" && !isReceipt && !GOOD_NEWS.includes(shows)) return "trouble";
    return KINDS[kind];
  };
  const posted = everyMessage.filter(({ shows, key }) => shows !== "gone" && KINDS[kindOf(key)] !== null);

  test.each(Object.keys(KINDS).filter((kind) => KINDS[kind as MessageKind] !== null))(
    "%s: as urgent as its kind, and the DM that it comes to as a token's",
    async (kind) => {
      const all = posted.filter(({ key }) => kindOf(key) === kind);
      expect(all).not.toEqual([]);
      const notifier = createNotifier(means());
      for (const one of all) {
        calls = [];
        await notifier.post(fresh(one.r), one.key, one.shows);
        expect(calls.at(-1), `${one.what} of ${one.r.state}`).toBe(`chat.postMessage ${urgencyOf(one)}`);
        expect(["", "conversations.open show"]).toContain(calls.slice(0, -1).join());
      }
    },
  );

  test("and looked for again, where its answer was lost", async () => {
    const notifier = createNotifier(means());
    for (const one of posted.filter(({ key }) => kindOf(key) === "notice")) {
      calls = [];
      await notifier.findPost(fresh(one.r), one.key);
      expect(calls).toEqual([`conversations.open ${urgencyOf(one)}`]);
    }
  });

  test("where it is redrawn: a card as cards are, in a DM by tidying", async () => {
    const notifier = createNotifier(means());
    for (const { r, key, shows } of posted) await notifier.redraw(r, key, shows, at);
    const isCard = ({ key }: Drawn) => key === "card" || key === "review";
    expect(calls).toEqual(posted.map((one) => `chat.update ${isCard(one) ? "cards" : "tidying"}`));
  });
});

test("a token: taken off before all, by either way; shown by what was reserved for it; of no more use, tidied", async () => {
  const notifier = createNotifier(means());
  const { r } = drawn("token:hidden");
  await notifier.takeTokenOff(r, "hidden", at, "edit");
  await notifier.takeTokenOff(r, "gone", at, "delete");
  await notifier.showToken(deliveringOne, at, secret("x")).catch(() => {});
  await using room = await notifier.roomForToken(fresh(deliveringOne));
  await notifier.showToken(deliveringOne, at, secret("x"), room).catch(() => {});
  await notifier.remove(activeOne, "waiting", at);
  expect(calls).toEqual([
    ...["chat.update take-off", "chat.delete take-off", "chat.update show", "conversations.open show"],
    ...["chat.update reserved show", "chat.postMessage reserved show", "chat.update reserved"],
    "chat.delete tidying",
  ]);
});

test("where there is no room for the token's DM, its edit stands in line meanwhile", async () => {
  slack.failNext("conversations.open", { retryAfter: 9 });
  await expect(createNotifier(means()).roomForToken(fresh(deliveringOne))).rejects.toThrow();
  expect(calls).toEqual(["conversations.open show", "chat.update in line show"]);
});

test("a token in a view: shown, and covered before all", async () => {
  const views = createTokenViews(means());
  await views.show(activeOne, { id: "V1", hash: "1" }, secret("x"), NOW);
  await views.cover(activeOne, { id: "V1", generation: 1, at: NOW });
  expect(calls).toEqual(["views.update show", "views.update take-off"]);
});

test.each(["fatal_error", "invalid_auth", { status: 503 }] as const)(
  "while Slack is away (%j), one view that bears a token shows when it is back, and the others wait for that",
  async (failure) => {
    slack.failNext("views.update", failure);
    const views = createTokenViews(means());
    const cover = (id: string) => views.cover(activeOne, { id, generation: 1, at: NOW });
    await expect(cover("V1")).rejects.toBeInstanceOf(TroubleOutside);
    await expect(cover("V2")).rejects.toBeInstanceOf(SlackBusy);
    expect(calls).toEqual(["views.update take-off"]);
  },
);

test("what was allowed beforehand: as a card, and redrawn by tidying", async () => {
  const notifier = createAllowanceNotifier(means());
  for (const key of ["line", "dm"] as const) await notifier.post(allowance, key);
  await notifier.redraw(allowance, "line", at);
  expect(calls).toEqual([
    ...["chat.postMessage cards", "conversations.open show", "chat.postMessage cards"],
    "chat.update tidying",
  ]);
});

test("a lockdown: as trouble, and its count goes with the tokens that go", async () => {
  const notifier = createMassEndNotifier({ ...means(), channel: CHANNEL });
  const by = { by: alice, qualified: alice.id, reason: "stolen" };
  const count = { grants: [], left: [], stripped: true, troubled: 0 };
  const end: MassEnd = { id: `lockdown-${NOW}`, at: NOW, scope: { what: "everything" }, ...by, ...count };
  await notifier.redraw(end, await notifier.post(end));
  await notifier.unlocked({ ...by, at: NOW }, by);
  expect(calls).toEqual(["chat.postMessage trouble", "chat.update take-off", "chat.postMessage trouble"]);
});

test("a Home tab: at once for whoever opens it, else by tidying", async () => {
  const tab = createHomeTab(means());
  const none = { refusal: { kind: "look-up-failed" as const } };
  for (const waits of [true, false]) await (await tab.look(bob.id, { waits })).show(bob, none);
  expect(calls).toEqual(["views.publish show", "views.publish tidying"]);
});

describe("a look-up", () => {
  /** Of a person, and of all groups: one call, whatever it is for. */
  const PURPOSES: Record<Purpose, [Urgency, Urgency]> = {
    grant: ["show", "show"],
    decide: ["show", "show"],
    end: ["show", "show"],
    show: ["show", "show"],
    watch: ["trouble", "cards"],
    ask: ["ask", "ask"],
    redraw: ["tidying", "tidying"],
  };
  const directory = () => createDirectory({ ...means(), home: () => slack.bot });

  test.each(Object.entries(PURPOSES))("to %s", async (purpose, [ofPerson, ofGroups]) => {
    await directory().person(bob.id, purpose as Purpose);
    await directory().qualifies(bob.id, ["S0SRE" as never], purpose as Purpose);
    expect(calls).toEqual([`users.info ${ofPerson}`, `usergroups.list ${ofGroups}`]);
  });

  test("of who is in a channel, for whoever asks; of everybody, by tidying", async () => {
    const many = Array.from({ length: 21 }, (_, i) => UserId.parse(`U0MANY${i}`));
    await directory().inChannel(CHANNEL);
    await directory().exceptMembers(many, AbortSignal.timeout(5_000));
    expect(calls).toEqual(["conversations.members ask", "users.list tidying"]);
  });
});
