/** What is read from the file and the environment, and what each mistake says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ConfigError, loadConfig, loadForHub } from "../../src/config.ts";
import { COMMAND_WORDS } from "../../src/policy/words.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = "0123456789abcdef0123456789abcdef";
const RECORDS_KEY = Buffer.alloc(32, "key").toString("base64");
const SLACK = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
const ENV = { ...SLACK, RECORDS_KEY };
type Tree = { [key: string]: unknown };

/** A file of one role; `undefined` takes a field out. */
const file = (over: Tree = {}): Tree => ({
  instance: "prod",
  hub: { name: "Prod", dashboard: "https://karpor.example.com", kubeconfig: "hub.kubeconfig" },
  slack: { channel: "C0APPROVALS" },
  admins: ["U0ALICE"],
  roles: { guest: role() },
  ...over,
});
const role = (over: Tree = {}): Tree => ({
  clusterRole: "karpor-guest",
  description: { en: "View", zh: "查看" },
  duration: { default: "1h", max: "8h" },
  approval: { by: ["S0SRE"] },
  ...over,
});
const hub = (over: Tree) => file({ hub: { ...(file().hub as Tree), ...over } });
const guest = (over: Tree) => file({ roles: { guest: role(over) } });
const approval = (over: Tree) => guest({ approval: { by: ["S0SRE"], ...over } });
const rules = (...all: Tree[]) => file({ rules: all });
const writes = [{ nonResourceURLs: ["/x"], verbs: ["post"] }];

const WEB = "https://access.example.com";
const KEY = Buffer.from(`a5010203262001215820${"11".repeat(32)}225820${"22".repeat(32)}`, "hex");
const line = (user: string, origin = WEB) =>
  `${user} ${origin} AAAAAAAAAAAAAAAAAAAAAA ${KEY.toString("base64url")}`;
/** A role that U1 and U2 approve by passkey, both. */
const signed = (over: Tree = {}) =>
  file({
    web: WEB,
    roles: { guest: role({ approval: { by: ["U1", "U2"], count: 2, passkey: true } }) },
    passkeys: { U1: [line("U1")], U2: [line("U2")] },
    ...over,
  });

function load(written: unknown, env: Record<string, string> = ENV, loader = loadConfig) {
  const path = join(folder, "karpor-access.yml");
  writeFileSync(path, typeof written === "string" ? written : stringify(written));
  return loader({ KARPOR_ACCESS_CONFIG: path, ...env });
}

function mistakes(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

describe("what is read", () => {
  test("defaults; durations are milliseconds", () => {
    const config = load(file(), { ...ENV, HTTPS_PROXY: "", no_proxy: "a.example" });
    expect(config).toMatchObject({
      hub: {
        kubeconfig: join(folder, "hub.kubeconfig"),
        namespace: "karpor-access-prod",
        known: [],
        instances: [],
      },
      slack: { language: "en", command: "/karpor-access" },
      ...{ admins: ["U0ALICE"], rules: [], reminders: [DAY, HOUR, 10 * MINUTE], audit: { keep: 400 * DAY } },
      limits: { openPerPerson: 20, requestsPerHour: 60 },
      env: {
        ...SLACK,
        REDIS_URL: "redis://127.0.0.1:6379",
        PORT: 3000,
        LOG_LEVEL: "info",
        NO_PROXY: "a.example",
      },
    });
    expect(config.env.HTTPS_PROXY).toBeUndefined();
    expect(config.limits.grantsPerPerson).toBeUndefined();
    expect(config.roles.guest).toMatchObject({
      duration: { default: HOUR, max: 8 * HOUR },
      approval: { count: 1, within: 4 * HOUR },
      ...{ delivery: "dm", reason: { required: false, pattern: null } },
    });
  });

  test("the example file", () => {
    const example: Tree = parse(readFileSync("examples/karpor-access.yml", "utf8"));
    expect(Object.keys(load(example).roles)).toEqual(["guest", "peek", "admin", "search-rules", "register"]);
  });

  test("short and long forms", () => {
    const idle = { audit: { hub: { tokenEnv: "HUB", tls: { cert: "c.pem", key: "/k.pem" }, port: 8443 } } };
    const roles = { one: role({ idle: "2h" }), two: role({ idle: { after: "1h", release: true } }) };
    const until = rules({ name: "x", until: "2026-12-31", then: "deny" });
    const config = load({ ...until, ...idle, roles }, { ...ENV, HUB: SECRET });
    expect(config.roles.one?.idle).toEqual({ after: 2 * HOUR, release: false });
    expect(config.roles.two?.idle).toEqual({ after: HOUR, release: true });
    expect(config.rules[0]?.until).toBe(Date.parse("2027-01-01T00:00:00Z"));
    expect(config.audit.hub?.tls).toEqual({ cert: join(folder, "c.pem"), key: "/k.pem" });
    const pattern = { required: true, pattern: "[A-Z]+-\\d+", hint: { en: "x", zh: "x" } };
    const reason = load(guest({ reason: pattern })).roles.guest?.reason;
    expect(["see OPS-1", "see ops-1"].map((text) => reason?.pattern?.matcher(text).find())).toEqual([
      true,
      false,
    ]);
  });

  test("passkeys, by their person; retired ones of any origin", () => {
    const retired = { U1: [line("U1", "https://old.example.com")] };
    const config = load(signed({ web: `${WEB}/`, retiredPasskeys: retired }), {}, loadForHub);
    expect(config.web).toBe(WEB);
    expect(config.passkeys).toMatchObject({ U1: [{ user: "U1", origin: WEB }], U2: [{ user: "U2" }] });
    expect(config.retiredPasskeys).toMatchObject({ U1: [{ origin: "https://old.example.com" }] });
  });

  test("secrets by their variable, and never printed", () => {
    const config = load(guest({ check: { url: "https://check.example.com", secretEnv: "CHECK" } }), {
      ...ENV,
      CHECK: SECRET,
    });
    expect(config.secretNamed("CHECK")?.reveal()).toBe(SECRET);
    expect(JSON.stringify(config.secretNamed("CHECK"))).not.toContain(SECRET);
    expect(config.secretNamed("NONE")).toBeNull();
  });

  test("the command line needs no secrets", () => {
    const checked = guest({ check: { url: "https://check.example.com", secretEnv: "CHECK" } });
    expect(load(checked, {}, loadForHub).hub.namespace).toBe("karpor-access-prod");
    expect(mistakes(() => load({}, {}, loadForHub))).toContain("instance: is missing; give it");
  });
});

test.each<[string, unknown, string]>([
  ["no mapping", "42", "the file: must be a mapping"],
  ["no YAML", "a: [", "correct it"],
  [
    "a comment in place of a value",
    stringify(file()).replace("instance: prod", "instance: # prod"),
    "instance: is empty; a # begins a comment unless the text is quoted",
  ],
  ["another kind", file({ roles: [] }), "roles: must be a mapping"],
  ["an unknown key", file({ canary: "1h" }), 'the file: does not know "canary"; remove or correct it'],
  ["instance", file({ instance: "Prod" }), "instance: must be lower-case letters"],
  ["dashboard", hub({ dashboard: "karpor" }), "hub.dashboard: must be a whole URL"],
  ["no kubeconfig", hub({ kubeconfig: undefined }), "hub.kubeconfig: is missing; give kubeconfig"],
  [
    "two ways in",
    hub({ portForward: { context: "x" }, server: "https://x" }),
    "hub.portForward: is a way in",
  ],
  [
    "an own account",
    hub({ known: ["karpor-access-prod/x"] }),
    "hub.known: karpor-access-prod/x: this is the namespace",
  ],
  ["an own account, elsewhere", hub({ namespace: "here", known: ["here/x"] }), "hub.known: here/x"],
  [
    "oneself as another",
    hub({ instances: ["prod"] }),
    "hub.instances: names this bot itself; name the others",
  ],
  ["language", file({ slack: { channel: "C1", language: "de" } }), 'slack.language: must be "en" or "zh"'],
  [
    "channel",
    file({ slack: { channel: "#sre" } }),
    "slack.channel: must be a Slack channel id such as C0123ABCD",
  ],
  [
    "command",
    file({ slack: { channel: "C1", command: "karpor" } }),
    "slack.command: must be a slash command",
  ],
  ["a name", file({ admins: ["@alice"] }), "admins.0: must be a Slack user id (U…) or user group id (S…)"],
  ["no admins", file({ admins: undefined }), "admins: is missing; give it"],
  ["no admin", file({ admins: [] }), "admins: name at least one"],
  [
    "a gateway in the clear",
    hub({ gateway: true, dashboard: "http://karpor.example.com" }),
    "hub.dashboard: must begin with https: behind a gateway",
  ],
  ["no roles", file({ roles: {} }), "roles: name at least one role"],
  ["a role in capitals", file({ roles: { Guest: role() } }), "roles.Guest: must be lower-case letters"],
  ["a long role", file({ roles: { ["a".repeat(31)]: role() } }), "at most 30"],
  [
    "a ClusterRole",
    guest({ clusterRole: "a b" }),
    "roles.guest.clusterRole: must be the name of a ClusterRole",
  ],
  [
    "a duration",
    guest({ duration: { default: "1x", max: "8h" } }),
    'roles.guest.duration.default: "1x" is no duration; write 90m',
  ],
  [
    "too long for a token",
    guest({ duration: { default: "1h", max: "366d" } }),
    "roles.guest.duration.max: at most 8760h",
  ],
  [
    "default over max",
    guest({ duration: { default: "9h", max: "8h" } }),
    "roles.guest.duration.default: is longer than duration.max",
  ],
  [
    "total under max",
    guest({ duration: { default: "1h", max: "8h", total: "7h" } }),
    "roles.guest.duration.total: is shorter",
  ],
  ["reason", guest({ reason: "maybe" }), 'roles.guest.reason: must be "required", "optional" or'],
  [
    "a pattern",
    guest({ reason: { required: true, pattern: "(", hint: { en: "x", zh: "x" } } }),
    "roles.guest.reason.pattern: is no regular expression of RE2",
  ],
  [
    "a pattern that RE2 cannot promise",
    guest({ reason: { required: true, pattern: "(a)\\1", hint: { en: "x", zh: "x" } } }),
    "roles.guest.reason.pattern: is no regular expression of RE2",
  ],
  ["one language", guest({ description: { en: "x" } }), "roles.guest.description.zh: is missing; give it"],
  [
    "approval",
    guest({ approval: "nobody" }),
    'roles.guest.approval: must be "none" or {by: […], within: 4h}',
  ],
  ["inside approval", approval({ within: "soon" }), 'roles.guest.approval.within: "soon" is no duration'],
  ["nobody approves", approval({ by: [] }), "roles.guest.approval.by: name at least one"],
  ["a late reminder", approval({ remind: "4h" }), "roles.guest.approval.remind: must be shorter than within"],
  [
    "a late fallback",
    approval({ fallback: { by: ["S1"], after: "4h" } }),
    "roles.guest.approval.fallback.after: must be shorter",
  ],
  [
    "too few approvers",
    approval({ by: ["U1", "U1"], count: 2 }),
    "roles.guest.approval.count: is more than the people",
  ],
  ["eleven approvers", approval({ count: 11 }), "roles.guest.approval.count: must be at most 10"],
  ["idle without use", guest({ idle: "2h" }), "roles.guest.idle: needs audit.hub"],
  ["idle for ever", guest({ idle: "8h" }), "roles.guest.idle: is no shorter than the longest grant"],
  [
    "a check in the clear",
    guest({ check: { url: "http://x.example", secretEnv: "C" } }),
    "check.url: must begin with https:",
  ],
  [
    "a check with a password",
    guest({ check: { url: "https://u:p@x.example", secretEnv: "C" } }),
    "check.url: must begin with https:",
  ],
  [
    "a check's time",
    guest({ check: { url: "https://x", secretEnv: "C", within: "1m" } }),
    "check.within: write seconds, from 1s to 10s",
  ],
  [
    "a check's secret",
    guest({ check: { url: "https://x", secretEnv: "NONE" } }),
    "roles.guest.check.secretEnv: NONE is not set",
  ],
  [
    "a short secret",
    guest({ check: { url: "https://x", secretEnv: "SHORT" } }),
    "SHORT is shorter than 32 characters; give both sides the same, as from openssl rand -base64 32",
  ],
  [
    "a secret that isn't base64",
    guest({ check: { url: "https://x", secretEnv: "PHRASE" } }),
    "roles.guest.check.secretEnv: PHRASE isn't base64; give both sides the same, as from openssl rand -base64 32",
  ],
  [
    "emergency over max",
    guest({ breakGlass: { by: ["S1"], max: "9h", review: ["S1"] } }),
    "roles.guest.breakGlass.max: is longer",
  ],
  [
    "one reviewer",
    guest({ breakGlass: { by: ["S1"], max: "1h", review: ["U1"] } }),
    "roles.guest.breakGlass.review: name a user group",
  ],
  [
    "an emergency that nobody need approve",
    guest({ approval: "none", breakGlass: { by: ["S1"], max: "1h", review: ["S1"] } }),
    "roles.guest.breakGlass: is for a role that somebody must approve",
  ],
  [
    "rules of a built-in",
    guest({ rules: [{ nonResourceURLs: ["/x"], verbs: ["get"] }] }),
    "roles.guest.clusterRole: is made by Karpor",
  ],
  [
    "a verb",
    guest({ rules: [{ nonResourceURLs: ["/x"], verbs: ["list"] }] }),
    "roles.guest.rules.0.verbs.0: must be",
  ],
  [
    "a path",
    guest({ rules: [{ nonResourceURLs: ["x"], verbs: ["get"] }] }),
    "roles.guest.rules.0.nonResourceURLs.0: must be a path",
  ],
  [
    "writes for everybody",
    guest({ clusterRole: "x", rules: writes, approval: "none" }),
    "roles.guest.approval: gives more than",
  ],
  [
    "every path for everybody",
    guest({ clusterRole: "x", rules: [{ nonResourceURLs: ["/*"], verbs: ["get"] }], approval: "none" }),
    "roles.guest.approval: gives more than",
  ],
  [
    "one ClusterRole, two sets of rules",
    file({
      roles: {
        one: role({ clusterRole: "x", rules: writes }),
        two: role({ clusterRole: "x", rules: [{ nonResourceURLs: ["/y"], verbs: ["get"] }] }),
      },
    }),
    "roles.two.rules: differs from what another role gives to x; choose another clusterRole",
  ],
  [
    "a rule's role",
    rules({ name: "x", when: { role: ["gest"] }, then: "deny" }),
    "rules.0.when: names no role by gest; the roles are guest",
  ],
  [
    "a rule's name, twice",
    rules({ name: "x", then: "deny" }, { name: "x", then: "deny" }),
    "rules.1.name: is another rule's too",
  ],
  [
    "a rule's day",
    rules({ name: "x", until: "soon", then: "deny" }),
    "rules.0.until: must be a day such as 2026-12-31",
  ],
  [
    "words of a rule that approves",
    rules({ name: "x", then: "approve", say: { en: "x", zh: "x" } }),
    "rules.0.say: is only for a rule that denies",
  ],
  [
    "a rule that approves writes",
    { ...guest({ clusterRole: "x", rules: writes }), rules: [{ name: "x", then: "approve" }] },
    "rules.0.then: approves guest, which gives more than",
  ],
  ["no limit", file({ limits: { openPerPerson: 0 } }), "limits.openPerPerson: must be at least 1"],
  [
    "what is gone of the audit",
    file({ audit: { hub: { tokenEnv: "HUB", refusedPerHour: 9 } } }),
    'audit.hub: does not know "refusedPerHour"',
  ],
  ["a page over plain HTTP", file({ web: "http://access.example.com" }), "web: must be an address such as"],
  ["a page below a path", file({ web: `${WEB}/access` }), "web: must be an address such as"],
  ["a page without a name", file({ web: "https://10.0.0.1" }), "web: must be an address such as"],
  [
    "a page on the dashboard's host",
    file({ web: "https://karpor.example.com:8443" }),
    "web: is the dashboard's host, where a script could ask for signatures",
  ],
  [
    "a signed role without a page",
    signed({
      web: undefined,
      passkeys: {},
      roles: { guest: role({ approval: { by: ["S1"], passkey: true } }) },
    }),
    "roles.guest.approval.passkey: needs web",
  ],
  [
    "approvers without a passkey",
    signed({ passkeys: { U1: [line("U1")] } }),
    "roles.guest.approval.passkey: needs 2 with a passkey, and has 1: U2 must make one first",
  ],
  [
    "a line that was cut",
    signed({ passkeys: { U1: [line("U1")], U2: [line("U2"), line("U2").slice(0, -1)] } }),
    "passkeys.U2.1: cannot be read; copy the whole line",
  ],
  [
    "another person's line",
    signed({ passkeys: { U1: [line("U1")], U2: [line("U1")] } }),
    "passkeys.U2.0: is the line of U1, not of U2",
  ],
  [
    "a line of another page",
    signed({ passkeys: { U1: [line("U1")], U2: [line("U2", "https://other.example.com")] } }),
    "passkeys.U2.0: belongs to https://other.example.com, and web is https://access.example.com",
  ],
  [
    "a retired line that was cut",
    signed({ retiredPasskeys: { U1: ["U1"] } }),
    "retiredPasskeys.U1.0: cannot be read",
  ],
  ["keep", file({ audit: { keep: "1h" } }), "audit.keep: must be a duration of a day or more"],
  [
    "a certificate without a port",
    file({ audit: { hub: { tokenEnv: "HUB", tls: { cert: "c", key: "k" } } } }),
    "audit.hub.tls: needs a port",
  ],
  [
    "the hub's secret",
    file({ audit: { hub: { tokenEnv: "SLASHES" } } }),
    "audit.hub.tokenEnv: SLASHES holds other characters",
  ],
])("a mistake: %s", (_, written, expected) => {
  const env = {
    ...ENV,
    C: SECRET,
    HUB: SECRET,
    SHORT: "x",
    PHRASE: "a secret of thirty-two characters",
    SLASHES: "/".repeat(32),
  };
  const found = mistakes(() => load(written, env));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

test.each<[Record<string, string>, string]>([
  [{ RECORDS_KEY, SLACK_APP_TOKEN: "xapp-1" }, "SLACK_BOT_TOKEN: is not set; copy the Bot User OAuth Token"],
  [{ ...ENV, SLACK_BOT_TOKEN: " " }, "SLACK_BOT_TOKEN: is not set"],
  [{ ...ENV, SLACK_BOT_TOKEN: "xoxp-1" }, "SLACK_BOT_TOKEN: is no bot token (xoxb-…)"],
  [{ RECORDS_KEY, SLACK_BOT_TOKEN: "xoxb-1" }, "SLACK_APP_TOKEN: is not set; give an app-level token"],
  [{ ...ENV, SLACK_APP_TOKEN: "xoxb-1" }, "SLACK_APP_TOKEN: is no app-level token"],
  [
    { ...ENV, SLACK_SIGNING_SECRET: "0123456789abcdef" },
    "SLACK_SIGNING_SECRET: is shorter than Slack's, which has 32 characters",
  ],
  [SLACK, "RECORDS_KEY: is not set; make one with `openssl rand -base64 32`"],
  [{ ...ENV, RECORDS_KEY: "short" }, "RECORDS_KEY: is not 32 bytes in base64"],
  [{ ...ENV, REDIS_URL: "localhost" }, "REDIS_URL: must look like redis://host:6379"],
  [{ ...ENV, PORT: "70000" }, "PORT: must be at most 65535"],
  [{ ...ENV, LOG_LEVEL: "loud" }, 'LOG_LEVEL: must be "debug" or "info" or "warn" or "error"'],
  [
    { ...ENV, HTTPS_PROXY: "proxy" },
    "HTTPS_PROXY: must be a whole URL such as http://proxy.example.com:3128",
  ],
])("a mistake of the environment: %j", (env, expected) => {
  const found = mistakes(() => load(file(), env));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

test("every mistake at once, also those between parts that are right", () => {
  const wrong = {
    ...hub({ name: "", kubeconfig: undefined }),
    instance: "Prod",
    roles: {
      guest: role({ idle: "2h", description: {}, duration: { default: "9h", max: "8h" } }),
      peek: role(),
    },
    rules: [{ name: "x", when: { role: ["gest"] }, then: "perhaps" }],
    limits: { openPerPerson: 0 },
    unknown: 1,
  };
  const found = mistakes(() => load(wrong, {}));
  const parts = found.map((mistake) => mistake.split(":")[0]).sort();
  expect(parts).toEqual(
    [
      ...[
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "hub.kubeconfig",
        "hub.name",
        "instance",
        "limits.openPerPerson",
      ],
      ...[
        "roles.guest.description.en",
        "roles.guest.description.zh",
        "roles.guest.duration.default",
        "rules.0.then",
      ],
      "the file",
    ].sort(),
  );
});

test("a file that is not there", () => {
  const found = mistakes(() => loadConfig({ ...ENV, KARPOR_ACCESS_CONFIG: join(folder, "none.yml") }));
  expect(found).toEqual([`${join(folder, "none.yml")}: does not exist; copy examples/karpor-access.yml`]);
});

test("no role is named like a word of the command", () => {
  for (const word of [...COMMAND_WORDS].filter((one) => /^[a-z]/.test(one)))
    expect(
      mistakes(() => load(file({ roles: { [word]: role() } }))),
      word,
    ).toEqual([`roles.${word}: is a word of the command; choose another name`]);
});
