/** Break-glass: access before anybody approved it, told loudly, and a review that two others close; through the outer doors. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { buttonsOf, type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import { StoreDown, StoreUnsure, TroubleOutside } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { inputOf, type Scene, scene, tokenIn } from "../helpers/scene.ts";
import { openSteps } from "../helpers/steps.ts";
import { swept } from "../helpers/swept.ts";

const breakGlass = { by: ["S0DEV"], max: "30m", review: ["S0SRE", BOB, MEI] };
const roles = { ...catalog, admin: { ...catalog.admin, approval: { by: ["S0SRE"] }, breakGlass } };

const writeFile = (changed: object) => {
  const path = world.env.KARPOR_ACCESS_CONFIG;
  const file = parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, stringify({ ...file, ...changed }));
};

let world: World;
let it: Scene;
beforeEach(async () => {
  world = await startWorld({ roles });
  it = scene(world);
});
afterEach(() => world.close());

const loud = async (): Promise<SlackMessage> =>
  world.slack.waitFor(() => world.slack.messages(APPROVALS).find((m) => visibleText(m).includes("R-")));
const loudly = (words: string | RegExp) =>
  world.slack.waitFor(() => world.slack.messages(APPROVALS).find((m) => visibleText(m).match(words)));
const one = async (state: string) => {
  await world.until(async () => (await world.records()).some((r) => r.state === state));
  return (await world.records()).find((r) => r.state === state);
};
/** Opens the modal of the review, and sends it. */
async function review(user: string, comment: string) {
  await world.slack.click(user, await loud(), "Review…");
  const form = await world.slack.waitFor(() => world.slack.views(user).at(-1));
  return world.slack.submit(user, form.id, { [inputOf(form)]: comment });
}
async function passOver() {
  await world.jump(30 * MINUTE);
  await it.proveEnd();
}

describe("with the bot", () => {
  let bot: Awaited<ReturnType<typeof startBot>>;
  beforeEach(async () => {
    bot = await startBot(world);
  });
  afterEach(() => bot.stop());

  test("access at once, told loudly; two others close its review, and until then there is no other", async () => {
    await it.say(BOB, "emergency admin all is down");
    await it.whisper(BOB, "Emergency access:* admin for 30 min.");
    const message = await it.dm(BOB, "Emergency access:");
    await world.slack.waitFor(() => tokenIn(message) !== "");
    expect(await login(world.hub, tokenIn(message))).toBe(200);
    const r = await one("active");
    expect(r).toMatchObject({
      role: "admin",
      duration: 30 * MINUTE,
      decision: { by: "policy", qualified: "break-glass: S0DEV" },
    });
    expect(bot.trail()).toContainEqual(
      expect.objectContaining({
        to: "approved",
        who: "policy",
        qualified: "break-glass: S0DEV",
        reason: "all is down",
      }),
    );
    const told = await loudly("Emergency access:");
    expect(told.history[0] && visibleText(told.history[0])).toMatch(
      /Emergency access:\* <@U0BOB> took \*admin\* on \*production\* until .* nobody approved it\. <!subteam\^S0SRE> <@U0MEI>.*Passed over: <!subteam\^S0SRE>\..*all is down/s,
    );
    expect(told.text).toBe(
      "Emergency access: bob took admin on production for 30 min, and nobody approved it.",
    );
    expect(buttonsOf(told)).toEqual(["Review…", "Revoke…"]);
    expect(world.slack.messages(APPROVALS)).toHaveLength(1);

    await passOver();
    expect(visibleText(await it.dm(BOB, "time was up"))).toMatch(
      /taken in an emergency, approved by nobody.*review open: 0 of 2/s,
    );
    await loudly(/Ended .*taken in an emergency, approved by nobody/);
    expect(buttonsOf(await loud())).toEqual(["Review…"]);

    await it.say(BOB, "emergency admin 10m again");
    expect(visibleText(await it.whisper(BOB, "your last emergency"))).toContain("waits for 2 more reviews");
    await world.slack.click(BOB, await loud(), "Review…");
    await it.whisper(BOB, "others review your emergency");
    const blank = await review(ALICE, "  ");
    expect(Object.values(blank.errors)).toEqual(["Write it in a few words."]);
    await review(ALICE, "saw <it> in the log");
    await loudly(/Reviewed\* by <@U0ALICE>.*saw <it> in the log.*review open: 1 of 2/s);
    await it.dm(BOB, "review open: 1 of 2");
    await world.slack.click(ALICE, await loud(), "Review…");
    await it.whisper(ALICE, "somebody else must, too");
    await it.say(BOB, "emergency admin 10m again");
    await it.whisper(BOB, "waits for 1 more review.");

    await review(MEI, "fine");
    await loudly("review closed");
    await it.dm(BOB, "review closed");
    expect(buttonsOf(await loud())).toEqual([]);
    expect(bot.trail().filter(({ why }) => why?.startsWith("reviewed: "))).toMatchObject([
      { who: ALICE, qualified: ALICE, why: "reviewed: saw <it> in the log", to: "ended" },
      { who: MEI, qualified: MEI, why: "reviewed: fine" },
    ]);
    await world.until(async () => (await world.commands.scard(world.keys.unsettled)) === 0);
    await it.say(BOB, "emergency admin 10m once more");
    await one("active");
  });

  test("in Chinese; a reviewer may end it", async () => {
    await world.slack.command(MEI, "C0GENERAL", "紧急 admin 10分钟 线上故障");
    const message = await it.dm(MEI, "已紧急取用");
    await world.slack.waitFor(() => tokenIn(message) !== "");
    await loudly("Emergency access:");
    await world.slack.click(CAROL, await loud(), "Revoke…");
    const form = await world.slack.waitFor(() => world.slack.views(CAROL).at(-1));
    await world.slack.submit(CAROL, form.id, { [inputOf(form)]: "not needed" });
    await world.until(async () => (await world.records()).some((r) => r.state === "ending" && r.deletedAt));
    await world.jump(14_000);
    await one("ended");
    await it.dm(MEI, "待复核：0/2");
    await it.say(MEI, "紧急 admin 10分钟 又一次");
    await it.whisper(MEI, "还差 2 人复核");
    await review(ALICE, "ok");
    await loudly("review open: 1 of 2");
    await review(CAROL, "ok");
    await it.dm(MEI, "复核已完成");
  });

  test("takes the place of what waits for approval", async () => {
    const card = await it.ask("admin 2h", "all is down");
    await it.say(BOB, "emergency admin all is down, and nobody is here");
    await one("active");
    await world.slack.waitFor(() => visibleText(card).includes("Withdrawn:"));
    expect((await world.records()).map(({ state }) => state).toSorted()).toEqual(["active", "withdrawn"]);
  });

  test("a time that began and was not decided keeps nobody from it; that waits on, and is not approved beside it", async () => {
    const at = Math.ceil((world.clock.now() + MINUTE) / MINUTE) * MINUTE;
    const card = await it.ask(`admin 2h from ${formatMoment({ at })}`, "release");
    await world.jump(10 * MINUTE);
    await it.say(BOB, "emergency admin 10m all is down");
    await one("active");
    await world.slack.click(ALICE, card, "approve");
    await it.whisper(ALICE, "this would overlap");
    expect((await world.records()).map(({ state }) => state).toSorted()).toEqual(["active", "pending"]);
  });

  test("not by others, nor a role that has none, nor without a reason, nor for longer", async () => {
    await it.say(ALICE, "emergency admin 10m x");
    await it.whisper(ALICE, "can ask for `admin`");
    await it.say(BOB, "emergency guest 10m x");
    await it.whisper(BOB, "cannot be taken in an emergency. These can: `admin`.");
    await it.say(BOB, "emergency admin 10m");
    await it.whisper(BOB, "an emergency needs a reason");
    await it.say(BOB, "emergency admin 2h all is down");
    const refused = await it.whisper(BOB, "lasts at most 30 min in an emergency");
    expect(world.slack.messages(APPROVALS)).toEqual([]);
    await world.slack.click(BOB, refused, "Send this line");
    expect(await one("active")).toMatchObject({ duration: 30 * MINUTE, emergency: { reviews: [] } });
  });

  test("adopted by a Redis that lost it, it waits for review where reviewers look, until it is reviewed", async () => {
    const home = () => JSON.stringify(world.slack.home(CAROL)?.blocks ?? []);
    const listed = async (words: string) => {
      await it.say(CAROL, "pending");
      return it.whisper(CAROL, words);
    };
    await it.say(BOB, "emergency admin 10m all is down");
    await one("active");
    await loudly("Emergency access:");
    await world.commands.flushall();
    await swept(world);
    expect(await one("active")).toMatchObject({ adopted: true, emergency: { reviews: [] } });
    const list = await listed("1 waits for you:");
    expect(visibleText(list)).toContain("all is down");
    expect(buttonsOf(list)).toContain("Review…");
    await world.slack.openHome(CAROL);
    await world.slack.waitFor(() => home().includes("all is down"));
    await review(ALICE, "fine");
    await review(MEI, "fine, too");
    await loudly("review closed");
    await listed("Nothing waits for you:");
    await world.until(async () => {
      await world.jump(SECOND);
      return home() !== "[]" && !home().includes("all is down");
    });
  });

  test("a channel that does not take the message is told to the administrators, and tried again", async () => {
    const admins = async () => world.slack.dm(ALICE).map(visibleText).join("\n");
    const isLoud = ({ method, args }: { method: string; args: Record<string, unknown> }) =>
      method === "chat.postMessage" && args.channel === APPROVALS;
    world.slack.meddle({
      before: async (call) => (isLoud(call) ? "is_archived" : undefined),
      after: async () => true,
    });
    await it.say(BOB, "emergency admin 10m all is down");
    await one("active");
    await world.until(async () => (await admins()).includes("Emergency access, and nobody is told:"));
    world.slack.meddle(undefined);
    await swept(world);
    await loudly("Emergency access:");
  });
});

test.each<[string, object | undefined]>([
  ["nobody may any more", undefined],
  ["others may", { ...breakGlass, by: [CAROL] }],
])("what the file no longer allows is not made: %s; nothing is left to review", async (_what, changed) => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const away = async (): Promise<never> => {
    throw new TroubleOutside("hub", "away");
  };
  const before = await openSteps(world);
  const text = "emergency admin 10m all is down";
  const { id } = await makeRequest(before.ports, { requester, text, triggerId: "t1" });
  await before.work({ ...before.ports, grants: { ...before.ports.grants, create: away } }).catch(() => {});
  expect(await before.ports.requests.get(id)).toMatchObject({ state: "approved" });
  await before[Symbol.asyncDispose]();

  const { breakGlass: _, ...admin } = roles.admin;
  writeFile({ roles: { ...roles, admin: { ...admin, ...(changed && { breakGlass: changed }) } } });
  const after = await openSteps(world);
  world.clock.jump(11_000);
  await after.sweep();
  await after.finish();
  world.clock.jump(13_000);
  await after.sweep();
  await after.finish();
  expect(await after.ports.requests.get(id)).toMatchObject({
    state: "ended",
    end: { failure: "terms-changed" },
  });
  expect(await world.commands.get(world.keys.glass(BOB))).toBeNull();
  expect(await world.commands.scard(world.keys.unsettled)).toBe(0);
  await after[Symbol.asyncDispose]();
});

const deny = {
  name: "not now",
  when: { role: ["admin"] },
  then: "deny",
  say: { en: "Call us.", zh: "请致电。" },
};
test.each([
  ["a rule that denies", { rules: [deny] }, "Call us."],
  ["a limit", { limits: { requestsPerHour: 1 } }, "Not sent:"],
])("%s holds in an emergency, too", async (_what, changed, told) => {
  writeFile(changed);
  const bot = await startBot(world);
  await it.say(BOB, "peek 5m");
  await one("active");
  await it.say(BOB, "emergency admin 10m all is down");
  await it.whisper(BOB, told).catch(() => it.dm(BOB, told));
  expect((await world.records()).filter(({ emergency, state }) => emergency && state !== "refused")).toEqual(
    [],
  );
  expect(world.slack.messages(APPROVALS)).toEqual([]);
  await bot.stop();
});

test("what a limit refuses takes no place: what waits for approval goes on waiting", async () => {
  writeFile({ limits: { requestsPerHour: 1 } });
  const bot = await startBot(world);
  await it.ask("admin 2h", "all is down");
  await it.say(BOB, "emergency admin all is down, and nobody is here");
  await it.whisper(BOB, "Not sent:");
  expect((await world.records()).map(({ state }) => state)).toEqual(["pending"]);
  await bot.stop();
});

test("while Slack does not say whether they may, what waits goes on waiting", async () => {
  const bot = await startBot(world);
  await it.ask("admin 2h", "all is down");
  await world.jump(61 * MINUTE);
  world.slack.failNext("usergroups.list", { status: 503 }, 99);
  await it.say(BOB, "emergency admin all is down, and nobody is here");
  await it.whisper(BOB, "Slack does not say who may do this");
  expect((await world.records()).map(({ state }) => state)).toEqual(["pending"]);
  world.slack.clearFailures();
  await bot.stop();
});

const longer = { name: "longer", when: { role: ["admin"], extension: true, max: "4h" }, then: "approve" };
test.each([
  ["a rule approves more time", { rules: [longer] }, undefined],
  ["it was allowed beforehand", {}, "allow @bob admin 4h for 3d release"],
])("it lasts longer by somebody's approval alone, though %s", async (_what, changed, line) => {
  writeFile({ ...changed, roles: { ...roles, admin: { ...roles.admin, autoApproveWrites: true } } });
  const bot = await startBot(world);
  if (line) {
    await it.say(ALICE, line);
    await it.whisper(ALICE, "Allowed beforehand:");
  }
  await it.say(BOB, "emergency admin 10m all is down");
  const message = await it.dm(BOB, "Emergency access:");
  await one("active");
  await world.slack.click(BOB, message, "Ask for more time");
  const form = await world.slack.waitFor(() => world.slack.views(BOB).at(-1));
  await world.slack.submit(BOB, form.id, { "more-time": "30 min", "more-reason": "not up yet" });
  await one("pending");
  await world.slack.click(ALICE, await it.channel("not up yet"), "approve");
  await one("extended");
  await bot.stop();
});

test("what waits counts no more among a person's grants once an emergency takes its place", async () => {
  writeFile({ limits: { grantsPerPerson: 1 } });
  const bot = await startBot(world);
  await it.ask("admin 2h", "all is down");
  await it.say(BOB, "emergency admin all is down, and nobody is here");
  await one("active");
  await bot.stop();
});

test("Redis goes away once what waited gave way: nobody is told that nothing changed", async () => {
  const steps = await openSteps(world);
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "admin 2h waits", triggerId: "t1" });
  await steps.work();
  let makes = 0;
  const { requests } = steps.ports;
  const make: typeof requests.make = async (...args) => {
    if (++makes > 1) throw new StoreDown("No connection to Redis.");
    return requests.make(...args);
  };
  const text = "emergency admin 10m all is down";
  const ports = { ...steps.ports, requests: { ...requests, make } };
  await expect(makeRequest(ports, { requester, text, triggerId: "t2" })).rejects.toThrow(StoreUnsure);
  expect(await requests.get(id)).toMatchObject({ state: "withdrawn" });
  await steps[Symbol.asyncDispose]();
});

test("nor does what its requester may not take, though nobody remembers whether they may", async () => {
  const by = { ...breakGlass, by: [MEI] };
  writeFile({ roles: { ...roles, admin: { ...roles.admin, breakGlass: by } } });
  const bot = await startBot(world);
  await it.ask("admin 2h", "all is down");
  await world.jump(61 * MINUTE);
  await it.say(BOB, "emergency admin all is down, and nobody is here");
  await it.whisper(BOB, "in an emergency");
  expect((await world.records()).map(({ state }) => state)).toEqual(["pending"]);
  await bot.stop();
});
