/** What others made on the hub, and what a killed doctor left there: the doctor names each, and says what removes it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../../sandbox/hub/index.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { connectAll } from "../../../src/app/clients.ts";
import { checkStart } from "../../../src/cli/checks/start.ts";
import { loadConfig } from "../../../src/config.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/duration.ts";
import { labels, objectName } from "../../../src/hub/grants/names.ts";
import { createLog } from "../../../src/log.ts";
import { startWorld, type World } from "../../helpers/bot.ts";
import { findingsOf, runDoctor } from "../../helpers/doctor.ts";
import { run } from "../../helpers/process.ts";
import { silent } from "../../helpers/silent.ts";
import { approved } from "../../hub/requests.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
let world: World;
let admin: HubCaller;
beforeAll(async () => {
  world = await startWorld();
  admin = hubClient(world.hub, world.hub.admin);
});
afterAll(async () => {
  await admin.close();
  await world.close();
});

type Undo = () => Promise<unknown>;
interface Case {
  name: string;
  wrong(): Promise<Undo>;
  level?: "warn";
  check: string;
  message: RegExp;
  fix: RegExp;
}

const bound = (
  name: string,
  clusterRole: string,
  subject: object,
  metadata: object = {},
  by: HubCaller = admin,
) => {
  const body = {
    metadata: { name, ...metadata },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
    subjects: [subject],
  };
  return by("POST", `${RBAC}/clusterrolebindings`, { body });
};
const account = (namespace: string, name: string) => ({ kind: "ServiceAccount", namespace, name });
const unbind = (name: string) => () =>
  admin("DELETE", `${RBAC}/clusterrolebindings/${encodeURIComponent(name)}`);
const aged = async (ms: number, make: () => Promise<unknown>) => {
  world.localHub?.skew(-ms);
  await make();
  world.localHub?.skew(0);
};
const grantOf = async (instance: string, namespace: string): Promise<Undo> => {
  const request = approved();
  const name = objectName(request);
  await bound(name, "karpor-guest", account(namespace, name), { labels: labels(instance, request) });
  return unbind(name);
};

const past: Case[] = [
  {
    name: "an account made by hand has a role of the catalog",
    wrong: async () => {
      await aged(212 * DAY, () => bound("karpor-admin", "karpor-admin", account("default", "karpor-admin")));
      return unbind("karpor-admin");
    },
    level: "warn",
    check: "hub foreign",
    message:
      /^ClusterRoleBinding karpor-admin, which gives karpor-admin to default\/karpor-admin; 212d old, and not made by the bot$/,
    fix: /^kubectl delete clusterrolebinding karpor-admin; kubectl -n default delete serviceaccount karpor-admin, on the hub; or accept it: hub\.known: \[default\/karpor-admin\]$/,
  },
  {
    name: "anybody has a role of the catalog",
    wrong: async () => {
      await bound("x; rm -rf $HOME", "karpor-admin", { kind: "User", name: "system:anonymous" });
      return unbind("x; rm -rf $HOME");
    },
    check: "hub foreign",
    message: /'x; rm -rf \$HOME', which gives karpor-admin to system:anonymous;/,
    fix: /^kubectl delete clusterrolebinding 'x; rm -rf \$HOME', on the hub\. If nobody knows it: npm run setup -- --rotate$/,
  },
  {
    name: "an account among the grants' is held by a finalizer",
    wrong: async () => {
      const accounts = "/api/v1/namespaces/karpor-access/serviceaccounts";
      const finalizers = ["example.com/held"];
      await admin("POST", accounts, { body: { metadata: { name: "mallory", finalizers } } });
      return async () => {
        const [type, body] = ["application/merge-patch+json", { metadata: { finalizers: null } }];
        await admin("PATCH", `${accounts}/mallory`, { type, body });
        await admin("DELETE", `${accounts}/mallory`);
      };
    },
    check: "hub foreign",
    message: /^ServiceAccount karpor-access\/mallory, among the grants' accounts;/,
    fix: /^kubectl -n karpor-access patch serviceaccount --type=merge '--patch=\{"metadata":\{"finalizers":null\}\}' mallory; kubectl -n karpor-access delete serviceaccount mallory, on the hub\. If nobody/,
  },
  {
    name: "a rotation did not finish",
    wrong: async () => {
      await bound("second", "karpor-access", account("karpor-access-system", "karpor-access-2"));
      return unbind("second");
    },
    check: "hub old account",
    message: /^karpor-access-system\/karpor-access-2 still has the bot's rights$/,
    fix: /setup -- --from-cluster --rotate/,
  },
  {
    name: "grants stand under another instance's name",
    wrong: () => grantOf("before", "karpor-access"),
    check: "hub other instance",
    message: /^1 objects of instance before stand in karpor-access: .* nobody ends them now$/,
    fix: /^Put `instance: before` back .*delete clusterrolebindings -l=app\.kubernetes\.io\/managed-by=karpor-access,karpor-access\.io\/instance=before;/,
  },
  {
    name: "grants of ours stand in another namespace",
    wrong: () => grantOf("test", "old-namespace"),
    check: "hub other namespace",
    message: /^1 grants of instance test stand in old-namespace, where the bot does not look/,
    fix: /put `hub\.namespace: old-namespace` back/,
  },
  {
    name: "another bot's grants stand in another namespace",
    wrong: () => grantOf("other", "other-namespace"),
    level: "warn",
    check: "hub other namespace",
    message: /^1 grants of instance other stand in other-namespace: another bot's, or this one's before/,
    fix: /^If another bot looks after them: `hub\.instances: \[other\]`, .* put `instance: other` and `hub\.namespace: other-namespace` back/,
  },
];

test.each(past)("$name", async ({ wrong, level = "fail", check, message, fix }) => {
  const undo = await wrong();
  try {
    const found = findingsOf(await runDoctor(world)).filter((one) => one.check === check);
    expect(found).toMatchObject([
      { level, message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    ]);
  } finally {
    await undo();
  }
});

test("an account of hub.known is accepted", async () => {
  await bound("karpor-guest", "karpor-guest", account("default", "karpor-guest"));
  const run = await runDoctor(world, {
    file: (file) => Object.assign(file.hub, { known: ["default/karpor-guest"] }),
  });
  await unbind("karpor-guest")();
  expect(findingsOf(run).filter(({ check }) => check === "hub foreign")).toMatchObject([{ level: "ok" }]);
  expect(findingsOf(run).find(({ check }) => check === "hub known")?.message).toMatch(
    /^ClusterRoleBinding karpor-guest, which gives karpor-guest to default\/karpor-guest; \d+m old$/,
  );
});

test("the start says of orphans too", async () => {
  const undo = await grantOf("before", "karpor-access");
  const { findings } = await startChecks();
  await undo();
  expect(findings).toContainEqual(expect.objectContaining({ level: "fail", check: "hub other instance" }));
});

test.each([
  ["the probe account", ["doctor"], /karpor-access-doctor-\w+\/token$/],
  ["the canary", ["doctor", "--canary"], /karpor-access-guest-[\w-]+\/token$/],
])("%s that a killed doctor left is taken away by the next, after some minutes", async (_, args, at) => {
  const doctor = run("src/main.ts", args, world.env);
  const off = world.localHub?.onRequest(({ path }) => {
    if (!at.test(path)) return;
    // Nothing more gets through, however long the signal takes.
    world.localHub?.hang(true);
    doctor.child.kill("SIGKILL");
  });
  await doctor.ended;
  off?.();
  world.localHub?.hang(false);
  expect(await doctors()).not.toEqual([]);
  const early = findingsOf(await runDoctor(world));
  expect(early.filter(({ check }) => check === "hub leftovers" || check === "hub foreign")).toMatchObject([
    { check: "hub foreign", level: "ok" },
  ]);
  expect(await doctors()).not.toEqual([]);
  world.clock.jump(6 * MINUTE);
  expect(findingsOf(await runDoctor(world)).filter(({ check }) => check === "hub leftovers")).toMatchObject([
    { level: "ok", message: expect.stringMatching(/^[12] objects that an interrupted doctor left/) },
  ]);
  expect(await doctors()).toEqual([]);
});

describe("an account that many share is retired as docs/install.md says", () => {
  describe("on the local hub", () => onHub((clock) => startLocalHub({ clock })));
  describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () =>
    onHub(() => startEnvtest()),
  );
});

function onHub(start: (clock: JumpClock) => Promise<TestHub>): void {
  const opened = new AsyncDisposableStack();
  let shared: World;
  let operator: HubCaller;
  let anybody: HubCaller;
  beforeAll(async () => {
    const clock = jumpClock();
    shared = opened.use(await startWorld({ clock, hub: opened.use(await start(clock)) }));
    operator = opened.adopt(hubClient(shared.hub, shared.hub.admin), (ask) => ask.close());
    anybody = opened.adopt(hubClient(shared.hub), (ask) => ask.close());
  }, 90_000);
  afterAll(() => opened.disposeAsync());

  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  /** By hand, with a token of 1000 hours. */
  async function share(name: string): Promise<string> {
    await operator("POST", accounts, { body: { metadata: { name } } });
    await bound(name, "karpor-admin", account("default", name), {}, operator);
    const body = { spec: { expirationSeconds: (1000 * HOUR) / SECOND } };
    const minted = await operator("POST", `${accounts}/${name}/token`, { body });
    return (minted.body.status as { token: string }).token;
  }
  /** To what only karpor-admin may; the real one serves none of it, and refuses it all the same. */
  const answers = (token: string, statuses: number[]) =>
    shared.until(async () => {
      const { status } = await anybody("DELETE", "/rest-api/v1/cluster/production", { token });
      return statuses.includes(status);
    });
  const foreign = async () =>
    findingsOf(await runDoctor(shared)).filter(({ check }) => check === "hub foreign");
  /** What kubectl asks of the hub. */
  const carryOut = (command: string) => {
    const [, namespace, kind, name] = /^kubectl (?:-n (\S+) )?delete (\S+) (\S+)$/.exec(command) ?? [];
    const of = { clusterrolebinding: RBAC, serviceaccount: `/api/v1/namespaces/${namespace}` }[kind ?? ""];
    return operator("DELETE", `${of}/${kind}s/${name}`);
  };

  test("after the first command that doctor says its token has no rights, after the second it is refused, and nothing is foreign", async () => {
    const token = await share("karpor-admin");
    await answers(token, [200, 404]);
    await shared.jump(3 * HOUR);
    const [found, ...more] = await foreign();
    expect(more).toEqual([]);
    expect(found?.message).toMatch(/^ClusterRoleBinding karpor-admin, .* to default\/karpor-admin; 3h old,/);
    const commands = found?.fix?.split(", on the hub")[0]?.split("; ") ?? [];
    expect(commands).toHaveLength(2);
    const [unbind = "", remove = ""] = commands;
    expect((await carryOut(unbind)).status).toBe(200);
    await answers(token, [403]);
    expect((await carryOut(remove)).status).toBe(200);
    await shared.jump(10 * SECOND);
    await answers(token, [401]);
    expect(await foreign()).toMatchObject([{ level: "ok" }]);
  });
}

/** What the hub has of a doctor. */
async function doctors(): Promise<string[]> {
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  return [...serviceAccounts, ...clusterRoleBindings]
    .filter(({ metadata }) => metadata.labels?.["karpor-access.io/instance"] === "test-doctor")
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

async function startChecks() {
  await using opened = new AsyncDisposableStack();
  const config = loadConfig(world.env);
  const clients = await connectAll(config, { clock: world.clock, log: createLog("error", silent) }, opened);
  return await checkStart(config, world.clock, clients);
}
