/** Who leaves loses it; whom a directory sync takes away for a moment does not; and what waits for them goes on, or says why not. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  GENERAL,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

const roles = {
  ...catalog,
  /** For three people, so that one may leave. */
  dev: { ...catalog.guest, requester: { in: ["S0DEV"] } },
  named: { ...catalog.guest, approval: { by: [CAROL], within: "4h" } },
  led: {
    ...catalog.guest,
    approval: { by: [CAROL], within: "4h", fallback: { by: ["S0SRE"], after: "3h" } },
  },
};
const DEV = [BOB, MEI, CAROL];

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: ReturnType<typeof scene>;

beforeEach(async () => {
  world = await startWorld({ roles });
  await world.slack.people.setGroup("S0DEV", DEV);
  bot = await startBot(world);
  it = scene(world);
  await firstLooks();
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const setGroup = (id: string, people: string[]) => world.slack.people.setGroup(id, people);
const recordOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
const stateOf = async (reason: string) => (await recordOf(reason))?.state;
const isEnding = async (reason: string) => ["ending", "ended"].includes((await stateOf(reason)) ?? "");
const isDoubted = async (reason: string) => (await recordOf(reason))?.doubtedAt !== undefined;
/** Over the time that the proof of its end takes. */
const overEnd = async (reason: string) => {
  await world.until(async () => {
    const r = await recordOf(reason);
    return r?.state === "ended" || (r?.state === "ending" && r.deletedAt !== undefined);
  });
  await world.jump(14_000);
  await world.until(async () => (await stateOf(reason)) === "ended");
};
/** Everything that was on its way has been done. */
const settled = (ms = 400) => new Promise((resolve) => setTimeout(resolve, ms));
/** They are over, and so long ago that the next follows as soon as it is asked for. */
async function firstLooks(): Promise<void> {
  await world.jump(2 * SECOND);
  await world.until(async () =>
    (await world.commands.hmget(world.keys.looks, "look", "peopleAt")).every(Boolean),
  );
  await world.jump(6 * SECOND);
}
const looks = async () => {
  const [asked, look] = await world.commands.hmget(world.keys.looks, "asked", "look");
  return { asked: Number(asked), answered: Number(JSON.parse(look ?? "{}").asked) };
};
/** Long enough that one more look may follow, and one did. */
const lookAfter = async (change: () => Promise<unknown>) => {
  const before = await looks();
  await change();
  await world.until(async () => (await looks()).asked > before.asked);
  await world.jump(7_000);
  await world.until(async () => {
    const { asked, answered } = await looks();
    return asked === answered;
  });
  await settled();
};

test.each([
  ["deactivated", { deleted: true }, "its holder was deactivated"],
  ["a guest", { isRestricted: true }, "its holder became a guest"],
  ["of another workspace", { teamId: "T0OTHER" }, "its holder left the workspace"],
])("whoever is %s loses their access at once, and the card says why", async (_, change, words) => {
  const token = tokenIn(await it.get("guest 1h", "to be left"));
  await world.slack.people.change(BOB, change);
  await world.until(() => isEnding("to be left"));
  await world.until(async () => (await login(world.hub, token)) !== 200);
  await world.until(async () => (await it.standing()).every((name) => !name.includes("guest")));
  await overEnd("to be left");
  const card = await it.channel(words);
  expect(visibleText(card)).toContain("Ended");
  expect(bot.trail().findLast(({ to }) => to === "ending")).toMatchObject({ who: "bot" });
});

test("who left the group that their role demands is looked at again a minute later, and told", async () => {
  const token = tokenIn(await it.get("dev 1h", "in the group"));
  await setGroup("S0DEV", [MEI, CAROL]);
  await world.until(() => isDoubted("in the group"));
  await world.jump(50_000);
  await settled();
  expect(await stateOf("in the group")).toBe("active");
  await world.jump(11_000);
  await world.until(() => isEnding("in the group"));
  await world.until(async () => (await login(world.hub, token)) !== 200);
  await overEnd("in the group");
  const told = await it.dm(BOB, "you are no longer in");
  expect(visibleText(told)).toContain("<!subteam^S0DEV>");
  expect(visibleText(told)).not.toContain("Ask again");
});

test("Slack does not say who is in it: while the second look is overdue, reminder and end come on time", async () => {
  await it.get("dev 1h", "overdue");
  await setGroup("S0DEV", [MEI, CAROL]);
  await world.until(() => isDoubted("overdue"));
  world.slack.failNext("usergroups.list", { status: 503 }, 100_000);
  await world.jump(50 * MINUTE);
  await it.dm(BOB, "10 min left");
  expect(await isDoubted("overdue")).toBe(true);
  await world.jump(10 * MINUTE);
  await world.until(() => isEnding("overdue"));
  world.slack.clearFailures();
});

test("the role is for others by now: its holder and the card say so, and not that anybody left", async () => {
  await it.get("dev 7d", "for others");
  await bot.stop();
  const path = world.env.KARPOR_ACCESS_CONFIG;
  const config = parse(readFileSync(path, "utf8"));
  config.roles.dev.requester.in = ["S0SRE"];
  writeFileSync(path, stringify(config));
  bot = await startBot(world);
  await world.until(async () => {
    await world.jump(30 * MINUTE);
    await settled();
    return (await isDoubted("for others")) || isEnding("for others");
  });
  await world.jump(MINUTE + 1_000);
  await world.until(() => isEnding("for others"));
  await overEnd("for others");
  expect(visibleText(await it.dm(BOB, "the role is now for"))).toContain("<!subteam^S0SRE>");
  await it.channel("the rules changed whom it is for");
  await it.say(ALICE, "history @bob");
  expect(visibleText(await it.whisper(ALICE, "1 request:"))).toContain(
    "ended, it is no longer for its holder",
  );
});

test("who is back within the minute keeps it, and so does who is in no group that matters", async () => {
  await it.get("dev 1h", "back again");
  await it.get("guest 1h", "for everybody", MEI);
  await setGroup("S0DEV", [CAROL, MEI]);
  await world.until(() => isDoubted("back again"));
  expect(await isDoubted("for everybody")).toBe(false);
  await setGroup("S0DEV", DEV);
  await world.jump(MINUTE + 1_000);
  await world.until(async () => !(await isDoubted("back again")));
  expect(await stateOf("back again")).toBe("active");
  expect(await stateOf("for everybody")).toBe("active");
});

test("the second look is made by whoever starts after a crash, and is fresh although nobody was told", async () => {
  await it.get("dev 7d", "crashed");
  await it.get("dev 7d", "stays", MEI);
  await setGroup("S0DEV", [CAROL, MEI]);
  await world.until(() => isDoubted("crashed"));
  await bot.stop();
  // What waited in the queue is lost, too.
  for (const lane of Object.values(world.jobs.lanes)) await lane.obliterate({ force: true });
  world.clock.jump(5 * MINUTE);
  bot = await startBot(world);
  await world.until(() => isEnding("crashed"));
  expect(await stateOf("stays")).toBe("active");
});

test("an event that nobody got costs an hour at most, and few of Slack's calls", async () => {
  await it.get("dev 4h", "unheard");
  await it.get("guest 4h", "unheard, too", MEI);
  world.slack.settings.events = [];
  await setGroup("S0DEV", [CAROL, MEI]);
  await world.slack.people.deactivate(MEI);
  await settled();
  world.slack.calls.length = 0;
  await world.jump(HOUR - MINUTE);
  await world.until(() => isEnding("unheard, too"));
  await world.until(() => isDoubted("unheard"));
  await world.jump(MINUTE + 500);
  await world.until(() => isEnding("unheard"));
  const calls = (method: string) => world.slack.calls.filter((one) => one.method === method).length;
  expect(calls("usergroups.list")).toBeLessThanOrEqual(4);
  expect(calls("users.info")).toBeLessThanOrEqual(8);
});

test.each([
  ["empty", () => setGroup("S0DEV", [])],
  ["disabled", () => world.slack.people.disableGroup("S0DEV")],
  ["cut by more than half", () => setGroup("S0DEV", [CAROL])],
  [
    "emptied one by one",
    async () => {
      await lookAfter(() => setGroup("S0DEV", [CAROL, MEI]));
      await lookAfter(() => setGroup("S0DEV", [CAROL]));
    },
  ],
])("a group that is %s ends nothing, and alarms the administrators once", async (_, breakIt) => {
  await it.get("dev 8h", "safe");
  await breakIt();
  const alarm = await it.dm(ALICE, "A user group looks wrong");
  expect(visibleText(alarm)).toContain("S0DEV");
  await world.jump(MINUTE + 1_000);
  await settled();
  expect(await stateOf("safe")).toBe("active");
  await world.jump(50 * MINUTE);
  await settled();
  expect(await stateOf("safe")).toBe("active");
  expect(world.slack.dm(ALICE).filter((m) => visibleText(m).includes("looks wrong"))).toHaveLength(1);
  await world.slack.people.disableGroup("S0DEV", false);
  await lookAfter(() => setGroup("S0DEV", DEV));
  await world.jump(MINUTE + 1_000);
  await settled();
  expect(await stateOf("safe")).toBe("active");
  expect(await isDoubted("safe")).toBe(false);
});

test("nobody is taken to have left while Slack is away; afterwards it goes on", async () => {
  await it.get("dev 4h", "unknown");
  world.slack.failNext("usergroups.list", { status: 500 }, 1_000);
  world.slack.failNext("users.info", { status: 500 }, 1_000);
  await setGroup("S0DEV", [CAROL, MEI]);
  await world.jump(10 * MINUTE);
  await settled();
  expect(await stateOf("unknown")).toBe("active");
  world.slack.clearFailures();
  // A look that failed just now is made again half a minute later.
  await world.until(async () => {
    await world.jump(35_000);
    await settled();
    return (await isDoubted("unknown")) || isEnding("unknown");
  });
  await world.jump(MINUTE + 500);
  await world.until(() => isEnding("unknown"));
});

test("an end on time does not wait for a second look that Slack does not answer", async () => {
  await it.get("dev 2m", "short");
  await setGroup("S0DEV", [CAROL, MEI]);
  await world.until(() => isDoubted("short"));
  world.slack.failNext("usergroups.list", { status: 500 }, 1_000);
  await world.jump(MINUTE + 100);
  await settled();
  expect(await stateOf("short")).toBe("active");
  await world.jump(MINUTE);
  await world.until(() => isEnding("short"));
  expect(await recordOf("short")).toMatchObject({ end: { cause: "expired" } });
});

test("what a departed person waits for is closed", async () => {
  const card = await it.ask("guest 1h", "nobody's any more");
  await world.slack.people.deactivate(BOB);
  await world.until(async () => (await stateOf("nobody's any more")) === "refused");
  await world.slack.waitFor(() => visibleText(card).includes("no longer a member of this workspace"));
});

test("approvers who leave do not end what they approved, and others decide what waits", async () => {
  await it.get("guest 1h", "approved by Alice");
  const card = await it.ask("guest 1h", "waits for another", MEI);
  await setGroup("S0SRE", [CAROL]);
  await world.slack.people.deactivate(ALICE);
  await settled();
  await world.jump(MINUTE + 1_000);
  await settled();
  expect(await stateOf("approved by Alice")).toBe("active");
  expect(await stateOf("waits for another")).toBe("pending");
  await world.slack.click(CAROL, card, "approve");
  await world.until(async () => (await stateOf("waits for another")) === "active");
});

test("what nobody is left to decide ends with a word to the requester", async () => {
  await it.say(BOB, "named 1h only Carol decides");
  await it.channel("only Carol decides");
  await world.slack.people.deactivate(CAROL);
  await world.until(() => isDoubted("only Carol decides"));
  await world.jump(MINUTE + 500);
  await it.dm(BOB, "nobody is left who could approve");
  expect(await stateOf("only Carol decides")).toBe("refused");
});

test("where others are asked when nobody decides, they are asked at once", async () => {
  await it.say(BOB, "led 1h goes to others");
  await it.channel("goes to others");
  await world.slack.people.deactivate(CAROL);
  await world.until(() => isDoubted("goes to others"));
  await world.jump(MINUTE + 500);
  const asked = await it.channel("Nobody decided yet, so you are asked too");
  expect(visibleText(asked)).toContain("<!subteam^S0SRE>");
  expect(await stateOf("goes to others")).toBe("pending");
});

test("whoever asked for somebody else hears that it ended with their leaving", async () => {
  await world.slack.command(MEI, GENERAL, "for @bob guest 1h on behalf");
  await world.slack.click(ALICE, await it.channel("on behalf"), "approve");
  await world.until(async () => (await stateOf("on behalf")) === "active");
  await world.slack.people.change(BOB, { deleted: true });
  await world.until(() => isEnding("on behalf"));
  await overEnd("on behalf");
  await it.dm(MEI, "持有人的账号已停用");
});

test("messages go by the name of today", async () => {
  const card = await it.ask("guest 1h", "renamed meanwhile");
  await world.slack.people.change(BOB, { displayName: "Bob Maxwell", realName: "Bob Maxwell" });
  await world.slack.waitFor(() => visibleText(card).includes("Bob Maxwell"));
  expect(
    world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("renamed meanwhile")),
  ).toHaveLength(1);
});

test("what was approved for later is ended before it begins", async () => {
  const at = new Date(world.clock.now() + 2 * HOUR).toISOString().slice(0, 16);
  const card = await it.ask(`guest 1h from ${at}Z`, "begins later");
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await stateOf("begins later")) === "scheduled");
  await world.slack.people.deactivate(BOB);
  await world.until(async () => (await stateOf("begins later")) === "ended");
  await world.slack.waitFor(() => visibleText(card).includes("its holder was deactivated"));
});
