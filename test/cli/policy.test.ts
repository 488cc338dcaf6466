/** `policy`: what a file means, whom it lets have what, and a company's table of cases against it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { startLocalSlack } from "../../sandbox/slack/index.ts";
import { UsageError } from "../../src/cli/options.ts";
import { policy } from "../../src/cli/policy/index.ts";
import { ConfigError } from "../../src/config.ts";
import { createLog } from "../../src/ops/log.ts";
import { DAY } from "../../src/request/durations.ts";
import { BOB, GUS, MEI, people, places } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";

let folder: ReturnType<typeof scratch>;

const FILE = {
  instance: "test",
  hub: { name: "production", kubeconfig: "hub.kubeconfig", dashboard: "https://karpor.example.com" },
  slack: { channel: "C0APPROVALS" },
  admins: [BOB],
  roles,
  limits: { grantsPerPerson: 5 },
  rules: [
    { name: "no contractors", when: { requester: { in: ["S0EXT"] }, role: ["admin"] }, then: "deny" },
    {
      name: "short looks",
      when: { requester: { in: ["S0DEV"] }, role: ["guest"], max: "30m" },
      then: "approve",
    },
    { name: "nights", when: { role: ["shown"], hours: "22:00-06:00", zone: "UTC" }, then: "deny" },
  ],
};

beforeAll(() => {
  folder = scratch("karpor-access-policy");
});
afterAll(() => folder.remove());

function write(name: string, content: unknown): string {
  const path = join(folder.path, name);
  writeFileSync(path, stringify(content));
  return path;
}

const clock = jumpClock();

async function run(args: string[], variables: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const isGood = await policy(args, {
    ...{ clock, log: createLog("error"), colour: false, confirm: async () => true },
    variables: { KARPOR_ACCESS_CONFIG: write("config.yml", FILE), ...variables },
    say: (line) => void lines.push(line),
  });
  return { isGood, text: lines.join("\n") };
}

test("check says what each role and rule means", async () => {
  const { isGood, text } = await run(["check"]);
  expect(isGood).toBe(true);
  expect(text).toContain(
    "role admin           gives karpor-admin; asked for by S0DEV, with a reason; approved by 2 of U0BOB, S0SRE within 4h; " +
      "asked about in C0APPROVALS; lasts 1h, at most 8h, 12h with more time; has its token in a direct message; " +
      "in an emergency taken by U0BOB for 1h, 2 times in 24h, reviewed by U0ALICE, U0CAROL",
  );
  expect(text).toContain("for one person: 20 open requests, 60 an hour, 5 grants");
  expect(text).toContain("denies admin to S0EXT");
  expect(text).toContain("approves guest to S0DEV (max 30m");
  expect(text).toContain("0 to look at, 0 failed");
});

test("check warns of what is right in form and wrong in meaning, and fails where the form is wrong", async () => {
  const { peek, guest } = roles;
  const odd = {
    ...FILE,
    roles: {
      ...{ peek, free: { ...peek, clusterRole: "karpor-admin" } },
      alone: { ...guest, requester: { in: [BOB] }, approval: { by: [BOB] } },
    },
    rules: [
      { name: "all", when: { role: ["alone"] }, then: "deny" },
      { name: "never", when: { role: ["alone"], max: "1h" }, then: "approve" },
      { name: "last year", when: { role: ["peek"] }, then: "deny", until: "2020-12-31" },
    ],
  };
  const { isGood, text } = await run(["check", write("odd.yml", odd)]);
  expect(isGood).toBe(true);
  for (const words of [
    ...["nobody approves it", "too few are left", "all always does before it"],
    ...["role alone", "nobody may ask for it: all denies it", "its last day is over"],
  ])
    expect(text).toContain(words);
  expect(await run(["check", write("wrong.yml", { ...FILE, roles: {} })])).toMatchObject({ isGood: false });
  await expect(
    run(["explain", "guest", "--user", BOB], { KARPOR_ACCESS_CONFIG: "nowhere.yml" }),
  ).rejects.toThrow(ConfigError);
});

test.each([
  ["guest", ["--groups", "S0DEV", "--for", "30m"], "approve, because of short looks"],
  ["guest", ["--groups", "S0EXT"], "ask, because of approval"],
  ["admin", ["--groups", "S0EXT"], "deny, because of requester: only S0DEV can ask for admin."],
  ["admin", ["--groups", "S0DEV,S0EXT"], "deny, because of no contractors"],
  ["admin", ["--groups", "S0DEV", "--for", "9h"], "deny, because of duration"],
  ["admin", ["--groups", "S0DEV", "--for", "8h", "--had", "8h"], "deny, because of duration"],
  ["guest", ["--groups", "S0DEV", "--grants", "5"], "deny, because of limits"],
  ["peek", ["--groups", ""], "approve, because of approval"],
  [
    "shown",
    ["--groups", "", "--at", "2026-12-07T23:00:00+01:00"],
    "deny, because of nights: the rule “nights (22:00-06:00 UTC)” does not allow this.",
  ],
  ["shown", ["--groups", "", "--at", "2026-12-07T22:59:00+01:00"], "approve, because of approval"],
])("explain %s %j: %s", async (role, options, expected) => {
  const { text } = await run(["explain", role, "--user", BOB, ...options]);
  expect(text.slice(0, expected.length)).toBe(expected);
  expect(text).toContain(`${role} lasts`);
});

test("explain tries the reason's form, an emergency, and says all that the file has of the role", async () => {
  const check = { url: "https://check.example.com/ask", secretEnv: "CHECK" };
  const reason = { required: true, pattern: "OPS-[0-9]+", hint: { en: "a ticket", zh: "工单" } };
  const approval = { ...roles.guest.approval, channel: "C0ADMINS" };
  const ticket = { ...roles.guest, check, reason, approval, delivery: "reveal" };
  const file = write("ticket.yml", { ...FILE, roles: { ...roles, ticket } });
  const asked = (...options: string[]) =>
    run(["explain", "ticket", "--user", BOB, "--groups", "", ...options], { KARPOR_ACCESS_CONFIG: file });
  expect((await asked("--reason", "to look")).text).toMatch(/^deny, because of reason: .*a ticket/);
  const { text } = await asked("--reason", "OPS-12");
  expect(text).toMatch(/^ask, because of approval/);
  for (const words of [
    ...["with a reason, with a ticket", "asked about in C0ADMINS", "needs a yes of check.example.com"],
    ...["shows its token at a click", "limits 20 open requests, 60 an hour, 5 grants"],
  ])
    expect(text).toContain(words);
  const emergency = await run(["explain", "admin", "--user", BOB, "--groups", "S0DEV", "--emergency"]);
  expect(emergency.text).toMatch(/^approve, because of emergency/);
  expect(emergency.text).toMatch(/emergency taken by U0BOB for 1h.* reviewed by /);
});

test("explain --who lists who may ask for what today", async () => {
  const { text } = await run(["explain", "--who"]);
  expect(text).toMatch(/^ROLE +WHO +WHAT HAPPENS/);
  expect(text).toMatch(/guest +S0DEV +asks 1 of .*; up to 30m at once, because of short looks/);
  expect(text).toMatch(/guest +every other member +asks/);
  expect(text).toMatch(/admin +U0BOB +those who may ask: in an emergency/);
  expect(text).toContain("rule no contractors denies admin to S0EXT");
});

test("with a token Slack says who they are", async () => {
  const slack = await startLocalSlack({
    clock: jumpClock(),
    botToken: "xoxb-1-policy",
    appToken: "xapp-1",
    signingSecret: "s",
    command: "/karpor-access",
    ...people,
    ...places,
  });
  const variables = { SLACK_BOT_TOKEN: "xoxb-1-policy", SLACK_API_URL: slack.apiUrl };
  const explained = await run(["explain", "guest", "--user", MEI, "--for", "30m"], variables);
  expect(explained.text).toMatch(/^approve, because of short looks/);
  expect((await run(["explain", "guest", "--user", GUS], variables)).text).toContain("guest account");
  const { text } = await run(["explain", "--who"], variables);
  expect(text).toMatch(/guest +U0MEI mei.* up to 30m at once, because of short looks/);
  await slack.close();
});

test("test compares a table of cases", async () => {
  const right = [
    { who: BOB, in: ["S0DEV"], role: "guest", for: "30m", then: "approve", because: "short looks" },
    { who: BOB, in: ["S0EXT"], role: "admin", then: "deny", because: "requester" },
    { who: BOB, role: "guest", then: "ask" },
    { who: BOB, in: ["S0DEV"], role: "admin", reason: " ", then: "deny", because: "reason" },
    { who: BOB, in: ["S0DEV"], role: "admin", emergency: true, then: "approve", because: "emergency" },
  ];
  expect(await run(["test", write("right.yml", right)])).toEqual({
    isGood: true,
    text: "5 of 5 cases are as they should be.",
  });
  const wrong = await run([
    "test",
    write("wrong.yml", [...right, { who: BOB, role: "guest", for: "1h", then: "deny", because: "limits" }]),
  ]);
  expect(wrong).toEqual({
    isGood: false,
    text: `${BOB} asks for guest for 1h: ask because of approval, not deny because of limits\n5 of 6 cases are as they should be.`,
  });
  await expect(run(["test", write("unread.yml", [{ who: "bob" }])])).rejects.toThrow(
    "must be a Slack user id",
  );
});

test("a rule's last day is told by the clock that the command has", async () => {
  const until = new Date(clock.now() + DAY).toISOString().slice(0, 10);
  const [freeze, ...others] = FILE.rules;
  const path = write("last-day.yml", {
    ...FILE,
    rules: [freeze, ...others.map((rule) => ({ ...rule, until }))],
  });
  const explain = () =>
    run(["explain", "guest", "--user", BOB, "--groups", "S0DEV", "--for", "30m"], {
      KARPOR_ACCESS_CONFIG: path,
    });
  expect((await explain()).text).toMatch(/^approve, because of short looks/);
  clock.jump(2 * DAY);
  expect((await explain()).text).toMatch(/^ask, because of approval/);
});

test.each([
  [[]],
  [["explain", "guest"]],
  [["explain", "nothing", "--user", BOB]],
  [["check", "a", "b"]],
  [["test"]],
])("%j is not understood", async (args) => {
  await expect(run(args)).rejects.toThrow(UsageError);
});
