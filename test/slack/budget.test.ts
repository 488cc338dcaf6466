/** The one door to Slack: turns are waited for, a 429 closes its method alone, and writes to one message keep their order. */
import { setTimeout as delay } from "node:timers/promises";
import type { WebClient } from "@slack/web-api";
import { Agent } from "undici";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type JumpClock, stillClock } from "../../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { RequestId, type UserId } from "../../src/domain/ids.ts";
import { massEndOf } from "../../src/domain/mass-end.ts";
import { type SlackBusy, StoreDown } from "../../src/flow/ports.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { retryAfter, type SlackClients, slackClients, slackError } from "../../src/slack/outbound/client.ts";
import { dmWith } from "../../src/slack/outbound/dm.ts";
import { createMassEndNotifier } from "../../src/slack/outbound/mass-end-notifier.ts";
import { sendBy } from "../../src/slack/outbound/send.ts";
import { createTurns } from "../../src/store/turns.ts";
import { remembering } from "../helpers/memories.ts";
import { freshKeys, memoryLog, testRedis, until } from "../helpers/redis.ts";
import { view } from "./records.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const send = sendBy(new Agent());
const CHANNEL = "C0OPS";
const SOME = RequestId.parse("R-00000000");
let clock: JumpClock;
let slack: LocalSlack;
let keys: ReturnType<typeof freshKeys>;
let here: SlackClients;
let there: SlackClients;

beforeEach(async () => {
  clock = stillClock();
  slack = await startLocalSlack({
    ...{ clock, signingSecret: "s", botToken: "xoxb-1", command: "/karpor-access", groups: [] },
    people: ["bob", "alice"].map((name) => ({ id: `U0${name.toUpperCase()}`, name })),
    channels: [{ id: CHANNEL, name: "ops", members: ["U0BOB"] }],
  });
  keys = freshKeys();
  const replica = () => {
    const turns = createTurns({ redis: redis.commands, keys, clock });
    const budget = createBudget({ turns, clock, giveWay: createGiveWay(), send });
    return slackClients("xoxb-1", budget, { apiUrl: slack.apiUrl });
  };
  here = replica();
  there = replica();
});
afterEach(async () => {
  // Nobody is left asleep.
  clock.jump(600_000);
  await slack.close();
});

const waitOf = (call: Promise<unknown>): Promise<number | null> =>
  call.then(
    () => 0,
    (error: unknown) => retryAfter(error),
  );
const info = (client: WebClient) => waitOf(client.users.info({ user: "U0BOB" }));
const limited = () => slack.calls.filter(({ error }) => error === "ratelimited");
const made = (method: string) => slack.calls.filter((call) => call.method === method && !call.error);

async function post(text = "x"): Promise<string> {
  const { ts } = await here.to("show").chat.postMessage({ channel: CHANNEL, text });
  return ts ?? "";
}
const edit = (at: SlackClients, urgency: Parameters<SlackClients["to"]>[0], ts: string, text: string) =>
  at.to(urgency).chat.update({ channel: CHANNEL, ts, text });
/** What stands there now. */
const shown = () => slack.messages(CHANNEL).map(({ text }) => text);

test("two replicas keep within a method's tier together, and Slack never has to say so", async () => {
  const calls = Array.from({ length: 60 }, (_, i) => info((i % 2 ? here : there).to("show")));
  const rest = Array.from({ length: 60 }, (_, i) => info((i % 2 ? here : there).to("show")));
  const waits = await Promise.all([...calls, ...rest]);
  expect(waits.filter((wait) => wait === 0)).toHaveLength(100);
  expect(made("users.info")).toHaveLength(100);
  expect(limited()).toEqual([]);
});

test("cards leave room for what is more urgent", async () => {
  const waits = await Promise.all(Array.from({ length: 70 }, () => info(here.to("cards"))));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(60);
  expect(await info(there.to("show"))).toBe(0);
  expect(await info(here.interactive)).toBe(0);
});

test("those who ask leave room for their own grants, and their grants for them", async () => {
  const asks = () => Promise.all(Array.from({ length: 70 }, () => info(here.to("ask"))));
  expect((await asks()).filter((wait) => wait === 0)).toHaveLength(50);
  const grants = await Promise.all(Array.from({ length: 51 }, () => info(there.to("show"))));
  expect(grants.filter((wait) => wait === 0)).toHaveLength(50);
  clock.jump(61_000);
  expect(await info(there.to("show"))).toBe(0);
  expect((await asks()).filter((wait) => wait === 0)).toHaveLength(50);
});

test("however often a message's turn is asked for, it has one place in the line", async () => {
  const [one, two] = await Promise.all([post(), post()]);
  for (let i = 0; i < 50; i++) await edit(here, "show", one, String(i));
  const again = () => waitOf(edit(there, "show", two, "again"));
  for (let i = 0; i < 60; i++) expect(await again()).toBe(61_000);
  await expect(here.reserve([{ method: "chat.update" }], "show", "R-1")).rejects.toMatchObject({
    retryAfterMs: 61_000,
  });
});

test("a post that is tried again and again keeps its place, whatever it says by then: nobody else waits for it longer", async () => {
  const massEnds = createMassEndNotifier({
    ...{ slack: here, channel: CHANNEL, language: "en", context: view },
    ...{ memory: remembering(clock.now), clock, log: memoryLog() },
  });
  const one = massEndOf({
    at: clock.now(),
    by: { id: "U0ALICE" as UserId, name: "alice", locale: "en" },
    qualified: "admin",
    reason: "leak",
  });
  const some = (count: number) => Array<RequestId>(count).fill(SOME);
  const counting = (left: number) =>
    massEnds.post({ ...one, grants: some(40), left: some(left) }).then(
      () => 0,
      ({ retryAfterMs }: SlackBusy) => retryAfterMs,
    );
  const unmarked = () => waitOf(there.to("trouble").chat.postMessage({ channel: CHANNEL, text: "unlocked" }));
  slack.failNext("chat.postMessage", { retryAfter: 10 });
  for (let left = 40; left > 0; left--) {
    expect(await counting(left)).toBeLessThan(12_000);
    expect(await unmarked()).toBeLessThan(12_000);
  }
  clock.jump(12_000);
  expect([await counting(0), await unmarked()]).toEqual([0, 0]);
});

test("of many who come later than their place is kept, each goes when it comes: they stand where they stood", async () => {
  const turns = createTurns({ redis: redis.commands, keys, clock });
  const channel = { name: "channel", most: 2, windowMs: 2_100, refills: true };
  const take = (place: string) => turns.take([channel], { id: place, place, rank: 2 });
  const start = clock.now();
  const told: [string, number][] = [];
  for (const place of "abcdefghijklmnopqrst") told.push([place, await take(place)]);
  expect(told.at(-1)).toEqual(["t", 18 * 1_050]);
  for (const [place, wait] of told.slice(2)) {
    clock.jump(start + wait + 8_000 - clock.now());
    expect(await take(place)).toBe(0);
  }
  expect(await redis.commands.zcard(keys.late("channel"))).toBe(0);
});

test("homes: each person's has a place of its own, those who look at theirs go first, and of what waits the last counts", async () => {
  slack.people.add({ id: "U0EVE", name: "eve" });
  const publish = (client: WebClient, user_id: string, text = "x") =>
    waitOf(
      client.views.publish({
        user_id,
        view: { type: "home", blocks: [{ type: "section", text: { type: "plain_text", text } }] },
      }),
    );
  const redraws = await Promise.all(Array.from({ length: 30 }, () => publish(here.to("tidying"), "U0BOB")));
  expect(redraws.every((wait) => wait === 0)).toBe(true);
  const before = made("views.publish").length;
  for (let i = before; i < 60; i++) await publish(here.to("tidying"), "U0EVE");
  expect(await publish(here.to("tidying"), "U0BOB")).toBe(61_000);
  expect(await publish(there.to("tidying"), "U0EVE")).toBe(61_000);
  expect(await publish(there.interactive, "U0EVE", "looked at")).toBe(0);
  expect(slack.home("U0EVE")?.blocks[0]).toMatchObject({ text: { text: "looked at" } });
  expect(before).toBeLessThan(30);
  expect(limited()).toEqual([]);
});

test("one post a second a channel after two: the next two wait in place, and another is told when to come", async () => {
  await Promise.all([post(), post()]);
  const waiting = (count: number) =>
    until(async () => (await redis.commands.zcard(keys.waiting(`chat.postMessage:${CHANNEL}`))) === count);
  const next = post("next");
  await waiting(1);
  clock.jump(1);
  const two = post("two");
  await waiting(2);
  clock.jump(1);
  expect(await waitOf(post("another"))).toBe(4_000);
  expect(made("chat.postMessage")).toHaveLength(2);
  clock.jump(1_050);
  await next;
  clock.jump(1_050);
  await two;
  expect(limited()).toEqual([]);
});

test("what Slack asks one method to wait, every replica waits, and no other method", async () => {
  slack.failNext("users.info", { retryAfter: 30 });
  expect(await info(here.to("show"))).toBe(30_000);
  const asked = slack.calls.length;
  expect(await info(there.interactive)).toBe(30_000);
  expect(slack.calls).toHaveLength(asked);
  expect(await waitOf(there.to("tidying").conversations.open({ users: "U0BOB" }))).toBe(0);
  clock.jump(30_000);
  expect(await info(there.to("show"))).toBe(0);
});

test("a short wait of Slack's is waited for in place", async () => {
  slack.failNext("users.info", { retryAfter: 1 });
  const call = info(here.to("show"));
  await until(() => slack.calls.length === 1);
  const waker = setInterval(() => clock.jump(1_000), 5);
  expect(await call.finally(() => clearInterval(waker))).toBe(0);
});

test("a post that a channel has no room for closes that channel alone", async () => {
  slack.people.addChannel({ id: "C0NEXT", name: "next", members: [] });
  slack.failNext("chat.postMessage", { retryAfter: 9 });
  expect(await waitOf(post())).toBe(9_000);
  expect(await waitOf(here.to("cards").chat.postMessage({ channel: CHANNEL, text: "x" }))).toBe(9_000);
  expect(await waitOf(here.to("cards").chat.postMessage({ channel: "C0NEXT", text: "x" }))).toBe(0);
});

test("of two replicas that need one person's DM one opens it, and another person's is open meanwhile", async () => {
  const opened = (at: SlackClients, users: string) => waitOf(at.to("show").conversations.open({ users }));
  const waits = await Promise.all([here, there].map((at) => opened(at, "U0BOB")));
  expect(waits.toSorted()).toEqual([0, 3_000]);
  expect(await opened(there, "U0ALICE")).toBe(0);
  clock.jump(3_000);
  expect(await opened(there, "U0BOB")).toBe(0);
});

test("a DM that Slack has no room to open closes the method: nobody else's is asked for meanwhile", async () => {
  const opened = (users: string) => waitOf(here.to("show").conversations.open({ users }));
  slack.failNext("conversations.open", { retryAfter: 30 });
  expect(await opened("U0BOB")).toBe(30_000);
  expect(await opened("U0ALICE")).toBe(30_000);
  expect(limited()).toHaveLength(1);
  clock.jump(30_000);
  expect(await opened("U0ALICE")).toBe(0);
  expect(await opened("U0BOB")).toBe(0);
});

describe("one person's DM, needed for a token while the welcome's call", () => {
  const opened = () => made("conversations.open").length;
  const dm = () => {
    const options = { memory: remembering(), clock };
    return (urgency: "show" | "tidying") =>
      dmWith(options, here.to(urgency), "U0BOB" as UserId, urgency === "show");
  };

  test("waits its turn: the token's goes out at once", async () => {
    const fill = Array.from({ length: 30 }, (_, i) =>
      here.to("tidying").conversations.open({ users: `U${i}` }),
    );
    await Promise.allSettled(fill);
    clock.jump(59_500);
    const open = dm();
    const welcome = open("tidying");
    await delay(50);
    expect(opened()).toBe(0);
    expect(await Promise.race([open("show"), delay(1_000)])).toBe("D0BOB");
    expect(opened()).toBe(1);
    clock.jump(3_000);
    expect(await welcome).toBe("D0BOB");
  });

  test("is under way: its answer is the token's too", async () => {
    const [out, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const before = async () => {
      out.resolve();
      await answer.promise;
      return undefined;
    };
    slack.meddle({ before, after: async () => true });
    const open = dm();
    const welcome = open("tidying");
    await out.promise;
    const token = open("show");
    await delay(50);
    answer.resolve();
    expect(await Promise.all([welcome, token])).toEqual(["D0BOB", "D0BOB"]);
    expect(opened()).toBe(1);
  });

  test("is refused: so is the token's", async () => {
    slack.failNext("conversations.open", "user_disabled");
    const open = dm();
    const both = await Promise.allSettled([open("tidying"), open("show")]);
    expect(both.map((one) => one.status === "rejected" && slackError(one.reason))).toEqual([
      "user_disabled",
      "user_disabled",
    ]);
    expect(slack.calls).toHaveLength(1);
  });
});

test("without Redis nobody counts, and calls go out", async () => {
  const down = () => Promise.reject(new StoreDown("gone"));
  const budget = createBudget({
    turns: { take: down, lineUp: down, callsNow: down, giveBack: down, close: down },
    ...{ clock, giveWay: createGiveWay(), send },
  });
  const alone = slackClients("xoxb-1", budget, { apiUrl: slack.apiUrl });
  expect(await info(alone.to("show"))).toBe(0);
  // As long as Slack says, though no turn is there to wait for.
  slack.failNext("users.info", { retryAfter: 1 }, 1_000);
  const before = slack.calls.length;
  const refused = info(alone.to("show"));
  const waker = setInterval(() => clock.jump(100), 5);
  expect(await refused.finally(() => clearInterval(waker))).toBeGreaterThan(0);
  expect(slack.calls.length - before).toBeLessThanOrEqual(3);
});

describe("what was reserved", () => {
  const spend = async (times: number) => {
    const ts = await post();
    for (let i = 0; i < times; i++) await edit(here, "show", ts, String(i));
    return ts;
  };

  test("is there when all other room is gone, once", async () => {
    await using room = await here.reserve([{ method: "chat.update" }], "show", "R-1");
    const ts = await spend(49);
    expect(await waitOf(edit(there, "show", ts, "more"))).toBe(61_000);
    expect(room.use("chat.update")).toBe(true);
    await here.reserved.chat.update({ channel: CHANNEL, ts, text: "reserved" });
    expect(shown()).toEqual(["reserved"]);
    expect(limited()).toEqual([]);
  });

  test("counts for a minute from its use, though nobody else calls meanwhile", async () => {
    await using room = await here.reserve([{ method: "chat.update" }], "show", "R-1");
    clock.jump(9_900);
    expect(room.use("chat.update")).toBe(true);
    expect(await redis.commands.pttl(keys.calls("chat.update"))).toBeGreaterThan(9_900 + 61_000);
  });

  test("is given back when nobody used it", async () => {
    const ts = await spend(49);
    {
      await using _room = await here.reserve([{ method: "chat.update" }], "show", "R-2");
      await expect(there.reserve([{ method: "chat.update" }], "show", "R-2")).rejects.toMatchObject({
        retryAfterMs: 61_000,
      });
    }
    clock.jump(1);
    expect(await waitOf(edit(there, "take-off", ts, "off"))).toBe(0);
  });

  test("for two calls is used one by one, and of what was not used the rest is given back", async () => {
    const both = [{ method: "chat.update" }, { method: "chat.postMessage", where: CHANNEL }];
    const ts = await spend(49);
    {
      await using room = await here.reserve(both, "show", "R-2");
      expect([room.use("chat.postMessage"), room.use("chat.postMessage")]).toEqual([true, false]);
      expect(await waitOf(edit(there, "show", ts, "more"))).toBe(61_000);
    }
    clock.jump(1);
    expect(await waitOf(edit(there, "take-off", ts, "off"))).toBe(0);
  });

  const forToken = (what: string) =>
    there.reserve([{ method: "chat.update" }, { method: "chat.postMessage", where: CHANNEL }], "show", what);

  test("by whoever must wait a minute for an edit, keeps nobody from the channel meanwhile", async () => {
    await spend(50);
    await post();
    const reserved = ["R-1", "R-2", "R-3", "R-4"].map(forToken);
    expect((await Promise.allSettled(reserved)).map(({ status }) => status)).toEqual(
      Array(4).fill("rejected"),
    );
    clock.jump(3_000);
    const trouble = () => waitOf(here.to("trouble").chat.postMessage({ channel: CHANNEL, text: "trouble" }));
    expect(await trouble()).toBe(0);
  });

  test("is no more after ten seconds", async () => {
    await using room = await here.reserve([{ method: "chat.update" }], "show", "R-2");
    clock.jump(10_000);
    expect(room.use("chat.update")).toBe(false);
  });
});

describe("writes to one message", () => {
  /** Edits wait in place for a second, which ends at a jump. */
  async function held(): Promise<string> {
    const ts = await post("first");
    slack.failNext("chat.update", { retryAfter: 1 });
    return ts;
  }
  const isWaiting = async () => {
    await until(async () => {
      const waits = await redis.commands.exists(keys.waiting("chat.update"));
      return waits > 0 || (await redis.commands.hexists(keys.line("chat.update"), "kept")) > 0;
    });
    await reached();
  };
  /** Redis knows it before who waits is asleep, and who calls before they stand in line: a jump would pass them by. */
  const reached = () => delay(150);

  test("that wait are merged: the last one counts, and all have their answer", async () => {
    const ts = await held();
    const one = edit(here, "cards", ts, "one");
    await isWaiting();
    const [two, three] = [edit(here, "cards", ts, "two"), edit(here, "cards", ts, "three")];
    await reached();
    clock.jump(1_000);
    expect((await Promise.all([one, two, three])).map(({ text }) => text)).toEqual([
      "three",
      "three",
      "three",
    ]);
    expect(made("chat.update")).toHaveLength(1);
  });

  test("a removal is never merged into a draw that waits: that one is dropped, and says so", async () => {
    const ts = await held();
    const token = waitOf(edit(here, "show", ts, "the token"));
    await isWaiting();
    const off = here.to("take-off").chat.delete({ channel: CHANNEL, ts });
    expect((await off).ok).toBe(true);
    clock.jump(1_000);
    expect(await token).toBe(1_000);
    expect(made("chat.update")).toHaveLength(0);
  });

  test("a draw that comes while a removal waits or is under way is not made", async () => {
    const ts = await held();
    const off = edit(here, "take-off", ts, "hidden");
    await isWaiting();
    expect(await waitOf(edit(here, "tidying", ts, "late"))).toBe(1_000);
    clock.jump(1_000);
    await off;
    expect(shown()).toEqual(["hidden"]);
  });

  test("a removal waits for the draw that is under way", async () => {
    const ts = await post("first");
    const [gate, out] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    slack.meddle({
      before: async ({ method }) => {
        if (method !== "chat.update") return undefined;
        out.resolve();
        await gate.promise;
        return undefined;
      },
      after: async () => true,
    });
    const draw = edit(here, "show", ts, "the token");
    await out.promise;
    const off = here.to("take-off").chat.delete({ channel: CHANNEL, ts });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(made("chat.delete")).toHaveLength(0);
    gate.resolve();
    await Promise.all([draw, off]);
    expect(slack.calls.map(({ method }) => method).slice(-2)).toEqual(["chat.update", "chat.delete"]);
    expect(shown()).toEqual([]);
  });

  test("the showing of a token is merged with nothing", async () => {
    const ts = await held();
    const draw = edit(here, "cards", ts, "draw");
    await isWaiting();
    const token = edit(here, "show", ts, "the token");
    clock.jump(1_000);
    await Promise.all([draw, token]);
    expect(made("chat.update").map(({ args }) => args.text)).toEqual(["draw", "the token"]);
  });
});
