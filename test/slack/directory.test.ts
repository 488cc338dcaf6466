import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { checkSlack } from "../../src/cli/checks/slack.ts";
import { Principal, UserId } from "../../src/domain/ids.ts";
import type { Directory } from "../../src/flow/ports.ts";
import { retryAfter, slackClient, slackError } from "../../src/slack/outbound/client.ts";
import { createDirectory } from "../../src/slack/outbound/directory.ts";
import { rememberPeople } from "../../src/slack/outbound/people.ts";
import { profileOf, SlackUser } from "../../src/slack/outbound/profile.ts";
import { NOW } from "./records.ts";

const user = (id: string) => UserId.parse(id);
const who = (...ids: string[]) => ids.map((id) => Principal.parse(id));
const clock = { now: () => NOW, sleep: () => Promise.resolve() };

let slack: LocalSlack;
let directory: Directory;
const client = () => slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive: true });

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
  directory = createDirectory(client(), () => slack.bot);
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
  expect(await directory.person(user(id))).toMatchObject({ id, ...profile });
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
  const { identity } = await checkSlack(client(), "C0SHARED");
  delete slack.bot.enterpriseId;
  if (!identity) throw new Error("auth.test names nobody");
  const onGrid = createDirectory(client(), () => identity);
  const standings = ["U0BOB", "U0SISTER", "U0SHARED", "U0STRANGER"].map(
    async (id) => (await onGrid.person(user(id))).standing,
  );
  expect(await Promise.all(standings)).toEqual(["member", "member", "stranger", "stranger"]);
  const bare = SlackUser.parse({ team_id: "T0SISTER", enterprise_id: "E0OURS" });
  expect(profileOf(user("U0X"), bare, { teamId: "T0LOCAL", enterpriseId: "E0OURS" }).standing).toBe("member");
});

test("until it is known whose bot this is, nobody is anybody", async () => {
  const early = createDirectory(client(), () => {
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
    slack.failNext("usergroups.users.list", { status: 503 }, 9);
    await expect(directory.qualifies(user("U0BOB"), who("S0SRE"))).rejects.toThrow();
    slack.clearFailures();
    slack.failNext("usergroups.users.list", { retryAfter: 7 });
    const error = await directory.qualifies(user("U0BOB"), who("S0SRE")).catch((e: unknown) => e);
    expect(retryAfter(error)).toBe(7_000);
    slack.failNext("usergroups.users.list", "missing_scope");
    const refused = await directory.qualifies(user("U0BOB"), who("S0SRE")).catch((e: unknown) => e);
    expect(slackError(refused)).toBe("missing_scope");
  });

  test("nothing is remembered from one look-up to the next", async () => {
    expect(await directory.qualifies(user("U0WANG"), who("S0SRE"))).toBe("S0SRE");
    const group = slack.directory.groups.get("S0SRE");
    if (group) group.members = ["U0BOB"];
    expect(await directory.qualifies(user("U0WANG"), who("S0SRE"))).toBeNull();
    if (group) group.members = ["U0BOB", "U0WANG"];
  });
});

describe("whether anyone else is there", () => {
  test.each([
    ["another member of the group", "U0BOB", who("S0SRE"), true],
    ["only the person themself", "U0BOB", who("S0ONLYBOB", "U0BOB"), false],
    ["only people who may not serve", "U0BOB", who("S0UNFIT", "U0BOB"), false],
    ["a named member", "U0BOB", who("S0UNFIT", "U0WANG"), true],
    ["nobody", "U0BOB", [], false],
  ])("%s", async (_, but, principals, expected) => {
    expect(await directory.anyoneBut(user(but), principals)).toBe(expected);
  });

  test("stops at the first few who will do", async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ id: `U1${i}`, name: `p${i}` }));
    for (const person of many) slack.directory.people.set(person.id, person);
    expect(await directory.anyoneBut(user("U0BOB"), who(...many.map(({ id }) => id)))).toBe(true);
    expect(slack.calls.length).toBeLessThanOrEqual(4);
  });
});

describe("remembered people", () => {
  test("are named without a look-up, the oldest forgotten", async () => {
    const people = rememberPeople(directory, 2);
    expect(people.known(user("U0BOB"))).toBeUndefined();
    for (const id of ["U0BOB", "U0WANG", "U0BOB", "U0GUEST"]) await people.person(user(id));
    expect(people.known(user("U0BOB"))).toEqual({ id: "U0BOB", name: "Bob", locale: "en" });
    expect(people.known(user("U0WANG"))).toBeUndefined();
    expect(slack.calls.length).toBe(4);
  });
});
