/** `doctor` as it is typed: a healthy world fails nowhere, and each planted fault is named with what to do. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { kubeconfig } from "../../sandbox/hub/bot-account.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { doctor } from "../../src/cli/doctor/index.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { Request, untouched } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { type Gateway, startGateway } from "../helpers/gateway.ts";
import { APPROVALS, BOB } from "../helpers/people.ts";
import { startWorld, type World } from "../helpers/world.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ACCOUNTS = "/api/v1/namespaces/karpor-access/serviceaccounts";
/** Any other authority. */
const OTHER_CA = (await createAuthority("another-ca")).certificate;
let world: World;
let admin: HubCaller;
let gateway: Gateway;
let withoutPage: Gateway;
let withoutTls: Gateway;
beforeAll(async () => {
  world = await startWorld({ transport: "socket" });
  // It runs more often here than Slack lets anybody ask.
  world.slack.settings.limits = false;
  admin = hubClient(world.hub, world.hub.admin);
  gateway = await startGateway(world.hub);
  withoutPage = await startGateway(world.hub, { page: "" });
  withoutTls = await startGateway(world.hub, { isPlain: true });
});
afterAll(async () => {
  await Promise.all([gateway, withoutPage, withoutTls].map((one) => one.stop()));
  await admin.close();
  await world.close();
});

// biome-ignore lint/suspicious/noExplicitAny: a test bends the file as it likes.
type File = any;
interface Change {
  env?: Record<string, string>;
  file?: (file: File) => void;
  kubeconfig?: string;
}

/** Runs it on the world's configuration, changed. */
async function run(line: string, { env = {}, file, kubeconfig: text }: Change = {}) {
  const folder = scratch("karpor-access-doctor");
  try {
    const contents: File = parse(readFileSync(world.env.KARPOR_ACCESS_CONFIG, "utf8"));
    file?.(contents);
    const usual = () => readFileSync(join(dirname(world.env.KARPOR_ACCESS_CONFIG), "hub.kubeconfig"), "utf8");
    writeFileSync(join(folder.path, "hub.kubeconfig"), text ?? usual(), { mode: 0o600 });
    writeFileSync(join(folder.path, "config.yml"), stringify(contents));
    const lines: string[] = [];
    const isGood = await doctor(line.split(" ").filter(Boolean), {
      variables: { ...world.env, ...env, KARPOR_ACCESS_CONFIG: join(folder.path, "config.yml") },
      ...{ clock: { now: world.clock.now, sleep: async (ms: number) => world.clock.jump(ms) } },
      ...{ log: pino({ level: "silent" }, { write() {} }), colour: false, confirm: async () => false },
      say: (said) => void lines.push(said),
    });
    return { isGood, said: lines.join("\n") };
  } finally {
    folder.remove();
  }
}

const findings = async (line: string, change?: Change): Promise<Finding[]> =>
  JSON.parse((await run(`--json ${line}`, change)).said).findings;

test("a healthy world fails nowhere; what Karpor leaves open is said", async () => {
  const { isGood, said } = await run("");
  expect(said.split("\n").filter((line) => /^ {2}(fail|warn)/.test(line))).toEqual([
    expect.stringContaining("reads /rest-api/v1/clusters"),
  ]);
  expect(said).toMatch(/\d+ ok, 1 to look at, 0 failed\. Ready\.$/);
  expect(isGood).toBe(true);
});

test("--canary goes the whole way of an access, and leaves nothing", async () => {
  expect(await findings("--canary")).toContainEqual({
    ...{ check: "canary", level: "ok" },
    message: expect.stringMatching(
      /^a token logged in after \d+ s, and was refused (9|1[01]) s after its end$/,
    ),
  });
  const { serviceAccounts } = await world.hub.objects();
  expect(serviceAccounts.filter(({ metadata }) => metadata.name.includes("-doctor-"))).toEqual([]);
});

test("behind a gateway a closed hub is good: nothing without a token, and everything with one", async () => {
  const own = world.env.KARPOR_ACCESS_CONFIG;
  const [config, kubeconfig] = [`${own}.gateway`, `${own}.admin`];
  const contents = parse(readFileSync(own, "utf8"));
  behind(gateway.url).file(contents);
  writeFileSync(config, stringify(contents));
  writeFileSync(kubeconfig, world.hub.adminKubeconfig);
  const change = (option: string) =>
    setup([option, "--yes", "--kubeconfig", kubeconfig], {
      variables: { KARPOR_ACCESS_CONFIG: config },
      ...{ clock: world.clock, log: pino({ level: "silent" }, { write() {} }), colour: false },
      ...{ say: () => {}, confirm: async () => false },
    });
  await change("--close-anonymous");
  try {
    const found = await findings("--canary", behind(gateway.url));
    const about = found.filter(({ check, level }) => level !== "ok" || /gateway|streams|anon/.test(check));
    expect(about.map(({ check, level }) => `${level} ${check}`)).toEqual([
      ...["ok hub anonymous reads", "ok gateway", "ok gateway reads", "ok gateway roles"],
      ...["ok gateway beside", "ok canary gateway", "ok canary streams"],
    ]);
    const giveBack = await withoutRules(`${RBAC}/clusterroles/karpor-guest`, "*");
    expect(await findings("--canary", behind(gateway.url))).toContainEqual({
      ...{ check: "canary streams", level: "fail" },
      message: expect.stringContaining("answer 403"),
      fix: expect.stringContaining("--close-anonymous"),
    });
    await giveBack();
  } finally {
    await change("--open-anonymous");
  }
});

test("mistakes of the file are listed", async () => {
  const found = await findings("", {
    file: (file) => Object.assign(file.slack, { channel: "#here", more: 1 }),
  });
  expect(found.map(({ check, level }) => `${check} ${level}`)).toEqual([
    "configuration fail",
    "configuration fail",
  ]);
});

test("--find tells the ids of people, groups and channels", async () => {
  expect((await run("--find bob")).said).toMatch(/^U0BOB +person {3}@bob {2}Bob$/);
  expect((await run("--find @sre")).said).toMatch(/^S0SRE +group {4}@sre/);
  expect(JSON.parse((await run("--find approv --json")).said)).toMatchObject([
    { id: APPROVALS, kind: "channel" },
  ]);
  expect(await run("--find nobody-here")).toMatchObject({ isGood: false, said: /Nobody and nothing/ });
  await expect(run("--find bob --canary")).rejects.toMatchObject({ name: "UsageError" });
});

type Undo = () => unknown;
interface Fault {
  name: string;
  /** What is wrong; a change of the world is undone by what it resolves to. */
  plant(): Change | Undo | Promise<Undo>;
  level?: "warn";
  check: string;
  message: RegExp;
  fix: RegExp;
}

const role = (change: object): Change => ({ file: (file) => Object.assign(file.roles.guest, change) });
/** With hub.gateway, and at this address. */
const behind = (dashboard: string) => ({
  file: (file: File) => Object.assign(file.hub, { gateway: true, dashboard }),
});
const setRedis = async (name: string, value: string, before: string): Promise<Undo> => {
  await world.commands.config("SET", name, value);
  return () => world.commands.config("SET", name, before);
};
const make = async (path: string, name: string, body: object = {}): Promise<Undo> => {
  const { status } = await admin("POST", path, { body: { metadata: { name }, ...body } });
  expect(status).toBe(201);
  return () => admin("DELETE", `${path}/${name}`);
};
const bind = (name: string, clusterRole: string, namespace: string, account: string): Promise<Undo> =>
  make(`${RBAC}/clusterrolebindings`, name, {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
    subjects: [{ kind: "ServiceAccount", namespace, name: account }],
  });
/** Without the rules about these, for a while. */
const withoutRules = async (path: string, about: string): Promise<Undo> => {
  const put = async (change: (rules: File[]) => File[]) => {
    const { body } = (await admin("GET", path)) as File;
    await admin("PUT", path, { body: { ...body, rules: change(body.rules) } });
    return body.rules;
  };
  const before = await put((rules) =>
    rules.filter(({ verbs, resources }) => !(verbs.includes(about) || resources?.includes(about))),
  );
  return () => put(() => before);
};
const scopes = (change: (before: string[]) => string[]): Undo => {
  const { settings } = world.slack;
  const before = settings.scopes;
  settings.scopes = change(before);
  return () => Object.assign(settings, { scopes: before });
};

/** A record that Redis has from before, of a request whose account is gone. */
const oldRecord = async (): Promise<Undo> => {
  const [keys, at] = [keysFor("test"), world.clock.now()];
  const record = Request.parse({
    ...untouched(),
    id: "R-0123456789",
    version: "old",
    state: "waiting",
    requester: BOB,
    askedBy: BOB,
    account: "gone",
    role: "guest",
    clusterRole: "karpor-guest",
    duration: 60_000,
    reason: "",
    emergency: false,
    startsAt: null,
    follows: null,
    prolongsFrom: null,
    usedBefore: 0,
    replaces: null,
    askedAt: at,
    lapsesAt: at,
  });
  await world.commands.hset(keys.request(record.id), {
    version: record.version,
    record: world.signer.sign(`request:${record.id}`, JSON.stringify(record)),
  });
  await world.commands.sadd(keys.unfinished, record.id);
  return () => world.commands.del(keys.request(record.id), keys.unfinished);
};
const grantLabels = (id: string) => ({
  "app.kubernetes.io/managed-by": "karpor-access",
  "karpor-access.io/instance": "test",
  "karpor-access.io/request": id,
});

const faults: Fault[] = [
  {
    name: "Slack is out of reach",
    plant: () => ({ env: { SLACK_API_URL: "http://127.0.0.1:1/" } }),
    check: "slack token",
    message: /does not answer/,
    fix: /reaches slack\.com/,
  },
  {
    name: "the bot token is wrong",
    plant: () => ({ env: { SLACK_BOT_TOKEN: "xoxb-wrong" } }),
    check: "slack token",
    message: /invalid_auth/,
    fix: /SLACK_BOT_TOKEN/,
  },
  {
    name: "the app token is wrong",
    plant: () => ({ env: { SLACK_APP_TOKEN: "xapp-wrong" } }),
    check: "slack delivery",
    message: /invalid_auth/,
    fix: /SLACK_APP_TOKEN/,
  },
  {
    name: "a scope is missing",
    plant: () => scopes((all) => all.filter((one) => one !== "im:write")),
    check: "slack scopes",
    message: /lacks im:write/,
    fix: /manifest\.yml/,
  },
  {
    name: "something before Slack takes the header of scopes away",
    level: "warn",
    plant: () => {
      world.slack.settings.tellsScopes = false;
      return () => Object.assign(world.slack.settings, { tellsScopes: true });
    },
    check: "slack scopes",
    message: /cannot be told: Slack's answer came without its header of scopes/,
    fix: /proxy/,
  },
  {
    name: "a scope reads messages",
    level: "warn",
    plant: () => scopes((all) => [...all, "im:history"]),
    check: "slack scopes",
    message: /im:history is too much/,
    fix: /revoke the token/,
  },
  {
    name: "too few approvers have a passkey",
    plant: () => ({
      file: (file) => {
        Object.assign(file, { web: "http://localhost:3000" });
        Object.assign(file.roles.guest.approval, { passkey: true });
      },
    }),
    check: "passkeys guest",
    message: /^0 approvers have one, 1 needed; without one: U0ALICE, U0CAROL$/,
    fix: /passkey in Slack/,
  },
  {
    name: "the bot is not in its channel",
    plant: () => {
      world.slack.people.inviteBot(APPROVALS, false);
      return () => world.slack.people.inviteBot(APPROVALS, true);
    },
    check: `slack channel ${APPROVALS}`,
    message: /not in #approvals/,
    fix: /\/invite @karpor-access/,
  },
  {
    name: "the channel is archived",
    plant: () => {
      world.slack.people.archive(APPROVALS);
      return () => world.slack.people.archive(APPROVALS, false);
    },
    check: `slack channel ${APPROVALS}`,
    message: /archived/,
    fix: /another channel/,
  },
  {
    name: "the channel does not exist",
    plant: () => ({ file: (file) => Object.assign(file.slack, { channel: "C0NOWHERE" }) }),
    check: "slack channel C0NOWHERE",
    message: /does not show it \(channel_not_found\)/,
    fix: /\/invite/,
  },
  {
    name: "an approver does not exist",
    level: "warn",
    plant: () => role({ approval: { by: ["U0NOBODY", "S0SRE"] } }),
    check: "approvers guest",
    message: /U0NOBODY: no active member/,
    fix: /--find/,
  },
  {
    name: "nobody can approve",
    plant: () => role({ approval: { by: ["S0NONE"] } }),
    check: "approvers guest",
    message: /S0NONE have 0 active members, 1 needed: guest cannot be approved/,
    fix: /--find/,
  },
  {
    name: "those who approve are not in the channel",
    plant: () => {
      for (const user of ["U0ALICE", "U0CAROL"]) world.slack.people.leave(user, APPROVALS);
      return () => ["U0ALICE", "U0CAROL"].map((user) => world.slack.people.join(user, APPROVALS));
    },
    check: "approvers guest",
    message: /C0APPROVALS has 0 of their 2 active members, 1 needed/,
    fix: /\/invite them/,
  },
  {
    name: "somebody who may approve does not see the card",
    level: "warn",
    plant: () => {
      world.slack.people.leave("U0CAROL", APPROVALS);
      return () => world.slack.people.join("U0CAROL", APPROVALS);
    },
    check: "approvers guest",
    message: /^1 of their 2 active members are not in C0APPROVALS, and see no card: U0CAROL$/,
    fix: /\/invite them/,
  },
  {
    name: "nobody can ask",
    plant: () => role({ requester: { in: ["U0GUEST"] } }),
    check: "requesters guest",
    message: /nobody can ask for guest/,
    fix: /--find/,
  },
  {
    name: "one reviewer is left",
    plant: () => ({
      file: (file) => Object.assign(file.roles.admin.breakGlass, { review: [BOB, "U0GUEST"] }),
    }),
    check: "reviewers admin",
    message: /1 active members, 2 needed/,
    fix: /--find/,
  },
  {
    name: "Redis is away",
    plant: () => ({ env: { REDIS_URL: "redis://127.0.0.1:1" } }),
    check: "redis",
    message: /does not answer \(.*ECONNREFUSED/,
    fix: /REDIS_URL/,
  },
  {
    name: "Redis refuses the password",
    plant: () => ({ env: { REDIS_URL: world.redis.url.replace("//", "//nobody:wrong@") } }),
    check: "redis",
    message: /refuses the password/,
    fix: /REDIS_URL/,
  },
  {
    name: "Redis has no TLS",
    plant: () => ({ env: { REDIS_URL: world.redis.url.replace("redis:", "rediss:") } }),
    check: "redis",
    message: /does not answer by TLS; where it has none, begin REDIS_URL with redis:/,
    fix: /REDIS_URL/,
  },
  {
    name: "Redis is a read-only replica",
    plant: async () => {
      await world.commands.replicaof("127.0.0.1", "1");
      return () => world.commands.replicaof("NO", "ONE");
    },
    check: "redis",
    message: /a read-only replica; give REDIS_URL its primary/,
    fix: /REDIS_URL/,
  },
  {
    name: "Redis may evict",
    plant: () => setRedis("maxmemory-policy", "allkeys-lru", "noeviction"),
    check: "redis",
    message: /may evict/,
    fix: /does not start/,
  },
  {
    name: "Redis keeps nothing",
    level: "warn",
    plant: () => setRedis("appendonly", "no", "yes"),
    check: "redis persistence",
    message: /loses the latest requests/,
    fix: /appendonly yes/,
  },
  {
    name: "Redis belongs to another hub",
    plant: async () => {
      const { owner } = keysFor("test");
      const noted = { hub: "staging", key: world.signer.fingerprint };
      const before = await world.commands.set(owner, JSON.stringify(noted), "GET");
      return () => (before === null ? world.commands.del(owner) : world.commands.set(owner, before));
    },
    check: "redis",
    message: /belong to the hub "staging"/,
    fix: /REDIS_URL/,
  },
  {
    name: "Redis has records that another key signed",
    plant: async () => {
      const { owner } = keysFor("test");
      const noted = { hub: "production", key: "another" };
      const before = await world.commands.set(owner, JSON.stringify(noted), "GET");
      return () => (before === null ? world.commands.del(owner) : world.commands.set(owner, before));
    },
    check: "redis",
    message: /signed by another RECORDS_KEY/,
    fix: /RECORDS_KEY/,
  },
  {
    name: "a seal of somebody else keeps the trail from being sealed",
    plant: async () => {
      const { seals } = keysFor("test");
      await world.commands.xadd(seals, "*", "seal", "forged");
      return () => world.commands.del(seals);
    },
    check: "redis trail",
    message: /not made by this bot/,
    fix: /audit -- verify/,
  },
  {
    name: "an entry of the trail waits for its seal",
    plant: async () => {
      const { trail } = keysFor("test");
      await world.commands.xadd(trail, `${Date.now() - 6 * 60_000}-0`, "entry", "any");
      return () => world.commands.del(trail);
    },
    check: "redis trail",
    message: /older than five minutes/,
    fix: /the bot runs/,
  },
  {
    name: "Redis was emptied: an access on the hub has no record",
    plant: async () => {
      const name = "karpor-access-test-r-0123456789";
      const labels = grantLabels("R-0123456789");
      return make(`${RBAC}/clusterrolebindings`, name, {
        metadata: { name, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
        subjects: [{ kind: "ServiceAccount", namespace: "karpor-access", name }],
      });
    },
    check: "redis records",
    message: /1 of 1 accesses on the hub have no record: this Redis was emptied, is an older copy/,
    fix: /npm run grants/,
  },
  {
    name: "a record of another version",
    plant: async () => {
      const undo = await oldRecord();
      await world.commands.hset(keysFor("test").request("R-0123456789"), "record", "unsigned");
      return undo;
    },
    check: "redis records",
    message: /1 of 1 records cannot be read, such as R-0123456789/,
    fix: /0\.3\.0 starts with an empty Redis/,
  },
  {
    name: "Redis is an older copy: a request has no account any more",
    level: "warn",
    plant: oldRecord,
    check: "redis records",
    message: /1 of 1 open requests have no account on the hub: this Redis is an older copy/,
    fix: /ask again/,
  },
  {
    name: "the hub is away",
    plant: async () => {
      await world.localHub.down();
      return () => world.localHub.up();
    },
    check: "hub",
    message: /does not answer \(ECONNREFUSED\)/,
    fix: /does karpor-server run/,
  },
  {
    name: "the hub refuses the token",
    plant: () => ({ kubeconfig: kubeconfig(world.hub, "rubbish") }),
    check: "hub",
    message: /refuses the bot's token/,
    fix: /npm run setup/,
  },
  {
    name: "the certificate is another's",
    plant: () => ({ kubeconfig: kubeconfig({ url: world.hub.url, ca: OTHER_CA }, "any") }),
    check: "hub",
    message: /does not answer \(.*CERT|SIGN|ISSUER/,
    fix: /somebody is between/,
  },
  {
    name: "the kubeconfig is an administrator's",
    level: "warn",
    plant: () => ({ kubeconfig: world.hub.adminKubeconfig }),
    check: "hub account",
    message: /no token of an account of its own/,
    fix: /npm run setup/,
  },
  {
    name: "the kubeconfig trusts anybody",
    level: "warn",
    plant: () => ({ kubeconfig: world.hub.adminKubeconfig }),
    check: "hub tls",
    message: /trusts any certificate/,
    fix: /tls-cert-file/,
  },
  {
    name: "the bot may do too much",
    level: "warn",
    plant: () => ({ kubeconfig: world.hub.adminKubeconfig }),
    check: "hub least rights",
    message: /may also read Secrets/,
    fix: /delete what setup did not make/,
  },
  {
    name: "no kubeconfig",
    plant: () => ({ kubeconfig: "{}" }),
    check: "hub",
    message: /no current context/,
    fix: /npm run setup/,
  },
  {
    name: "a right is missing",
    plant: () => withoutRules(`${RBAC}/clusterroles/karpor-access`, "bind"),
    check: "hub rights",
    message: /may not bind karpor-guest, nor bind karpor-admin/,
    fix: /npm run setup/,
  },
  {
    name: "it cannot renew its token",
    plant: () =>
      withoutRules(`${RBAC}/namespaces/karpor-access-system/roles/karpor-access-own-token`, "create"),
    check: "hub rights",
    message: /may not renew its own token/,
    fix: /npm run setup/,
  },
  {
    name: "RBAC is off",
    plant: () => {
      world.localHub.setRbac(false);
      return () => world.localHub.setRbac(true);
    },
    check: "hub rbac",
    message: /a token means nothing/,
    fix: /enableRbac=true/,
  },
  {
    name: "a ClusterRole is missing",
    plant: () => role({ clusterRole: "nowhere" }),
    check: "role guest",
    message: /no ClusterRole nowhere/,
    fix: /roles\.guest\.clusterRole/,
  },
  {
    name: "reads are open and must not be",
    plant: () => ({ file: (file) => Object.assign(file.hub, { anonymous: "closed" }) }),
    check: "hub anonymous reads",
    message: /hub\.anonymous says closed/,
    fix: /--close-anonymous/,
  },
  {
    name: "Karpor shows its AI proxy's password",
    level: "warn",
    plant: () => {
      world.localHub.setAiProxy("http://karpor:planted-password@proxy.example.com:3128");
      return () => world.localHub.setAiProxy("");
    },
    check: "hub server-configs",
    message: /^(?!.*planted).*reads the password in AIHTTPProxy, also with reads closed/,
    fix: /change the password/,
  },
  {
    name: "the gateway is before a hub whose reads are open",
    plant: () => behind(gateway.url),
    check: "gateway reads",
    message: /\/rest-api\/v1\/clusters needs no token: the gateway protects nothing/,
    fix: /--close-anonymous/,
  },
  {
    name: "a role would not open what the gateway closes",
    level: "warn",
    plant: () => behind(gateway.url),
    check: "gateway roles",
    message: /in karpor-guest, karpor-admin$/,
    fix: /--close-anonymous/,
  },
  {
    name: "the dashboard's address has not the gateway's page",
    plant: () => behind(withoutPage.url),
    check: "gateway",
    message: /has not the page \/access\/login/,
    fix: /deploy\/gateway/,
  },
  {
    name: "the dashboard is elsewhere",
    plant: () => behind(`${gateway.url}/karpor`),
    check: "gateway",
    message: /answers 403 where the dashboard's login should be/,
    fix: /hub\.dashboard is the gateway/,
  },
  {
    name: "the gateway is away",
    plant: () => behind("https://127.0.0.1:1"),
    check: "gateway",
    message: /does not answer \(ECONNREFUSED\)/,
    fix: /Does the gateway run/,
  },
  {
    name: "no browser trusts the gateway's certificate",
    plant: () => behind(world.hub.url),
    check: "gateway",
    message: /certificate of .* is not trusted \(.*(CERT|SIGN|ISSUER)/,
    fix: /NODE_EXTRA_CA_CERTS/,
  },
  {
    name: "the gateway has no certificate",
    level: "warn",
    plant: () => behind(withoutTls.url),
    check: "gateway",
    message: /not encrypted: browsers keep no cookie there/,
    fix: /its https address/,
  },
  {
    name: "others reach the hub beside the gateway",
    level: "warn",
    plant: () => ({
      ...behind(gateway.url),
      kubeconfig: world.hub.adminKubeconfig.replace("127.0.0.1", "0.0.0.0"),
    }),
    check: "gateway beside",
    message: /reaches the hub at https:\/\/0\.0\.0\.0:\d+: who reaches that too goes round the gateway/,
    fix: /NetworkPolicy/,
  },
  {
    name: "the hub's clock is wrong",
    plant: () => {
      world.localHub.skew(120_000);
      return () => world.localHub.skew(0);
    },
    check: "hub clock",
    message: /1(19|20|21) s apart/,
    fix: /timedatectl/,
  },
  {
    name: "a binding by hand",
    plant: () => bind("by-hand", "karpor-admin", "default", "karpor-admin"),
    check: "hub foreign",
    message: /by-hand gives karpor-admin to ServiceAccount default karpor-admin/,
    fix: /delete clusterrolebinding by-hand.*hub\.known/,
  },
  {
    name: "somebody else has the bot's rights",
    plant: () => bind("thief", "karpor-access", "default", "thief"),
    check: "hub foreign",
    message: /thief gives karpor-access/,
    fix: /--rotate/,
  },
  {
    name: "the bot's rights are everybody's, under the marks of a request",
    plant: () => {
      const name = "karpor-access-test-r-0123456789";
      return make(`${RBAC}/clusterrolebindings`, name, {
        metadata: { name, labels: grantLabels("R-0123456789") },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-access" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:serviceaccounts" }],
      });
    },
    check: "hub foreign",
    message: /gives karpor-access to Group system:serviceaccounts; the bot did not make it/,
    fix: /--rotate deletes it/,
  },
  {
    name: "the hub's lists do not end",
    plant: () => {
      world.localHub.endlessLists(true);
      return () => world.localHub.endlessLists(false);
    },
    check: "hub",
    message: /clusterrolebindings: more than 200 pages; nothing is decided on a part of it/,
    fix: /See that it answers/,
  },
  {
    name: "an account among the grants'",
    plant: () => make(ACCOUNTS, "thief"),
    check: "hub foreign",
    message: /karpor-access\/thief is among the grants'/,
    fix: /delete serviceaccount thief/,
  },
];

test.each(faults)("$name", async ({ plant, level = "fail", check, message, fix }) => {
  const planted = await plant();
  const undo = typeof planted === "function" ? planted : () => {};
  try {
    const found = await findings("", typeof planted === "function" ? {} : planted);
    const wanted = { check, level, message: expect.stringMatching(message), fix: expect.stringMatching(fix) };
    expect(found).toContainEqual(wanted);
  } finally {
    await undo();
  }
});

test("bindings that hub.known or another instance explains are no fault", async () => {
  const undo = [
    await bind("by-hand", "karpor-admin", "default", "ci"),
    await bind(
      "karpor-access-staging-r-0123456789",
      "karpor-guest",
      "karpor-access-staging",
      "karpor-access-staging-r-0123456789",
    ),
  ];
  const file = (contents: File) =>
    Object.assign(contents.hub, { known: ["default/ci"], instances: ["staging"] });
  const found = (await findings("", { file })).filter(({ check }) => check === "hub foreign");
  expect(found.map(({ level, message }) => `${level} ${message}`)).toEqual([
    "ok by-hand gives karpor-admin, as hub.known allows",
  ]);
  for (const one of undo) await one();
});
