/** The doctor is shown each failure once, and names it with its fix; a healthy world fails nowhere. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HubCaller, hubClient } from "../../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../../sandbox/hub/index.ts";
import { SCOPES } from "../../../src/cli/checks/slack.ts";
import { policyFrom } from "../../../src/domain/policy-file.ts";
import { createPolicies } from "../../../src/store/policies.ts";
import { createSocketRegister } from "../../../src/store/socket-register.ts";
import { setAnonymous } from "../../helpers/anonymous.ts";
import { ADMINS, ALICE, APP_TOKEN, APPROVALS, BOB, startWorld, type World } from "../../helpers/bot.ts";
import { botKubeconfig, kubeconfig } from "../../helpers/bot-account.ts";
import { type ConfigChange, findingsOf, runDoctor } from "../../helpers/doctor.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
let world: World;
let admin: HubCaller;
beforeAll(async () => {
  world = await startWorld();
  // It runs more often here than Slack lets anybody ask for groups.
  world.slack.settings.limits = false;
  admin = hubClient(world.hub, world.hub.admin);
});
afterAll(async () => {
  await admin.close();
  await world.close();
});

type Undo = () => unknown;
interface Case {
  name: string;
  /** What is wrong; changes of the world are undone by what it resolves to. */
  wrong(): ConfigChange | Undo | Promise<ConfigChange | Undo>;
  level?: "warn";
  check: string;
  message: RegExp;
  fix: RegExp;
}

const role = (change: object): ConfigChange => ({ file: (file) => Object.assign(file.roles.guest, change) });
const by = (...by: string[]) => role({ approval: { by } });
const clusterRole = (name: string, rules: object[]) =>
  admin("POST", `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
const setRedis = async (name: string, value: string, before: string): Promise<Undo> => {
  await world.commands.config("SET", name, value);
  return () => world.commands.config("SET", name, before);
};
/** Deletes an object of the hub, to be put back. */
const without = async (path: string): Promise<Undo> => {
  const { body } = await admin("GET", path);
  await admin("DELETE", path);
  const { uid: _u, resourceVersion: _r, creationTimestamp: _c, ...metadata } = body.metadata ?? {};
  return () => admin("POST", path.slice(0, path.lastIndexOf("/")), { body: { ...body, metadata } });
};
const also = async (name: string, rules: object[]): Promise<Undo> => {
  await clusterRole(name, rules);
  const subjects = [{ kind: "ServiceAccount", name: "karpor-access", namespace: "karpor-access-system" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  await admin("POST", `${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
  return () => admin("DELETE", `${RBAC}/clusterrolebindings/${name}`);
};
/** One verb less of it. */
const withoutVerb = async (path: string, resource: string, verb: string): Promise<Undo> => {
  const { body } = await admin("GET", path);
  const { rules } = body as unknown as { rules: { resources?: string[]; verbs: string[] }[] };
  const fewer = rules.map((rule) =>
    rule.resources?.includes(resource) ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
  );
  const put = async (all: object[]) => {
    const { metadata } = (await admin("GET", path)).body;
    return admin("PUT", path, { body: { ...body, metadata, rules: all } });
  };
  await put(fewer);
  return () => put(rules);
};
/** Slack answers so, once. */
const answers = (method: string, code: string): Undo => {
  world.slack.failNext(method, code);
  return () => world.slack.clearFailures();
};
const slack: Case[] = [
  {
    name: "Slack is out of reach",
    wrong: () => ({ env: { SLACK_API_URL: "http://127.0.0.1:1/" } }),
    check: "slack",
    message: /^Slack does not answer$/,
    fix: /reaches slack\.com/,
  },
  {
    name: "Slack is in trouble",
    wrong: () => answers("auth.test", "internal_error"),
    check: "slack",
    message: /in trouble itself \(internal_error\)/,
    fix: /slack-status\.com/,
  },
  {
    name: "Slack's plan has no user groups",
    wrong: () => answers("usergroups.list", "plan_upgrade_required"),
    check: "slack groups",
    message: /\(plan_upgrade_required\), and .*roles\.guest\.approval.* name some/,
    fix: /Name people \(U…\)/,
  },
  {
    name: "Slack's token is wrong",
    wrong: () => ({ env: { SLACK_BOT_TOKEN: "xoxb-wrong" } }),
    check: "slack token",
    message: /invalid_auth/,
    fix: /SLACK_BOT_TOKEN/,
  },
  {
    name: "the app-level token is wrong",
    wrong: () => ({ env: { SLACK_APP_TOKEN: "xapp-wrong" } }),
    check: "slack delivery",
    message: /refuses Socket Mode \(invalid_auth\)/,
    fix: /connections:write/,
  },
  {
    name: "a scope is missing",
    wrong: () => {
      const { settings } = world.slack;
      const before = settings.scopes;
      settings.scopes = before.filter((scope) => scope !== "im:write");
      return () => Object.assign(settings, { scopes: before });
    },
    check: "slack scopes",
    message: /missing: im:write/,
    fix: /manifest\.yml/,
  },
  {
    name: "somebody gave the app a scope that reads messages",
    wrong: () => {
      const { settings } = world.slack;
      const before = settings.scopes;
      settings.scopes = [...before, "channels:history", "im:history"];
      return () => Object.assign(settings, { scopes: before });
    },
    level: "warn",
    check: "slack scopes",
    message: /too many: channels:history, im:history; whoever steals the bot's token .* live tokens/,
    fix: /^Apply manifest\.yml to the app, then reinstall it/,
  },
  {
    name: "Slack leaves the scopes out",
    wrong: () => {
      world.slack.settings.scopesHeader = false;
      return () => Object.assign(world.slack.settings, { scopesHeader: true });
    },
    level: "warn",
    check: "slack scopes",
    message: /did not say/,
    fix: /Nothing/,
  },
  {
    name: "the bot is not in its channel",
    wrong: () => {
      world.slack.people.inviteBot(APPROVALS, false);
      return () => world.slack.people.inviteBot(APPROVALS, true);
    },
    check: "slack channel",
    message: /not in #approvals/,
    fix: /\/invite @karpor-access/,
  },
  {
    name: "the channel is archived",
    wrong: () => {
      world.slack.people.archive(APPROVALS);
      return () => world.slack.people.archive(APPROVALS, false);
    },
    check: "slack channel",
    message: /archived/,
    fix: /slack\.channel/,
  },
  {
    name: "the channel does not exist",
    wrong: () => ({ file: (file) => Object.assign(file.slack, { channel: "C0NOWHERE" }) }),
    check: "slack channel",
    message: /C0NOWHERE was not found/,
    fix: /\/invite @karpor-access/,
  },
  {
    name: "an approver does not exist",
    wrong: () => by("U0NOBODY", "S0SRE"),
    check: "approvers guest",
    message: /U0NOBODY of roles\.guest\.approval is not in this workspace/,
    fix: /--find/,
  },
  {
    name: "a user group does not exist",
    wrong: () => role({ requester: { in: ["S0NONE"] } }),
    check: "requesters guest",
    message: /S0NONE of roles\.guest\.requester\.in is not/,
    fix: /--find/,
  },
  {
    name: "nobody can approve a role",
    wrong: () => {
      world.slack.people.disableGroup("S0SRE");
      return () => world.slack.people.disableGroup("S0SRE", false);
    },
    check: "approvers guest",
    message: /nobody can approve guest/,
    fix: /--find/,
  },
  {
    name: "too few of a role's approvers see its channel",
    wrong: () => role({ approval: { by: [ALICE, BOB], channel: ADMINS, count: 2 } }),
    check: "approvers guest",
    message: /needs 2 people, and 1 of its 2 are in C0ADMINS/,
    fix: /\/invite those who approve/,
  },
  {
    name: "the bot is not in a role's channel",
    wrong: () => {
      const elsewhere = { id: "C0ELSEWHERE", name: "elsewhere", members: [ALICE], botIsMember: false };
      world.slack.people.addChannel(elsewhere);
      return role({ approval: { by: [ALICE], channel: elsewhere.id } });
    },
    check: "slack channel guest",
    message: /not in #elsewhere/,
    fix: /\/invite @karpor-access/,
  },
  {
    name: "an approver may not approve",
    wrong: () => by("U0GUEST", "S0SRE"),
    level: "warn",
    check: "approvers guest",
    message: /U0GUEST is guest/,
    fix: /Take it out of roles\.guest\.approval/,
  },
  {
    name: "too few review an emergency",
    wrong: () => role({ breakGlass: { by: ["S0DEV"], max: "30m", review: ["S0SRE"] } }),
    level: "warn",
    check: "reviewers guest",
    message: /breakGlass\.review must have 3 active members in C0APPROVALS, .* and has 2/,
    fix: /Name more people/,
  },
  {
    name: "nobody can take it in an emergency",
    wrong: () => role({ breakGlass: { by: ["U0GUEST"], max: "30m", review: ["S0SRE"] } }),
    check: "emergency guest",
    message: /nobody can take guest in an emergency/,
    fix: /--find/,
  },
  {
    name: "nobody is an administrator",
    wrong: () => ({ file: (file) => Object.assign(file, { admins: [] }) }),
    level: "warn",
    check: "slack admins",
    message: /nobody can revoke everything/,
    fix: /--find/,
  },
];

const file: Case[] = [
  {
    name: "a default is over its maximum",
    wrong: () => role({ duration: { default: "8h", max: "1h" } }),
    check: "configuration",
    message: /roles\.guest\.duration\.default: is longer than duration\.max/,
    fix: /karpor-access\.yml/,
  },
  {
    name: "a secret is not set",
    wrong: () => ({ env: { SLACK_BOT_TOKEN: "" } }),
    check: "configuration",
    message: /SLACK_BOT_TOKEN/,
    fix: /\.env/,
  },
];

const redis: Case[] = [
  {
    name: "Redis may evict",
    wrong: () => setRedis("maxmemory-policy", "allkeys-lru", "noeviction"),
    check: "redis eviction",
    message: /allkeys-lru/,
    fix: /CONFIG SET maxmemory-policy noeviction/,
  },
  {
    name: "Redis keeps no file",
    wrong: () => setRedis("appendonly", "no", "yes"),
    level: "warn",
    check: "redis persistence",
    message: /append-only file is off/,
    fix: /CONFIG SET appendonly yes/,
  },
  {
    name: "Redis is nearly full",
    wrong: async () => {
      const used = Number(/used_memory:(\d+)/.exec(await world.commands.info("memory"))?.[1]);
      return setRedis("maxmemory", String(Math.ceil(used * 1.15)), "0");
    },
    level: "warn",
    check: "redis memory",
    message: /when it is full/,
    fix: /CONFIG SET maxmemory \d+/,
  },
  {
    name: "Redis is full",
    wrong: () => setRedis("maxmemory", "1", "0"),
    check: "redis writes",
    message: /^Redis takes no writes \(OOM\)$/,
    fix: /redis-cli INFO/,
  },
  {
    name: "Redis is a replica that nobody made a primary",
    wrong: async () => {
      await world.commands.replicaof("127.0.0.1", "1");
      await world.commands.config("SET", "replica-serve-stale-data", "no");
      return async () => {
        await world.commands.replicaof("NO", "ONE");
        await world.commands.config("SET", "replica-serve-stale-data", "yes");
      };
    },
    check: "redis writes",
    message: /^Redis takes no writes \((READONLY|MASTERDOWN)\)$/,
    fix: /is it a replica/,
  },
  {
    name: "replicas go by different files",
    wrong: async () => {
      const { commands: redis, keys, clock } = world;
      const goBy = async (digest: string) => {
        const policy = policyFrom("{}", digest.repeat(64));
        const register = createPolicies({ redis, keys, clock, policy });
        await register.hold(policy);
        return register;
      };
      const both = [await goBy("a"), await goBy("b")];
      return () => Promise.all(both.map(({ leave }) => leave()));
    },
    level: "warn",
    check: "policies",
    message: /different files \((?=.*aaaaaaaa)(?=.*bbbbbbbb)/,
    fix: /\/status/,
  },
  {
    name: "Redis is not there",
    wrong: () => ({ env: { REDIS_URL: "redis://127.0.0.1:1" } }),
    check: "redis",
    message: /127\.0\.0\.1:1 does not answer/,
    fix: /Start Redis, or mend REDIS_URL/,
  },
];

const hub: Case[] = [
  {
    name: "the hub is down",
    wrong: async () => {
      await world.localHub?.down();
      return () => world.localHub?.up();
    },
    check: "hub",
    message: /does not answer .*ECONNREFUSED/,
    fix: /does https:.*livez answer/,
  },
  {
    name: "the hub refuses the credential",
    wrong: () => ({ kubeconfig: kubeconfig(world.hub, "no.such.token") }),
    check: "hub access",
    message: /refuses the bot's credential \(401\)/,
    fix: /npm run setup/,
  },
  {
    name: "the bot's token does not say whose it is",
    wrong: () => ({ kubeconfig: kubeconfig(world.hub, "opaque") }),
    level: "warn",
    check: "hub account",
    message: /^whose the bot's token is, and when it ends, cannot be told from it$/,
    fix: /npm run setup/,
  },
  {
    name: "others may read the kubeconfig",
    wrong: () => ({ mode: 0o644 }),
    level: "warn",
    check: "hub kubeconfig",
    message: /\(mode 644\)/,
    fix: /chmod 600 .*hub\.kubeconfig/,
  },
  {
    name: "the kubeconfig is not there",
    wrong: () => ({ file: (file) => Object.assign(file.hub, { kubeconfig: "nowhere" }) }),
    check: "hub",
    message: /Cannot read the kubeconfig/,
    fix: /npm run setup/,
  },
  {
    name: "the hub's certificate is not the one to trust",
    wrong: async () => {
      await using other = await startLocalHub({ clock: world.clock });
      return { kubeconfig: kubeconfig({ url: world.hub.url, ca: other.ca }, "t") };
    },
    check: "hub",
    message: /certificate that the kubeconfig's authority did not sign \(.*(CERT|SIGNATURE)/,
    // Setup would trust whoever stands in between.
    fix: /^(?!.*npm run setup).*certificate-authority-data/,
  },
  {
    name: "TLS is not verified",
    wrong: () => ({ kubeconfig: world.hub.adminKubeconfig }),
    level: "warn",
    check: "hub tls",
    message: /insecure-skip-tls-verify/,
    fix: /--tls-cert-file/,
  },
  {
    name: "the bot is an administrator",
    wrong: () => ({ kubeconfig: world.hub.adminKubeconfig }),
    level: "warn",
    check: "hub account",
    message: /client certificate/,
    fix: /npm run setup/,
  },
  {
    name: "reads are open to anybody",
    wrong: () => ({}),
    level: "warn",
    check: "hub anonymous reads",
    message: /without a token: a guest's token protects nothing/,
    fix: /npm run setup -- --close-anonymous/,
  },
  {
    name: "the clocks differ",
    wrong: () => {
      world.localHub?.skew(90_000);
      return () => world.localHub?.skew(0);
    },
    check: "hub clock",
    message: /differ by (89|90|91) s/,
    fix: /timedatectl/,
  },
  {
    name: "a ClusterRole is missing",
    wrong: () => role({ clusterRole: "nowhere" }),
    check: "role guest",
    message: /nowhere does not exist/,
    fix: /kubectl create clusterrole nowhere/,
  },
  {
    name: "a role cannot log in",
    wrong: async () => {
      await clusterRole("mute", [{ nonResourceURLs: ["/search"], verbs: ["get"] }]);
      return role({ clusterRole: "mute" });
    },
    level: "warn",
    check: "role guest",
    message: /cannot log in/,
    fix: /\/rest-api\/v1\/authn/,
  },
  {
    name: "more than get without approval",
    wrong: () => role({ clusterRole: "karpor-admin", approval: "none" }),
    check: "role guest",
    message: /allows more than to get the paths it names, without/,
    fix: /autoApproveWrites: true/,
  },
  {
    name: "more than get by a rule",
    wrong: () => ({
      file: (file) => {
        Object.assign(file.roles.guest, { clusterRole: "karpor-admin" });
        Object.assign(file, { rules: [{ name: "short looks", when: { max: "1h" }, then: "approve" }] });
      },
    }),
    check: "role guest",
    message: /a rule gives karpor-admin, .* without anybody's approval/,
    fix: /Name other roles in the rules that approve guest, or say autoApproveWrites: true in roles.guest/,
  },
  {
    name: "a role may not be bound",
    wrong: async () => {
      await clusterRole("unbound", [{ nonResourceURLs: ["/rest-api/*"], verbs: ["get"] }]);
      return role({ clusterRole: "unbound" });
    },
    check: "hub rights",
    message: /may not bind unbound/,
    fix: /npm run setup/,
  },
  {
    name: "rights are missing",
    wrong: () => without(`${RBAC}/namespaces/karpor-access/rolebindings/karpor-access-grants`),
    check: "hub rights",
    message: /may not create serviceaccounts, nor .*create serviceaccounts\/token/,
    fix: /npm run setup/,
  },
  {
    name: "the hub fails at one try of the rights: nothing is known of that one",
    wrong: () => {
      const isTry = (method: string, path: string) =>
        method === "DELETE" && path.includes("/clusterrolebindings/");
      world.localHub?.failNext(1, 503, isTry);
      return {};
    },
    check: "hub rights",
    message: /try to delete clusterrolebindings: the hub answered 503/,
    fix: /once more/,
  },
  {
    name: "it may not even list",
    wrong: () => withoutVerb(`${RBAC}/clusterroles/karpor-access`, "clusterrolebindings", "list"),
    check: "hub rights",
    message: /may not list clusterrolebindings/,
    fix: /npm run setup/,
  },
  {
    name: "rights are too many",
    wrong: () => also("nosy", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }]),
    level: "warn",
    check: "hub least rights",
    message: /may also read Secrets$/,
    fix: /kubectl get clusterrolebindings/,
  },
  {
    name: "it may bind anything",
    wrong: () =>
      also("binder", [
        { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] },
      ]),
    level: "warn",
    check: "hub least rights",
    message: /bind every ClusterRole$/,
    fix: /kubectl get clusterrolebindings/,
  },
  {
    name: "the bot's account stands among the grants",
    wrong: () => ({ file: (file) => Object.assign(file.hub, { namespace: "karpor-access-system" }) }),
    check: "hub account",
    message: /mint itself tokens/,
    fix: /npm run setup/,
  },
];

test.each([...file, ...slack, ...redis, ...hub])(
  "$name",
  async ({ wrong, level = "fail", check, message, fix }) => {
    const change = await wrong();
    try {
      const run = await runDoctor(world, typeof change === "function" ? {} : change);
      const found = findingsOf(run).filter((one) => one.check === check && one.level === level);
      expect(found.map((one) => one.message).join("\n")).toMatch(message);
      expect(found.map((one) => one.fix).join("\n")).toMatch(fix);
      expect(run.good).toBe(findingsOf(run).every((one) => one.level !== "fail"));
      if (level === "fail") expect(run.good).toBe(false);
    } finally {
      if (typeof change === "function") await change();
    }
  },
);

test("what keeps Redis from an answer is told apart, and no password is said", async () => {
  // As Redis in protected mode does: it says so unasked, and closes.
  const turning = createServer((socket) => {
    socket.on("error", () => {});
    socket.end("-DENIED Redis is running in protected mode because protected mode is enabled\r\n");
  }).listen(0, "127.0.0.1");
  await once(turning, "listening");
  const [redis, tls] = [new URL(world.redis.url).host, new URL(world.hub.url).host];
  const cases = [
    [`redis://:wrong@${redis}`, /refuses the user or the password/, /percent-encoded/],
    [`redis://${redis}`, /asks for a password/, /redis:\/\/:password@host/],
    [`rediss://${redis}`, /speaks no TLS on this port/, /redis:\/\/ in place of rediss:\/\//],
    [`redis://${tls}`, /speaks TLS on this port/, /rediss:\/\/ in place of redis:\/\//],
    [
      `rediss://${tls}`,
      /certificate that is not trusted \(.*SIGN.*\)/,
      /NODE_EXTRA_CA_CERTS=FILE .*before npm start/,
    ],
    [`redis://127.0.0.1:${(turning.address() as AddressInfo).port}`, /in protected mode/, /requirepass/],
  ] as const;
  const undo = await setRedis("requirepass", "right", "");
  const runs = await Promise.all(cases.map(([url]) => runDoctor(world, { env: { REDIS_URL: url } })));
  await undo();
  turning.close();
  for (const [i, [, message, fix]] of cases.entries()) {
    const found = findingsOf(runs[i] ?? { said: "" }).find(({ check }) => check === "redis");
    expect(found).toMatchObject({ level: "fail", message: expect.stringMatching(message) });
    expect(found?.fix).toMatch(fix);
  }
  expect(runs.map(({ said }) => said).join()).not.toContain("wrong@");
});

test("Slack's own trouble is not laid to the app-level token", async () => {
  world.slack.failNext("apps.connections.open", "internal_error");
  const run = await runDoctor(world, { env: { SLACK_APP_TOKEN: APP_TOKEN } });
  world.slack.clearFailures();
  const found = findingsOf(run).find(({ check }) => check === "slack delivery");
  expect(found?.message).toBe("Slack is in trouble itself (internal_error)");
});

test("where Slack lists no user groups, people are judged and found all the same", async () => {
  world.slack.failNext("usergroups.list", "plan_upgrade_required", 2);
  const { good, said } = await runDoctor(world, {}, { json: false, find: "bo" });
  expect(good).toBe(true);
  expect(said).toMatch(/^U0BOB /m);
  expect(said).toMatch(
    /User groups are not among them: Slack refuses to list them \(plan_upgrade_required\)/,
  );
  const people = findingsOf(await runDoctor(world, by(ALICE, BOB)));
  world.slack.clearFailures();
  expect(people.find(({ check }) => check === "approvers guest")?.level).toBe("ok");
});

test("of a certificate that was refused, nothing is said to be verified", async () => {
  await using other = await startLocalHub({ clock: world.clock });
  const run = await runDoctor(world, { kubeconfig: kubeconfig({ url: world.hub.url, ca: other.ca }, "t") });
  expect(findingsOf(run).map(({ check }) => check)).not.toContain("hub tls");
});

// How fast Redis answers is this machine's affair.
const wrongOf = (run: { said: string }) =>
  findingsOf(run).filter(({ level, check }) => level !== "ok" && check !== "redis latency");

test("a healthy world fails nowhere, and only the open reads are warned of", async () => {
  const run = await runDoctor(world);
  expect(wrongOf(run)).toMatchObject([{ check: "hub anonymous reads" }]);
  expect(run.good).toBe(true);
  expect(findingsOf(run)).toContainEqual(
    expect.objectContaining({
      check: "slack app",
      message: expect.stringMatching(/Slack tells no bot/),
      level: "ok",
    }),
  );
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  const left = [...serviceAccounts, ...clusterRoleBindings].map(({ metadata }) => metadata.name);
  expect(left.filter((name) => name.includes("doctor"))).toEqual([]);
});

test("the transcript shows Slack's lines as they are printed, and each of the hub's", async () => {
  const shown = readFileSync(new URL("../../../docs/transcript.md", import.meta.url), "utf8");
  const { settings } = world.slack;
  const { scopes } = settings;
  settings.scopes = SCOPES;
  const { said } = await runDoctor(world, { env: { SLACK_APP_TOKEN: APP_TOKEN } }, { json: false });
  settings.scopes = scopes;
  const group = (text: string, title: string) =>
    new RegExp(`^${title}\\n((?: {2}.+\\n)+)`, "m").exec(text)?.[1];
  const labels = (text = "") =>
    [...text.matchAll(/^ {2}(?:ok|warn|fail) +(\S+(?: \S+)*) {2}/gm)].map(([, label]) => label);
  expect(group(shown, "Slack")).toBe(group(said, "Slack"));
  expect(labels(group(shown, "Hub"))).toEqual(labels(group(said, "Hub")));
});

describe("what the hub gives without a token", () => {
  const closed: ConfigChange = {
    file: (file) => {
      file.hub.anonymous = "closed";
    },
  };
  const reads = async (change: ConfigChange = {}) => {
    const run = await runDoctor(world, change);
    const found = findingsOf(run).find(({ check }) => check === "hub anonymous reads");
    return { good: run.good, ...found };
  };
  afterEach(() => setAnonymous(world, "--open-anonymous").catch(() => {}));

  test("fails where the file says closed and it is open, and is well once it is closed", async () => {
    expect(await reads(closed)).toMatchObject({
      good: false,
      level: "fail",
      message: expect.stringContaining("hub.anonymous says closed"),
      fix: expect.stringContaining("npm run setup -- --close-anonymous"),
    });
    await setAnonymous(world, "--close-anonymous");
    expect(await reads(closed)).toMatchObject({ good: true, level: "ok", message: "closed" });
    expect(await reads()).toMatchObject({ level: "ok" });
  });

  test("warns of pod logs, events and AI where they were left open", async () => {
    await setAnonymous(world, "--close-anonymous", "--keep-streams");
    expect(await reads(closed)).toMatchObject({
      good: true,
      level: "warn",
      message: expect.stringMatching(/closed, but for pod logs, events and AI/),
    });
  });

  test("names what answers without a token, whichever role opens it", async () => {
    await setAnonymous(world, "--close-anonymous");
    const ask = hubClient(world.hub, world.hub.admin);
    const name = "search";
    const rules = [{ verbs: ["get"], nonResourceURLs: ["/rest-api/v1/search", "/rest-api/v1/cluster/*"] }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
    const subjects = [
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:unauthenticated" },
    ];
    await ask("POST", `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
    await ask("POST", `${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
    const found = await reads(closed);
    for (const kind of ["clusterrolebindings", "clusterroles"])
      await ask("DELETE", `${RBAC}/${kind}/${name}`);
    await ask.close();
    expect(found).toMatchObject({
      good: false,
      level: "fail",
      message: "the hub answers whoever shows no token: GET /rest-api/v1/search; hub.anonymous says closed",
    });
    expect(await reads(closed)).toMatchObject({ level: "ok" });
  });

  test("a binding that was deleted by hand is none that stays away", async () => {
    const undo = await without(`${RBAC}/clusterrolebindings/anonymous`);
    const found = await reads();
    await undo();
    expect(found).toMatchObject({
      level: "warn",
      message: expect.stringMatching(
        /gives get \/rest-api\/\* without a token, at the latest when karpor-server/,
      ),
    });
  });
});

test.each([
  [0, "ok", /says hello, and counts 0 of an app's 10 connections/],
  [1, "warn", /Slack counts 1 connection of the app, and the replicas have 0/],
  [10, "fail", /allows an app 10 connections, and all are taken/],
] as const)(
  "in Socket Mode, with %i connections that are not the bot's: %s",
  async (others, level, message) => {
    world.slack.socket.haunt(others);
    const run = await runDoctor(world, { env: { SLACK_APP_TOKEN: APP_TOKEN } });
    world.slack.socket.haunt(0);
    expect(findingsOf(run).find(({ check }) => check === "slack delivery")).toMatchObject({
      level,
      message: expect.stringMatching(message),
    });
    expect(world.slack.socket.connections()).toBe(0);
  },
);

test.each([
  [8, "ok", /says hello, and counts 8 of an app's 10 connections/, undefined],
  [9, "warn", /says hello, and counts 9 of an app's 10 connections/, /Run fewer replicas, or HTTP/],
] as const)(
  "in Socket Mode, with %i connections that are the bot's own: %s",
  async (own, level, message, fix) => {
    const { hold } = createSocketRegister({ redis: world.commands, keys: world.keys, clock: world.clock });
    await hold(own);
    world.slack.socket.haunt(own);
    const run = await runDoctor(world, { env: { SLACK_APP_TOKEN: APP_TOKEN } });
    world.slack.socket.haunt(0);
    await hold(0);
    const found = findingsOf(run).find(({ check }) => check === "slack delivery");
    expect(found).toMatchObject({ level, message: expect.stringMatching(message) });
    if (fix) expect(found).toMatchObject({ fix: expect.stringMatching(fix) });
    expect(run.good).toBe(true);
  },
);

test.each([
  ["RBAC is off", { rbac: false }, "hub rbac", "fail", /a token means nothing/, /server\.enableRbac=true/],
  [
    "the hub's tokens are shorter than the catalog's",
    { maxTokenSeconds: 86_400 },
    "hub longest token",
    "warn",
    /at most 1d, and guest, long may/,
    /--service-account-max-token-expiration=8760h/,
  ],
] as const)("%s", async (_, options, check, level, message, fix) => {
  await using other = await startLocalHub({ clock: world.clock, ...options });
  const own = options && "rbac" in options ? kubeconfig(other, "any.to.ken") : await botKubeconfig(other);
  const found = findingsOf(await runDoctor(world, { kubeconfig: own })).find((one) => one.check === check);
  expect(found).toMatchObject({
    level,
    message: expect.stringMatching(message),
    fix: expect.stringMatching(fix),
  });
});

test.skipIf(!envtestAvailable())(
  `all is well on a real API server (${envtestAdvice})`,
  async () => {
    await using real = await startEnvtest();
    await setAnonymous({ hub: real, env: world.env }, "--close-anonymous");
    const run = await runDoctor(world, { kubeconfig: await botKubeconfig(real) });
    expect(wrongOf(run)).toEqual([]);
  },
  90_000,
);

test("a bot of another command is invited by its own name", async () => {
  const staging = { command: "/karpor-staging" };
  const elsewhere: ConfigChange = {
    file: (file) => Object.assign(file.slack, staging, { channel: "C0NOWHERE" }),
  };
  const run = await runDoctor(world, elsewhere);
  const found = findingsOf(run).find(({ check }) => check === "slack channel");
  expect(found?.fix).toBe("In the channel: /invite @karpor-staging, and check its id");
  const { said } = await runDoctor(world, elsewhere, { json: false, find: "nobody-of-that-name" });
  expect(said).toContain("seen after /invite @karpor-staging.");
});
