import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { checkSlack } from "../../src/cli/checks/slack.ts";
import { GroupId, Principal, UserId } from "../../src/domain/ids.ts";
import { type Purpose, SlackBusy } from "../../src/flow/ports.ts";
import { slackClient, slackError } from "../../src/slack/outbound/client.ts";
import { createDirectory, type WatchedDirectory } from "../../src/slack/outbound/directory.ts";
import { rememberPeople } from "../../src/slack/outbound/people.ts";
import { type HomeWorkspace, profileOf, SlackUser } from "../../src/slack/outbound/profile.ts";
import { forgetful, remembering } from "../helpers/memories.ts";
import { uncounted } from "../helpers/uncounted.ts";
import { NOW } from "./records.ts";

const user = (id: string) => UserId.parse(id);
const who = (...ids: string[]) => ids.map((id) => Principal.parse(id));
const clock = {
  now: () => now,
  sleep: async (ms: number) => {
    now += ms;
  },
};

let slack: LocalSlack;
let directory: WatchedDirectory;
let now = NOW;
const client = () => slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive: true });

const directoryOf = (home: () => HomeWorkspace, memory = remembering(clock.now)) =>
  createDirectory({ slack: uncounted(client()), memory, clock, home });

beforeAll(async () => {
  slack = await startLocalSlack({
    clock,
    signingSecret: "s",
    botToken: "xoxb-1",
    command: "/karpor-access",
    people: [
      { id: "U0BOB", name: "bob", displayName: "Bob", locale: "en-US" },
      { id: "U0WANG", name: "wang", displayName: "", realName: "小王", locale: "zh-CN" },
      { id: "U0GONE", name: "gone", deleted: true },
      { id: "U0GUEST", name: "guest", isRestricted: true },
      { id: "U0SINGLE", name: "single", isUltraRestricted: true },
      { id: "U0STRANGER", name: "stranger", teamId: "T0OTHER" },
      { id: "U0SHARED", name: "shared", teamId: "T0OTHER", enterpriseId: "E0OTHER" },
      { id: "U0SISTER", name: "sister", teamId: "T0SISTER", enterpriseId: "E0OURS" },
      { id: "U0ROBOT", name: "robot", isBot: true },
      { id: "U0BARE", name: "bare", omit: ["locale", "profile", "real_name", "is_restricted", "tz"] },
    ],
    groups: [
      { id: "S0SRE", handle: "sre", members: ["U0BOB", "U0WANG"] },
      { id: "S0ONLYBOB", handle: "onlybob", members: ["U0BOB"] },
      { id: "S0UNFIT", handle: "unfit", members: ["U0GONE", "U0GUEST", "U0SINGLE", "U0STRANGER", "U0ROBOT"] },
      { id: "S0OFF", handle: "off", members: ["U0WANG"], disabled: true },
    ],
    channels: [{ id: "C0SHARED", name: "shared", members: ["U0BOB", "U0SHARED"] }],
  });
});
afterAll(() => slack.close());
beforeEach(() => {
  slack.calls.length = 0;
  slack.clearFailures();
  directory = directoryOf(() => slack.bot);
});

test.each([
  ["U0BOB", { name: "Bob", locale: "en", standing: "member" }],
  ["U0WANG", { name: "小王", locale: "zh", standing: "member" }],
  ["U0GONE", { name: "gone", locale: "en", standing: "deactivated" }],
  ["U0GUEST", { name: "guest", locale: "en", standing: "guest" }],
  ["U0SINGLE", { name: "single", locale: "en", standing: "guest" }],
  ["U0STRANGER", { name: "stranger", locale: "en", standing: "stranger" }],
  ["U0SHARED", { name: "shared", locale: "en", standing: "stranger" }],
  ["U0SISTER", { name: "sister", locale: "en", standing: "stranger" }],
  ["U0ROBOT", { name: "robot", locale: "en", standing: "bot" }],
  ["U0BARE", { name: "bare", locale: "en", standing: "member" }],
  ["U0NOBODY", { name: "U0NOBODY", locale: "en", standing: "stranger" }],
])("%s is read as it stands", async (id, profile) => {
  const asked = await directory.person(user(id));
  expect(asked).toMatchObject({ id, ...profile });
  const before = slack.calls.length;
  expect(await directory.person(user(id))).toEqual(asked);
  expect(slack.calls).toHaveLength(before);
});

test("what an approver is shown of a person: their title, and where they are", () => {
  const { title, timeZone } = profileOf(
    user("U0X"),
    SlackUser.parse({ tz: "Asia/Shanghai", profile: { title: " Developer " } }),
    slack.bot,
  );
  expect([title, timeZone]).toEqual(["Developer", "Asia/Shanghai"]);
});

test("an answer with nothing but an id names someone, of no workspace of ours; Slackbot is a bot", () => {
  const bare = profileOf(user("U0X"), SlackUser.parse({}), slack.bot);
  expect(bare).toMatchObject({ name: "U0X", standing: "stranger" });
  const slackbot = SlackUser.parse({ is_bot: false, team_id: slack.bot.teamId });
  expect(profileOf(user("USLACKBOT"), slackbot, slack.bot).standing).toBe("bot");
});

test("on a grid, people of its other workspaces are ours, and those of other grids are not", async () => {
  slack.bot.enterpriseId = "E0OURS";
  const { identity } = await checkSlack(client(), {
    slack: { channel: "C0SHARED", language: "en", command: "/karpor-access" },
    roles: {},
  });
  delete slack.bot.enterpriseId;
  if (!identity) throw new Error("auth.test names nobody");
  const onGrid = directoryOf(() => identity);
  const standings = ["U0BOB", "U0SISTER", "U0SHARED", "U0STRANGER"].map(
    async (id) => (await onGrid.person(user(id))).standing,
  );
  expect(await Promise.all(standings)).toEqual(["member", "member", "stranger", "stranger"]);
  const bare = SlackUser.parse({ team_id: "T0SISTER", enterprise_id: "E0OURS" });
  expect(profileOf(user("U0X"), bare, { teamId: "T0LOCAL", enterpriseId: "E0OURS" }).standing).toBe("member");
});

test("until it is known whose bot this is, nobody is anybody", async () => {
  const early = directoryOf(() => {
    throw new Error("Slack has not said yet which workspace this is");
  });
  await expect(early.person(user("U0BOB"))).rejects.toThrow("not said yet");
  expect(slack.calls).toEqual([]);
});

describe("who qualifies", () => {
  test.each([
    ["by their own id, before any look-up", "U0BOB", who("S0SRE", "U0BOB"), "U0BOB"],
    ["by the first group they are in", "U0WANG", who("S0ONLYBOB", "S0SRE"), "S0SRE"],
    ["not at all", "U0WANG", who("S0ONLYBOB", "U0BOB"), null],
    ["not by a group that is disabled or gone", "U0WANG", who("S0OFF", "S0NONE"), null],
  ])("%s", async (_, id, principals, expected) => {
    expect(await directory.qualifies(user(id), principals)).toBe(expected);
    if (expected === id) expect(slack.calls).toEqual([]);
  });

  test("is unknown when Slack does not answer", async () => {
    slack.failNext("usergroups.list", { status: 503 }, 9);
    await expect(directory.qualifies(user("U0BOB"), who("S0SRE"))).rejects.toThrow();
    slack.clearFailures();
    slack.failNext("usergroups.list", { retryAfter: 7 });
    const error = await directory.qualifies(user("U0BOB"), who("S0SRE")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SlackBusy);
    expect(error).toMatchObject({ retryAfterMs: 7_000 });
    slack.failNext("usergroups.list", "missing_scope");
    const refused = await directory.qualifies(user("U0BOB"), who("S0SRE")).catch((e: unknown) => e);
    expect(slackError(refused)).toBe("missing_scope");
  });
});

describe("what is remembered", () => {
  const setGroup = (members: string[]) => {
    const group = slack.directory.groups.get("S0SRE");
    if (group) group.members = members;
  };
  afterEach(() => {
    setGroup(["U0BOB", "U0WANG"]);
    now = NOW;
  });
  const wang = (purpose?: Purpose) => directory.qualifies(user("U0WANG"), who("S0SRE"), purpose);
  const calls = () => slack.calls.map(({ method }) => method);

  test("the members of all groups come by one call, and persons each by one", async () => {
    await Promise.all([
      wang(),
      directory.qualifies(user("U0GONE"), who("S0UNFIT", "S0ONLYBOB")),
      wang("end"),
    ]);
    await Promise.all([directory.person(user("U0BOB")), directory.person(user("U0BOB"), "ask")]);
    await wang();
    expect(calls()).toEqual(["usergroups.list", "users.info"]);
  });

  test.each([
    ["decide", 10_000],
    ["grant", 10_000],
    ["ask", 300_000],
  ] as const)("who is in a group, to %s, for %i ms", async (purpose, ms) => {
    expect(await wang(purpose)).toBe("S0SRE");
    setGroup(["U0BOB"]);
    now += ms;
    expect(await wang(purpose)).toBe("S0SRE");
    now += 1;
    expect(await wang(purpose)).toBeNull();
  });

  test("of a look of another replica's that comes to nothing, for two seconds at most, whatever its clock says", async () => {
    const memory = remembering(clock.now);
    await memory.write("groups:asking", { at: now + 4_000, values: {}, keepMs: 2_000 });
    const people = directoryOf(() => slack.bot, memory);
    const began = now;
    expect(await people.qualifies(user("U0WANG"), who("S0SRE"))).toBe("S0SRE");
    expect(now - began).toBeLessThanOrEqual(2_000);
  });

  test.each(["end", "show", "redraw"] as const)("for an hour, where it is to %s", async (purpose) => {
    expect(await wang(purpose)).toBe("S0SRE");
    await directory.person(user("U0WANG"), purpose);
    setGroup(["U0BOB"]);
    now += 3_600_000;
    expect(await wang(purpose)).toBe("S0SRE");
    await directory.person(user("U0WANG"), purpose);
    expect(calls()).toEqual(["usergroups.list", "users.info"]);
    now += 1;
    expect(await wang(purpose)).toBeNull();
  });

  test.each([
    ["decide", 10_000],
    ["grant", 10_000],
    ["ask", 300_000],
    ["show", 3_600_000],
  ] as const)("a person, to %s, for %i ms", async (purpose, ms) => {
    const look = () => directory.person(user("U0WANG"), purpose);
    await look();
    now += ms;
    await look();
    expect(calls()).toEqual(["users.info"]);
    now += 1;
    await look();
    expect(calls()).toEqual(["users.info", "users.info"]);
  });

  test("and not when an event said that it is no more", async () => {
    await Promise.all([wang(), directory.person(user("U0WANG"))]);
    await directory.forgetPerson(user("U0BOB"));
    await Promise.all([directory.forgetGroups(), directory.forgetPerson(user("U0WANG"))]);
    await Promise.all([wang("end"), directory.person(user("U0WANG"), "end")]);
    expect(calls()).toHaveLength(4);
  });

  test.each([0, 5_000])(
    "nor when another replica heard it while the look was under way, %i ms before it asks",
    async (ms) => {
      const memory = remembering(clock.now);
      const [here, there] = [directoryOf(() => slack.bot, memory), directoryOf(() => slack.bot, memory)];
      const first = here.person(user("U0WANG"));
      // It is on its way.
      await new Promise((resolve) => setImmediate(resolve));
      await there.forgetPerson(user("U0WANG"));
      if (ms > 0) await first;
      now += ms;
      await here.person(user("U0WANG"));
      expect(calls()).toEqual(["users.info", "users.info"]);
    },
  );

  test("of a tab that is drawn anew for nobody who waits, it is asked for as the least urgent, and joined by nobody", async () => {
    const asked: string[] = [];
    const { interactive, scarce, to } = uncounted(client());
    const counted = {
      interactive: as("who waits", interactive),
      scarce,
      to: (urgency: Parameters<typeof to>[0]) => as(urgency, to(urgency)),
    };
    function as(name: string, one: typeof interactive): typeof interactive {
      const info: typeof one.users.info = (...args) => {
        asked.push(name);
        return one.users.info(...args);
      };
      return { ...one, users: { ...one.users, info } } as typeof one;
    }
    const home = () => slack.bot;
    const people = createDirectory({ slack: counted, memory: forgetful, clock, home });
    await Promise.all([people.person(user("U0BOB"), "redraw"), people.person(user("U0BOB"), "decide")]);
    expect(asked.toSorted()).toEqual(["tidying", "who waits"]);
  });

  test("and where such a tab's look must wait, nobody who decides waits with it", async () => {
    slack.failNext("usergroups.list", { retryAfter: 60 });
    const [tab, decision] = await Promise.allSettled([wang("redraw"), wang("decide")]);
    expect(tab).toMatchObject({ status: "rejected", reason: expect.any(SlackBusy) });
    expect(decision).toMatchObject({ value: "S0SRE" });
  });

  test("help may use it, and asks for nothing", async () => {
    const recall = (id: string) => directory.recall(user(id), who("S0SRE", "U0GUEST"));
    expect([await recall("U0GUEST"), await recall("U0BOB")]).toEqual([true, null]);
    await wang();
    slack.calls.length = 0;
    expect([await recall("U0BOB"), await recall("U0GONE")]).toEqual([true, false]);
    now += 3_600_001;
    expect(await recall("U0BOB")).toBeNull();
    expect(calls()).toEqual([]);
  });

  test("what cannot be read is asked for anew", async () => {
    const memory = remembering();
    await memory.write("person:U0BOB", { at: now, values: { profile: '{"id":"U0BOB"}' }, keepMs: 1 });
    const odd = directoryOf(() => slack.bot, memory);
    expect(await odd.person(user("U0BOB"))).toMatchObject({ name: "Bob" });
  });
});

describe("how many are there to serve", () => {
  test.each([
    ["of a group", who("S0SRE"), 5, 2],
    ["no more than are needed", who("S0SRE"), 1, 1],
    ["only people who may not serve", who("S0UNFIT"), 5, 0],
    ["a named member", who("S0UNFIT", "U0WANG"), 5, 1],
    ["nobody", [], 5, 0],
  ])("%s", async (_, principals, enough, expected) => {
    expect(await directory.countMembers(await directory.members(principals, "ask"), enough)).toBe(expected);
  });

  test("stops at the first few who will do", async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ id: `U1${i}`, name: `p${i}` }));
    for (const person of many) slack.directory.people.set(person.id, person);
    expect(
      await directory.countMembers(
        many.map(({ id }) => user(id)),
        2,
      ),
    ).toBe(2);
    expect(slack.calls.filter(({ method }) => method === "users.info").length).toBeLessThanOrEqual(4);
  });
});

describe("remembered people", () => {
  test("are named without a look-up, the oldest forgotten", async () => {
    const people = rememberPeople(
      directoryOf(() => slack.bot, forgetful),
      2,
    );
    expect(people.known(user("U0BOB"))).toBeUndefined();
    for (const id of ["U0BOB", "U0WANG", "U0BOB", "U0GUEST"]) await people.person(user(id));
    expect(people.known(user("U0BOB"))).toEqual({ id: "U0BOB", name: "Bob", locale: "en" });
    expect(people.known(user("U0WANG"))).toBeUndefined();
    expect(slack.calls.length).toBe(4);
  });
});

describe("who of many holders may have left", () => {
  const many = Array.from({ length: 2_000 }, (_, i) => `U0H${i}`);
  const calls = (method: string) => slack.calls.filter((one) => one.method === method).length;
  const going = new AbortController().signal;

  test("is few of Slack's calls: the list of everybody, and nobody alone who is on it", async () => {
    for (const id of many) slack.people.add({ id, name: id.toLowerCase() });
    await slack.people.change("U0H7", { deleted: true });
    await slack.people.change("U0H1999", { isRestricted: true });
    slack.failNext("users.list", { retryAfter: 1 });
    const unclear = await directory.exceptMembers([...many, "U0NOBODY"].map(user), going);
    expect(unclear).toEqual(["U0H7", "U0H1999", "U0NOBODY"]);
    expect(calls("users.list")).toBeLessThanOrEqual(6);
    expect(calls("users.info")).toBe(0);
  });

  test("a stop does not wait until Slack has room for the rest of it", async () => {
    for (const id of many) slack.people.add({ id, name: id.toLowerCase() });
    slack.failNext("users.list", { retryAfter: 60 });
    const leaving = new AbortController();
    const means = { slack: uncounted(client()), memory: remembering(), clock: jumpClock() };
    const patient = createDirectory({ ...means, home: () => slack.bot });
    const asked = patient.exceptMembers(many.map(user), leaving.signal);
    await slack.waitFor(() => calls("users.list") > 0);
    leaving.abort();
    await expect(asked).rejects.toThrow();
  });

  test("of few each is looked up alone, and who leaves while they are, is seen", async () => {
    expect(await directory.exceptMembers([user("U0BOB")], going)).toEqual(["U0BOB"]);
    expect(calls("users.list")).toBe(0);
    const first = directory.person(user("U0WANG"), "watch");
    // It is on its way.
    await new Promise((resolve) => setImmediate(resolve));
    await directory.forgetPerson(user("U0WANG"));
    await Promise.all([first, directory.person(user("U0WANG"), "watch")]);
    expect(calls("users.info")).toBe(2);
  });

  test("a group that is disabled is none, and an empty one has nobody", async () => {
    const found = await directory.groups(
      ["S0OFF", "S0SRE", "S0NONE"].map((id) => GroupId.parse(id)),
      "watch",
    );
    expect([...found.values()]).toEqual([null, ["U0BOB", "U0WANG"], null]);
  });
});
