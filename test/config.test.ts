/** The configuration: the example is valid, its schema current, and every mistake is named at once with its mend. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { SCOPES } from "../src/cli/checks/slack.ts";
import { ConfigError, ConfigFile, configSchema, loadConfig, loadForHub, readConfig } from "../src/config.ts";
import { parseDuration } from "../src/domain/duration.ts";

const root = (name: string) => new URL(`../${name}`, import.meta.url);
const env = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
const example = () => parse(readFileSync(root("karpor-access.example.yml"), "utf8"));

const dir = mkdtempSync(join(tmpdir(), "karpor-access-config-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** What is said when the example is changed at these paths. */
function mistakes(changes: Record<string, unknown>, variables: NodeJS.ProcessEnv = env): readonly string[] {
  const file = example();
  for (const [at, value] of Object.entries(changes)) set(file, at.split("."), value);
  const path = join(dir, "config.yml");
  writeFileSync(path, stringify(file));
  try {
    loadConfig({ ...variables, KARPOR_ACCESS_CONFIG: path });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

function set(target: Record<string, unknown>, [key = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[key] = value;
  else set(target[key] as Record<string, unknown>, rest, value);
}

type Json = Record<string, unknown>;
const words = { en: "x", zh: "x" };
const pattern = (text: string) => ({ required: true, pattern: text, hint: words });
const freeze = { name: "freeze", then: "deny" };

test("the example is valid", () => expect(mistakes({})).toEqual([]));

test("space around a variable is no part of it: a Secret that was made of a file ends with a line", () => {
  const path = join(dir, "config.yml");
  writeFileSync(path, stringify(example()));
  const ended = {
    ...env,
    SLACK_SIGNING_SECRET: "s",
    KARPOR_ACCESS_CONFIG: path,
    PORT: " ",
    LOG_LEVEL: "warn",
  };
  const lines = Object.entries(ended).map(([name, value]) => [name, `${value}\n`]);
  expect(loadConfig(Object.fromEntries(lines))).toMatchObject({
    path,
    env: { ...env, SLACK_SIGNING_SECRET: "s", PORT: 3000, LOG_LEVEL: "warn" },
  });
});

test("without hub.namespace a bot is named after its instance, as nobody else's", () => {
  const named = (instance: string) => ConfigFile.parse({ ...example(), instance }).hub.namespace;
  expect(["production", "staging"].map(named)).toEqual(["karpor-access-production", "karpor-access-staging"]);
});

test("the committed schema is current", () =>
  expect(readFileSync(root("karpor-access.schema.json"), "utf8")).toBe(configSchema()));

test("the transcript shows the scopes of the manifest", () => {
  const [, shown] = /^ {2}ok {4}scopes +(.+)$/m.exec(readFileSync(root("docs/transcript.md"), "utf8")) ?? [];
  expect(shown).toBe(SCOPES.join(", "));
});

test("the manifest asks for exactly the scopes that the start demands", () => {
  const manifest = parse(readFileSync(root("manifest.yml"), "utf8"));
  expect(manifest.oauth_config.scopes.bot).toEqual(SCOPES);
  expect(manifest.settings.socket_mode_enabled).toBe(true);
  expect(manifest.features.slash_commands[0].should_escape).toBe(true);
  expect(manifest.features.app_home).toMatchObject({
    messages_tab_enabled: true,
    messages_tab_read_only_enabled: false,
    home_tab_enabled: true,
  });
  expect(manifest.features.shortcuts).toMatchObject([{ type: "global", callback_id: "request_access" }]);
  expect(JSON.stringify(manifest)).not.toContain("history");
});

test.each([
  ["instance", "Prod_1", "instance: lower-case letters"],
  ["hub.dashboard", "karpor", "hub.dashboard: must be a whole URL"],
  ["instance", "production-canary", "instance: must not end with -doctor or -canary or -system"],
  ["hub.namespace", "Prod", "hub.namespace: lower-case letters"],
  ["hub.known", ["karpor-access-production/ci"], "hub.known: names an account in hub.namespace"],
  ["hub.instances", ["staging", "production"], "hub.instances: names this bot itself"],
  ["slack.channel", "#sre", "slack.channel: must be a Slack channel id"],
  ["slack.channel", null, "slack.channel: is empty; a # begins a comment unless the text is quoted"],
  ["roles.guest.approval.count", 0, "roles.guest.approval.count: must be at least 1"],
  ["slack.language", "fr", 'slack.language: must be "en" or "zh"'],
  ["slack.command", "karpor", "slack.command: must be a slash command"],
  ["admins", ["alice"], "admins.0: must be a Slack user id (U…) or user group id (S…)"],
  ["roles.help", {}, "roles.help: is a word of the command"],
  ["roles", {}, "roles: name at least one role"],
  ["roles.guest.duration.max", "1y", 'roles.guest.duration.max: "1y" is no duration'],
  ["roles.guest.duration.max", "9000h", "roles.guest.duration.max: at most 8760h"],
  ["roles.guest.duration.total", "6d", "roles.guest.duration.total: is shorter than duration.max"],
  ["roles.guest.duration.default", "8d", "roles.guest.duration.default: is longer than duration.max"],
  ["roles.guest.approval", "maybe", 'roles.guest.approval: must be "none" or {by: […], within: 4h}'],
  ["roles.guest.approval", ["S0SRE"], 'roles.guest.approval: must be "none" or {by: […], within: 4h}'],
  ["roles.guest.approval", { within: "4h" }, "roles.guest.approval.by: is missing"],
  ["roles.guest.approval", { by: "S0SRE" }, "roles.guest.approval.by: must be a list"],
  ["roles.guest.approval", { by: ["alice"] }, "roles.guest.approval.by.0: must be a Slack user id (U…)"],
  ["roles.guest.approval.within", "4 hours", 'roles.guest.approval.within: "4 hours" is no duration'],
  ["roles.guest.approval.count", 1.5, "roles.guest.approval.count: must be a whole number"],
  [
    "roles.guest.approval.fallback",
    { by: ["bob"], after: "1h" },
    "roles.guest.approval.fallback.by.0: must be a Slack user id (U…)",
  ],
  ["roles.guest.autoApproveWrites", "yes", "roles.guest.autoApproveWrites: must be true"],
  ["roles.guest.clusterRole", "karpor guest", "roles.guest.clusterRole: must be the name of a ClusterRole"],
  ["hub.server", "http://karpor:7443", "hub.server: must be a whole URL such as https://"],
  ["roles.guest.idle", "2h", "roles.guest.idle: does nothing without audit.hub"],
  [
    "roles.guest.idle",
    "2 hours",
    "roles.guest.idle: must be a duration such as 2h, or {after: 2h, release: true}",
  ],
  ["roles.guest.idle", { after: "2h", release: false }, "roles.guest.idle.release: must be true"],
  ["roles.guest.idle", "7d", "roles.guest.idle: is no shorter than the longest grant"],
  ["audit", {}, 'audit.checkpoint: must be "channel"'],
  ["audit", { checkpoint: "log" }, 'audit.checkpoint: must be "channel"'],
  ["canary", "1m", "canary: must be at least 5m"],
  ["roles.guest.approval.remind", "4h", "roles.guest.approval.remind: must be shorter than within"],
  [
    "roles.guest.approval",
    { by: ["U0A", "U0B"], count: 3 },
    "roles.guest.approval.count: needs 3 different people, and no more than 2 are named",
  ],
  [
    "roles.guest.approval",
    { by: ["U0A"], count: 3, fallback: { by: ["U0A", "U0B"], after: "1h" } },
    "roles.guest.approval.count: needs 3 different people, and no more than 2 are named",
  ],
  [
    "roles.guest.approval.fallback",
    { by: ["S0LEADS"], after: "4h" },
    "roles.guest.approval.fallback.after: must be shorter than within",
  ],
  ["roles.guest.approval.channel", "#sre", "must be a Slack channel id"],
  ["roles.guest.aproval", 1, 'roles.guest: does not know "aproval"'],
  ["roles.guest.reason", { required: true, pattern: "[A-Z" }, "roles.guest.reason.hint: is missing"],
  [
    "roles.guest.reason",
    pattern("[A-Z"),
    "roles.guest.reason.pattern: is no pattern that can be used: Invalid regular",
  ],
  [
    "roles.guest.reason",
    pattern("(a)\\1"),
    "roles.guest.reason.pattern: is no pattern that can be used: \\1 repeats",
  ],
  ["rules", [{ name: "x", then: "ask" }], 'rules.0.then: must be "deny" or "approve"'],
  ["rules", [{ name: "*x*", then: "deny" }], "rules.0.name: letters, digits"],
  ["rules", [{ name: "x", then: "approve", say: words }], "rules.0.say: is told to whom a rule denies"],
  [
    "rules",
    [{ name: "x", when: { requester: { in: ["dev"] } }, then: "deny" }],
    "rules.0.when.requester.in.0: must be a Slack",
  ],
  [
    "rules",
    [{ name: "x", when: { role: ["gest"] }, then: "deny" }],
    'rules.0.when.role.0: there is no role "gest"; did you mean guest?',
  ],
  ["rules", [freeze, freeze], 'rules.1.name: another rule is named "freeze"'],
  [
    "rules",
    [{ name: "x", when: { role: ["register"] }, then: "approve" }],
    "rules.0.then: approves register, which allows more than to get",
  ],
  ["rules", [{ name: "x", then: "approve" }], "say autoApproveWrites: true in roles.search-rules"],
  ["roles.search-rules.approval", "none", "say autoApproveWrites: true, or who approves it"],
  ["limits", { grantsPerPerson: 0 }, "limits.grantsPerPerson: "],
  ["reminders", ["soon"], 'reminders.0: "soon" is no duration'],
])("%s: %j", (path, value, words) => expect(mistakes({ [path]: value }).join("\n")).toContain(words));

test("reasons, rules and limits that are right", () =>
  expect(
    mistakes({
      "roles.guest.reason": pattern("[A-Z]+-\\d+"),
      "roles.register.autoApproveWrites": true,
      rules: [freeze, { name: "short looks", when: { role: ["register"], max: "1h" }, then: "approve" }],
      limits: { grantsPerPerson: 3, requestsPerHour: 10 },
    }),
  ).toEqual([]));

const SECRET = "0123456789abcdef0123456789abcdef";

test.each<[unknown, string | undefined, string]>([
  [{ tokenEnv: "HUB_AUDIT" }, undefined, "audit.hub.tokenEnv: HUB_AUDIT is not set"],
  [{ tokenEnv: "HUB_AUDIT" }, "short", "audit.hub.tokenEnv: HUB_AUDIT is shorter than 32 characters"],
  [{ tokenEnv: "HUB_AUDIT" }, "a b/".repeat(10), "audit.hub.tokenEnv: HUB_AUDIT holds other characters"],
  [{ tokenEnv: "hub" }, SECRET, "audit.hub.tokenEnv: must be the name of an environment variable"],
  [{}, SECRET, "audit.hub.tokenEnv: is missing"],
  [{ tokenEnv: "HUB_AUDIT", port: 0 }, SECRET, "audit.hub.port: "],
  [
    { tokenEnv: "HUB_AUDIT", tls: { cert: "a", key: "b" } },
    SECRET,
    "audit.hub.tls: is for a port of its own",
  ],
])("the hub's audit log: %j, %j", (hub, value, words) => {
  const found = mistakes({ audit: { hub } }, { ...env, ...(value && { HUB_AUDIT: value }) });
  expect(found.join("\n")).toContain(words);
});

const check = { url: "https://check.example.com/karpor", secretEnv: "CHECK_SECRET" };

test.each([
  [{ ...check }, SECRET, undefined],
  [{ ...check, url: "http://localhost:8080" }, SECRET, undefined],
  [{ ...check }, undefined, "roles.guest.check.secretEnv: CHECK_SECRET is not set"],
  [{ ...check }, "short", "roles.guest.check.secretEnv: CHECK_SECRET is shorter than 32 characters"],
  [{ ...check, url: "http://check.example.com" }, SECRET, "roles.guest.check.url: must begin with https:"],
  [{ ...check, url: "https://a:b@check.example.com" }, SECRET, "roles.guest.check.url: must begin with"],
  [{ ...check, url: "check" }, SECRET, "roles.guest.check.url: must be a whole URL"],
  [{ ...check, within: "1m" }, SECRET, "roles.guest.check.within: write seconds, from 1s to 10s"],
  [{ ...check, secretEnv: "a-b" }, SECRET, "roles.guest.check.secretEnv: must be the name"],
])("a check %j", (value, secret, words) => {
  const found = mistakes({ "roles.guest.check": value }, { ...env, ...(secret && { CHECK_SECRET: secret }) });
  if (words) expect(found.join("\n")).toContain(words);
  else expect(found).toEqual([]);
});

test("a changed file whose check lacks its secret is not taken in, and setup does without it", () => {
  const path = join(dir, "check.yml");
  const file = example();
  file.roles.guest.check = check;
  writeFileSync(path, stringify(file));
  const read = readConfig(path, () => null);
  expect(read.file).toBeUndefined();
  expect(read.mistakes.join()).toContain("CHECK_SECRET is not set");
  expect(loadForHub({ ...env, KARPOR_ACCESS_CONFIG: path }).roles.guest?.check).toMatchObject({
    within: 3_000,
  });
});

test("a role named like a word of the command is a mistake, to editors too", () => {
  const { properties } = JSON.parse(configSchema());
  const patterns = properties.roles.propertyNames.allOf.map(({ pattern }: { pattern: string }) => pattern);
  const isRole = (name: string) => patterns.every((pattern: string) => new RegExp(pattern).test(name));
  for (const word of [
    "allow",
    "allowed",
    "emergency",
    "for",
    "pending",
    "active",
    "history",
    "show",
    "unlock",
  ]) {
    expect(mistakes({ [`roles.${word}`]: {} }).join("\n")).toContain(
      `roles.${word}: is a word of the command`,
    );
    expect(isRole(word)).toBe(false);
  }
  for (const name of ["guest", "helper", "status-page", "format"]) expect(isRole(name)).toBe(true);
});

test("editors say what each key of a role is for, and refuse what is no duration", () => {
  const role = JSON.parse(configSchema()).properties.roles.additionalProperties;
  const bare = (node: Json, at: string): string[] =>
    Object.entries(node).flatMap(([key, value]) => {
      if (value === null || typeof value !== "object") return [];
      const undescribed = Object.entries(key === "properties" ? value : {}).flatMap(([name, one]) =>
        (one as Json).description ? [] : [`${at}.${name}`],
      );
      return [...undescribed, ...bare(value as Json, `${at}.${key}`)];
    });
  expect(bare(role, "role")).toEqual([]);
  const { pattern, minLength } = role.properties.duration.properties.max;
  const isDuration = (text: string) => text.length >= minLength && new RegExp(pattern).test(text);
  const texts = [
    "90m",
    "8h",
    "2d",
    "1w",
    "1h30m",
    "8H",
    "5min",
    "2 weeks",
    "8",
    "",
    "1y",
    "1m1h",
    "-1h",
    "1h ",
  ];
  expect(texts.filter(isDuration)).toEqual(texts.filter((text) => parseDuration(text) !== null));
  expect(isDuration("8h") && !isDuration("2 weeks")).toBe(true);
});

test("what is missing in file and environment is said together", () => {
  const found = mistakes({ hub: {} }, { REDIS_URL: "http://x" }).join("\n");
  for (const path of [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "REDIS_URL",
    "hub.name",
    "hub.kubeconfig",
    "hub.dashboard",
  ])
    expect(found).toContain(`${path}: `);
});

test("a file that is not there, or no YAML", () => {
  expect(() => loadConfig({ ...env, KARPOR_ACCESS_CONFIG: join(dir, "none.yml") })).toThrow(
    /copy karpor-access.example.yml/,
  );
  writeFileSync(join(dir, "broken.yml"), "a: [");
  expect(() => loadConfig({ ...env, KARPOR_ACCESS_CONFIG: join(dir, "broken.yml") })).toThrow(ConfigError);
});
