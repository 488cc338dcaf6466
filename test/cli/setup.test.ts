/** `setup` as it is typed, against a hub: what it makes, that the bot works with it, and what it refuses. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { loadForHub } from "../../src/config.ts";
import { createHub } from "../../src/hub/create-hub.ts";
import { MINUTE } from "../../src/request/durations.ts";
import { requestIdFrom, UserId } from "../../src/request/ids.ts";
import { ALICE, APPROVALS, BOB } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";

const log = pino({ level: "silent" }, { write() {} });
const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/anonymous";
const OWN = {
  ...roles.guest,
  clusterRole: "karpor-access-search",
  rules: [{ nonResourceURLs: ["/search/*"], verbs: ["get"] }],
};
const file = {
  instance: "production",
  hub: { name: "production", kubeconfig: "secrets/hub.kubeconfig", dashboard: "https://karpor.example.com" },
  slack: { channel: APPROVALS },
  admins: [ALICE],
  roles: { ...roles, own: OWN },
  audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } },
};

let hub: LocalHub;
let admin: HubCaller;
let folder: ReturnType<typeof scratch>;
const clock = jumpClock();
beforeAll(async () => {
  hub = await startLocalHub({ clock });
  admin = hubClient(hub, hub.admin);
});
beforeEach(() => {
  folder?.remove();
  folder = scratch("karpor-access-setup");
  writeFileSync(join(folder.path, "admin"), hub.adminKubeconfig);
});
afterAll(async () => {
  folder.remove();
  await admin.close();
  await hub.stop();
});

const variables = () => ({
  KARPOR_ACCESS_CONFIG: join(folder.path, "config.yml"),
  HUB_AUDIT_TOKEN: "planted-hub-audit-secret-0123456789",
});
const kubeconfig = () => readFileSync(join(folder.path, "secrets/hub.kubeconfig"), "utf8");

/** Runs it with the administrator's kubeconfig; resolves to what it said. */
async function run(line: string, { answer = true, change = {} }: { answer?: boolean; change?: object } = {}) {
  writeFileSync(join(folder.path, "config.yml"), stringify({ ...file, ...change }));
  const lines: string[] = [];
  const args = line
    .replace("ADMIN", `--kubeconfig ${join(folder.path, "admin")}`)
    .split(" ")
    .filter(Boolean);
  const sleep = async (ms: number) => {
    clock.jump(ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await setup(args, {
    ...{ variables: variables(), log, colour: false, clock: { now: clock.now, sleep } },
    say: (said) => void lines.push(said),
    confirm: async () => answer,
  });
  return lines.join("\n");
}

/** The hub as the bot uses it with the kubeconfig that setup wrote. */
function botsHub() {
  const { hub: settings, instance } = loadForHub(variables());
  return createHub({ settings, instance, clock, log });
}

/** A grant from beginning to end. */
async function grant(by: ReturnType<typeof createHub>, seed: string, clusterRole = "karpor-guest") {
  const [id, endsAt] = [requestIdFrom(seed), clock.now() + 60 * MINUTE];
  const { uid } = await by.createAccount(id, { until: endsAt, requester: UserId.parse(BOB) });
  await by.createBinding({ id, account: uid, clusterRole, endsAt });
  const { token } = await by.mintToken(id, 60 * MINUTE);
  return { id, uid, token };
}

const claims = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

test("a dry run prints the objects and touches nothing", async () => {
  const before = await hub.objects();
  expect(await run("ADMIN --dry-run")).toContain("kind: ClusterRoleBinding");
  expect(await hub.objects()).toEqual(before);
  expect(readdirSync(folder.path).sort()).toEqual(["admin", "config.yml"]);
});

test("from nothing: the bot works with the kubeconfig, has the least rights, and a second run changes nothing", async () => {
  const said = await run("ADMIN");
  expect(said.match(/^ {2}made /gm)).toHaveLength(10);
  expect(statSync(join(folder.path, "secrets/hub.kubeconfig")).mode & 0o777).toBe(0o600);
  const bot = botsHub();
  const { id, uid, token } = await grant(bot, "setup", "karpor-access-search");
  expect(await bot.isLoggedIn()).toBe(true);
  await bot.changeNotes(() => ({ lockdown: "none" }));
  await bot.deleteBinding(id);
  await bot.deleteAccount(id, uid);
  expect(await bot.checkLogin(token)).toBe("refused");
  await expect(grant(bot, "other role", "anonymous")).rejects.toMatchObject({ reason: "Forbidden" });
  const { iat, exp } = claims(parse(kubeconfig()).users[0].user.token);
  expect(exp - iat).toBe(90 * 24 * 3600);
  clock.jump(50 * 24 * 60 * MINUTE);
  const before = kubeconfig();
  await bot.renewOwnToken();
  expect(kubeconfig()).not.toBe(before);
  await bot.close();
  const again = await run("ADMIN");
  expect(again.match(/^ {2}unchanged /gm)).toHaveLength(10);
  expect(again).not.toMatch(/^ {2}(made|updated) /m);
});

test("for a bot whose kubeconfig is in a Secret it is written to the same place", async () => {
  const { kubeconfig: _, ...settings } = file.hub;
  const secret = { namespace: "karpor-access", name: "karpor-access-hub", key: "kubeconfig" };
  await run("ADMIN", { change: { hub: { ...settings, kubeconfigSecret: secret } } });
  expect(kubeconfig()).toContain(hub.url);
});

test("a changed catalog changes the rights; the objects of another instance are left alone", async () => {
  const changed = await run("ADMIN", { change: { roles } });
  expect(changed.match(/updated .*/g)).toEqual(["updated    ClusterRole karpor-access-production"]);
  const before = await hub.objects();
  const taken = { instance: "staging", hub: { ...file.hub, namespace: "karpor-access-production" } };
  await expect(run("ADMIN", { change: taken })).rejects.toThrow(
    /belongs to instance production, so it is not changed/,
  );
  // The one that is refused is read last; the role of a new name would have been made before it.
  const renamed = { ...roles, own: { ...OWN, clusterRole: "karpor-access-new" } };
  await expect(run("ADMIN", { change: { ...taken, roles: renamed } })).rejects.toThrow(
    /so it is not changed/,
  );
  expect(await hub.objects()).toEqual(before);
});

test("--rotate ends the old token and every access, and asks first", async () => {
  await run("ADMIN");
  await expect(run("--rotate ADMIN", { answer: false })).rejects.toThrow("Nothing was changed.");
  const bot = botsHub();
  await grant(bot, "rotate");
  const old: string = parse(kubeconfig()).users[0].user.token;
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const own = "karpor-access-production";
  await admin("POST", bindings, {
    body: {
      metadata: { name: "everybody-binds" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: own },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:serviceaccounts" }],
    },
  });
  const said = await run("--rotate ADMIN");
  expect(said).toMatch(/removed {4}\d+ accounts of requests/);
  expect(said).toContain("removed    ClusterRoleBinding everybody-binds, which gave the bot's own rights");
  const { clusterRoleBindings } = await hub.objects();
  const left = clusterRoleBindings.filter(({ roleRef }) => (roleRef as { name: string }).name === own);
  expect(left.map(({ metadata }) => metadata.name)).toEqual([own]);
  const fresh = parse(kubeconfig()).users[0].user.token;
  expect([hub.login(old), hub.login(fresh)]).toEqual([401, 200]);
  expect([(await bot.listAccounts()).items, (await bot.listBindings()).items]).toEqual([[], []]);
  await bot.close();
});

test("--if-refused changes nothing until the hub's keys are new, then only the kubeconfig", async () => {
  await run("ADMIN");
  const before = kubeconfig();
  expect(await run("--if-refused ADMIN")).toContain("nothing was changed");
  expect(kubeconfig()).toBe(before);
  await hub.down();
  expect(await run("--if-refused ADMIN")).toContain("does not say that it refuses the bot");
  await hub.up();
  await hub.upgrade();
  // Past what the stand-in remembers; a restarted hub remembers nothing.
  clock.jump(11_000);
  writeFileSync(join(folder.path, "admin"), hub.adminKubeconfig);
  expect(await run("--if-refused ADMIN")).toContain("written to where the bot reads it");
  expect(hub.login(parse(kubeconfig()).users[0].user.token)).toBe(200);
  await admin.close();
  admin = hubClient(hub, hub.admin);
});

test("--close-anonymous cuts the role to its pages, and --open-anonymous gives it back", async () => {
  const nobody = hubClient(hub);
  const open = async () =>
    Promise.all(
      ["/login", "/rest-api/v1/clusters", "/rest-api/v1/insight/aggregator/log/pod/c/n/p"].map(
        async (path) => (await nobody("GET", path)).status !== 403,
      ),
    );
  const rules = (await admin("GET", ROLE)).body.rules;
  expect(await run("--close-anonymous --dry-run ADMIN")).toContain("Nothing was changed.");
  expect(await open()).toEqual([true, true, true]);
  expect(await run("--close-anonymous --keep-streams ADMIN")).toContain("refuses what comes without a token");
  expect(await open()).toEqual([true, false, true]);
  await run("--close-anonymous --yes ADMIN", { answer: false });
  expect(await open()).toEqual([true, false, false]);
  expect(await run("--close-anonymous ADMIN")).toContain("unchanged");
  await run("--open-anonymous ADMIN");
  expect((await admin("GET", ROLE)).body.rules).toEqual(rules);
  await nobody.close();
});

test("--close-anonymous names the binding that opens the reads again", async () => {
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  await admin("POST", bindings, {
    body: {
      metadata: { name: "everybody-reads" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:unauthenticated" }],
    },
  });
  await expect(run("--close-anonymous --yes ADMIN")).rejects.toThrow(
    /without a token, because of another binding .*: everybody-reads \(ClusterRole karpor-guest\)\. Delete it/,
  );
  await admin("DELETE", `${bindings}/everybody-reads`);
  expect(await run("--close-anonymous --yes ADMIN")).toContain("refuses what comes without a token");
  await run("--open-anonymous --yes ADMIN");
});

test("--hub-audit prints the policy and the webhook", async () => {
  const audit = await run("--hub-audit https://bot.example.com:8443");
  expect(audit).toContain("system:serviceaccounts:karpor-access-production");
  expect(audit).toContain("server: https://bot.example.com:8443/hub-audit");
  expect(await run("--hub-audit http://bot:3000")).toContain(
    "http://bot:3000/hub-audit/planted-hub-audit-secret",
  );
});

test.each([
  ["", "Say where the hub's kubeconfig is"],
  ["--from-cluster ADMIN", "not both"],
  ["--rotate --dry-run ADMIN", "--dry-run does not go with --rotate"],
  ["--nonsense", "Unknown option"],
  ["--hub-audit bot", "must be where the hub reaches the bot"],
])("setup %s is refused", async (line, why) => {
  await expect(run(line)).rejects.toMatchObject({
    name: "UsageError",
    message: expect.stringContaining(why),
  });
});

test("where there is no kubeconfig, or one that names files, what to do is said before anything is written", async () => {
  const before = await hub.objects();
  vi.stubEnv("KUBECONFIG", "");
  vi.stubEnv("HOME", folder.path);
  await expect(run("--from-cluster")).rejects.toThrow(/^No kubeconfig: put yours at ~\/\.kube\/config/);
  await expect(run("--hub-audit https://bot.example.com:8443 --from-cluster")).rejects.toThrow(
    /^No kubeconfig:/,
  );
  vi.unstubAllEnvs();
  await expect(run("--kubeconfig nowhere")).rejects.toThrow(/^No kubeconfig: cannot read nowhere \(ENOENT\)/);
  const contents = parse(hub.adminKubeconfig);
  contents.users[0].user = { "client-certificate": "gone.crt", "client-key": "gone.key" };
  writeFileSync(join(folder.path, "admin"), stringify(contents));
  await expect(run("ADMIN")).rejects.toThrow(
    /Cannot read .*gone\.crt, .*: `kubectl config view --raw --flatten`/,
  );
  writeFileSync(join(folder.path, "admin"), hub.adminKubeconfig);
  mkdirSync(join(folder.path, "secrets/hub.kubeconfig"), { recursive: true });
  await expect(run("ADMIN", { change: { instance: "fresh" } })).rejects.toThrow(/Cannot read .*\(EISDIR\)/);
  expect(await hub.objects()).toEqual(before);
});

test("a kubeconfig that is no administrator's, and a hub that is away, are told with what to do", async () => {
  await run("ADMIN");
  await expect(
    run(`--kubeconfig ${join(folder.path, "secrets/hub.kubeconfig")}`, { change: { roles } }),
  ).rejects.toThrow(/403.*Use Karpor's own kubeconfig/);
  await hub.down();
  await expect(run("ADMIN")).rejects.toThrow(/ECONNREFUSED.*See that this machine reaches the hub/);
  await hub.up();
});
