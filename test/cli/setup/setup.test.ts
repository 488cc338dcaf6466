/** `setup` against a hub: what it makes, what it says, run again, and what it refuses; the real API server too. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { jumpClock, systemClock } from "../../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import { type LocalHub, startLocalHub } from "../../../sandbox/hub/index.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { setup } from "../../../src/cli/setup/index.ts";
import { setupOptions } from "../../../src/cli/setup/options.ts";
import { loadForHub } from "../../../src/config.ts";
import { setupLabels } from "../../../src/hub/bot-account.ts";
import { IN_CLUSTER_SERVER } from "../../../src/hub/settings.ts";
import { startHostStandIn } from "../../hub/in-cluster-stand-in.ts";

const EXAMPLE = readFileSync(new URL("../../../karpor-access.example.yml", import.meta.url), "utf8");
type Example = { instance: string; hub: Record<string, unknown>; roles: Record<string, object> };
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "karpor-access-setup-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  vi.unstubAllEnvs();
});

/** Runs it as the command line does; resolves to what it said. */
interface Kubeconfig {
  clusters: [{ cluster: object }];
  users: [object];
}

async function run(args: string[], change: (file: Example) => void = () => {}): Promise<string> {
  const file = parse(EXAMPLE);
  Object.assign(file.hub, { namespace: "karpor-access" });
  change(file);
  writeFileSync(join(dir, "config.yml"), stringify(file));
  const config = loadForHub({ KARPOR_ACCESS_CONFIG: join(dir, "config.yml") });
  const lines: string[] = [];
  await setup(config, setupOptions(args), {
    log: pino({ level: "silent" }),
    clock: systemClock(),
    say: (line) => void lines.push(line),
    confirm: async () => false,
  });
  return lines.join("\n");
}

/** Of that name, in a namespace of that name, with no ClusterRoles of its own. */
const another = (instance: string) => (file: Example) => {
  Object.assign(file, { instance });
  Object.assign(file.hub, { namespace: instance, kubeconfig: `${instance}.kubeconfig` });
  for (const role of Object.values(file.roles)) Object.assign(role, { rules: undefined });
};

const keep = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const written = () => readFileSync(join(dir, "secrets", "hub.kubeconfig"), "utf8");
const ownToken = (): string => parse(written()).users[0].user.token;
const clusterIn = (kubeconfig: string): object => parse(kubeconfig).clusters[0].cluster;
/** A kubeconfig, and in it by hand what else its cluster has in the place of insecure-skip-tls-verify. */
const verifying = (kubeconfig: string, how: object): string => {
  const file = parse(kubeconfig);
  const { server } = file.clusters[0].cluster;
  file.clusters[0].cluster = { server, ...how };
  return stringify(file);
};
const trusting = (ca: string) => ({ "certificate-authority-data": Buffer.from(ca).toString("base64") });
const words = (said: string, first: string) => said.split("\n").filter((l) => l.trim().startsWith(first));

describe("on the local hub", () => onHub(() => startLocalHub({ clock: jumpClock() })));
describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () => onHub(startEnvtest));

function onHub(start: () => Promise<TestHub>) {
  let hub: TestHub;
  let ask: HubCaller;
  let admin: string;
  beforeAll(async () => {
    hub = await start();
    ask = hubClient(hub, hub.admin);
  });
  beforeEach(() => {
    admin = keep("admin.kubeconfig", hub.adminKubeconfig);
  });
  afterAll(async () => {
    await ask.close();
    await hub.stop();
  });

  test("--dry-run prints the objects and touches nothing", async () => {
    const before = await hub.objects();
    expect(await run(["--kubeconfig", admin, "--dry-run"])).toContain("kind: ClusterRoleBinding");
    expect(await hub.objects()).toEqual(before);
    expect(readdirSync(dir).sort()).toEqual(["admin.kubeconfig", "config.yml"]);
  });

  test("makes the account, its rights and a narrow kubeconfig; again, it changes nothing", async () => {
    const first = await run(["--kubeconfig", admin]);
    expect(words(first, "made")).toHaveLength(11);
    expect(first).toContain("wrote");
    expect(statSync(join(dir, "secrets", "hub.kubeconfig")).mode & 0o777).toBe(0o600);
    const reply = await ask("GET", `${RBAC}/clusterrolebindings`, { token: ownToken() });
    expect(reply.status).toBe(200);
    const user = parse(hub.adminKubeconfig).users[0].user;
    for (const secret of Object.values<string>(user)) expect(written()).not.toContain(secret);
    expect(parse(written()).users).toHaveLength(1);

    const again = await run(["--kubeconfig", admin]);
    expect(words(again, "unchanged")).toHaveLength(11);
    expect(words(again, "made").concat(words(again, "updated"))).toEqual([]);
    expect(readdirSync(join(dir, "secrets"))).toEqual(["hub.kubeconfig"]);
  });

  test("the bot's token renews itself and makes none for others", async () => {
    await run(["--kubeconfig", admin]);
    const mint = (name: string) =>
      hubClient(hub)("POST", `/api/v1/namespaces/karpor-access-system/serviceaccounts/${name}/token`, {
        token: ownToken(),
        body: { spec: { expirationSeconds: 3600 } },
      });
    await vi.waitFor(async () => expect((await mint("karpor-access")).status).toBe(201), 30_000);
    expect((await mint("somebody")).status).toBe(403);
  });

  describe("a CA that was put into the bot's kubeconfig, where the administrator's trusts any certificate", () => {
    const path = join("secrets", "hub.kubeconfig");
    const ANY = "it trusts any certificate: where the one in that Secret has the hub's CA";

    test("stays when the kubeconfig is made anew, and nothing is warned of", async () => {
      expect(words(await run(["--kubeconfig", admin]), "warn").join()).toContain("insecure-skip-tls-verify");
      keep(path, verifying(written(), trusting(hub.ca)));
      const before = written();
      const token = ownToken();
      expect(words(await run(["--kubeconfig", admin]), "warn")).toEqual([]);
      expect(ownToken()).not.toBe(token);
      expect(clusterIn(written())).toEqual(clusterIn(before));
    });

    test("stays also where the new one is written elsewhere than the bot reads it", async () => {
      await run(["--kubeconfig", admin]);
      keep(path, verifying(written(), trusting(hub.ca)));
      const before = written();
      await run(["--kubeconfig", admin, "--out", join(dir, "new")]);
      expect(written()).toBe(before);
      expect(clusterIn(readFileSync(join(dir, "new"), "utf8"))).toEqual(clusterIn(before));
    });

    test("did not sign what the hub shows: that is said, and the file stays as it is", async () => {
      await using other = await startLocalHub({ clock: jumpClock() });
      await run(["--kubeconfig", admin]);
      keep(path, verifying(written(), trusting(other.ca)));
      const before = written();
      await expect(run(["--kubeconfig", admin])).rejects.toThrow(
        /shows a certificate that .*hub\.kubeconfig does not trust \(.*(CERT|SIGNATURE).*\), so nothing was written/,
      );
      expect(written()).toBe(before);
    });

    test("gives way to that of an administrator's kubeconfig which verifies", async () => {
      await using other = await startLocalHub({ clock: jumpClock() });
      await run(["--kubeconfig", admin]);
      keep(path, verifying(written(), trusting(other.ca)));
      const theirs = verifying(hub.adminKubeconfig, trusting(hub.ca));
      await run(["--kubeconfig", keep("verifying", theirs)]);
      expect(clusterIn(written())).toEqual(clusterIn(theirs));
    });

    test("may stand in a Secret alone, of which setup says that it sees none", async () => {
      expect(await run(["--kubeconfig", admin])).toContain(ANY);
      expect(await run(["--kubeconfig", admin])).not.toContain(ANY);
    });
  });

  test("what was changed by hand is put right, and only that", async () => {
    await run(["--kubeconfig", admin]);
    const path = `${RBAC}/clusterroles/karpor-access`;
    const { body } = await ask("GET", path);
    await ask("PUT", path, { body: { ...body, rules: [] } });
    const said = await run(["--kubeconfig", admin]);
    expect(words(said, "updated")).toEqual(["  updated    ClusterRole karpor-access"]);
    expect((await ask("GET", path)).body.rules).toHaveLength(4);
  });

  test("a ClusterRole that it made for a role which is no more is told, and stays", async () => {
    const rules = [{ nonResourceURLs: ["/rest-api/v1/search"], verbs: ["get"] }];
    await run(["--kubeconfig", admin], (file) => {
      file.roles.old = { ...file.roles.guest, clusterRole: "karpor-old", rules };
    });
    const said = await run(["--kubeconfig", admin]);
    expect(words(said, "left")).toEqual([
      expect.stringMatching(/ClusterRole karpor-old, which no .*: kubectl delete clusterrole karpor-old/),
    ]);
    expect((await ask("GET", `${RBAC}/clusterroles/karpor-old`)).status).toBe(200);
    await ask("DELETE", `${RBAC}/clusterroles/karpor-old`);
  });

  test.each([
    ["old; reboot", "'old; reboot'", "'old; reboot'"],
    ["--all", "--all", "-- --all"],
  ])(
    "named %s, the command that is told takes that one away, and does nothing else",
    async (name, as, told) => {
      await run(["--kubeconfig", admin]);
      const path = `${RBAC}/clusterroles/${encodeURIComponent(name)}`;
      const metadata = { name, labels: setupLabels("production") };
      await ask("POST", `${RBAC}/clusterroles`, { body: { metadata } });
      const said = await run(["--kubeconfig", admin]);
      await ask("DELETE", path);
      expect(words(said, "left")).toEqual([
        `  left       ClusterRole ${as}, which no role of the catalog has any more: kubectl delete clusterrole ${told}, on the hub`,
      ]);
    },
  );

  test("a ClusterRole of the catalog that is missing is told; one of somebody else is not overwritten", async () => {
    const role = (clusterRole: string, rules?: object) => (file: Example) => {
      file.roles.mine = { ...file.roles.guest, clusterRole, ...(rules ? { rules } : {}) };
    };
    const said = await run(["--kubeconfig", admin], role("nowhere"));
    expect(words(said, "missing").join()).toMatch(/ClusterRole nowhere of roles\.mine: make it on the hub/);

    const metadata = { name: "theirs" };
    const body = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata, rules: [] };
    await ask("POST", `${RBAC}/clusterroles`, { body });
    const rules = [{ nonResourceURLs: ["/x"], verbs: ["get"] }];
    await expect(run(["--kubeconfig", admin], role("theirs", rules))).rejects.toThrow(
      /was not made by setup, so it is not changed/,
    );
  });

  const label = "app.kubernetes.io/managed-by=karpor-access";
  test.each([
    ["ServiceAccount", "/api/v1/namespaces/foreign-system/serviceaccounts", "foreign", {}],
    ["Role", `${RBAC}/namespaces/foreign/roles`, "foreign-grants", { rules: [] }],
    ["ClusterRole", `${RBAC}/clusterroles`, "foreign", { rules: [] }],
    ["ClusterRoleBinding", `${RBAC}/clusterrolebindings`, "foreign", { roleRef: roleRef("foreign") }],
  ])(
    "a %s of somebody else that has the name of the bot's is not changed",
    async (kind, path, name, more) => {
      const metadata = { name, labels: { team: "theirs" } };
      await ask("POST", path, { body: { metadata, ...more } });
      const before = (await ask("GET", `${path}/${name}`)).body;
      await expect(run(["--kubeconfig", admin], another("foreign"))).rejects.toThrow(
        new RegExp(`${kind} .*${name} stands on the hub and was not made by setup.* label .*${label}`),
      );
      expect((await ask("GET", `${path}/${name}`)).body).toEqual(before);
      await ask("DELETE", `${path}/${name}`);
    },
  );

  test("what binds another role under the bot's name is not taken for its own, whatever its labels", async () => {
    const labels = { "app.kubernetes.io/managed-by": "karpor-access" };
    const path = `${RBAC}/clusterrolebindings`;
    await ask("POST", path, {
      body: { metadata: { name: "squat", labels }, roleRef: roleRef("karpor-admin") },
    });
    await expect(run(["--kubeconfig", admin], another("squat"))).rejects.toThrow(
      /ClusterRoleBinding squat .*Remove it \(kubectl delete clusterrolebinding squat\), or choose another name .*hub\.namespace\)\.$/,
    );
  });

  describe("beside another bot", () => {
    const named = (instance: string) => (file: Example) => {
      another(instance)(file);
      delete file.hub.namespace;
    };
    const setUp = (change: (file: Example) => void) => run(["--kubeconfig", admin], change);

    test("all that it makes is named after the instance, and bears it; the other's stays as it is", async () => {
      await run(["--kubeconfig", admin]);
      const said = await setUp(named("staging"));
      expect(words(said, "made").every((line) => /karpor-access-staging/.test(line))).toBe(true);
      expect(words(said, "made")).toHaveLength(9);
      for (const at of ["clusterroles", "clusterrolebindings"]) {
        const { body } = await ask("GET", `${RBAC}/${at}/karpor-access-staging`);
        expect(body.metadata).toMatchObject({ labels: { "app.kubernetes.io/instance": "staging" } });
      }
      expect(words(await run(["--kubeconfig", admin]), "unchanged")).toHaveLength(11);
      expect(words(await setUp(named("staging")), "unchanged")).toHaveLength(9);
    });

    test("what was made before it bore an instance is kept, and bears it from then on", async () => {
      await setUp(named("older"));
      const at = `${RBAC}/clusterroles/karpor-access-older`;
      const { body } = await ask("GET", at);
      const metadata = {
        ...(body.metadata as object),
        labels: { "app.kubernetes.io/managed-by": "karpor-access" },
      };
      await ask("PUT", at, { body: { ...body, metadata } });
      expect(words(await setUp(named("older")), "updated")).toEqual([
        "  updated    ClusterRole karpor-access-older",
      ]);
    });

    test.each([
      [
        "the other's namespace",
        { instance: "thief", namespace: "karpor-access-staging" },
        /What setup made for instance staging stands in namespace karpor-access-staging, .* leave hub\.namespace out/,
      ],
      [
        "a namespace for its grants where the other's own account stands",
        { instance: "thief", namespace: "karpor-access-staging-system" },
        /accounts of instance staging stand in namespace karpor-access-staging-system/,
      ],
      [
        "the other's instance",
        { instance: "staging", namespace: "elsewhere" },
        /Instance staging is set up in namespace karpor-access-staging, so nothing is made in elsewhere\. Another bot needs another `instance`/,
      ],
      [
        "the other's kubeconfig",
        { instance: "thief", namespace: "thief", kubeconfig: "staging.kubeconfig" },
        /staging\.kubeconfig holds the token of karpor-access-staging-system\/karpor-access-staging, the bot of instance staging: it is not replaced/,
      ],
    ])("%s is not taken", async (_, { instance, ...at }, why) => {
      await setUp(named("staging"));
      const kubeconfig = readFileSync(join(dir, "staging.kubeconfig"), "utf8");
      const before = await hub.objects();
      const takes = (file: Example) => {
        another(instance)(file);
        Object.assign(file.hub, at);
      };
      await expect(setUp(takes)).rejects.toThrow(why);
      expect(await hub.objects()).toEqual(before);
      expect(readFileSync(join(dir, "staging.kubeconfig"), "utf8")).toBe(kubeconfig);
    });

    test("a ClusterRole that the other's setup made is not changed", async () => {
      const ours = (instance: string, path: string) => (file: Example) => {
        named(instance)(file);
        const rules = [{ nonResourceURLs: [path], verbs: ["get"] }];
        file.roles.mine = { ...file.roles.guest, clusterRole: "shared-role", rules };
      };
      await setUp(ours("first", "/x"));
      await expect(setUp(ours("second", "/y"))).rejects.toThrow(
        /ClusterRole shared-role is of instance first, so it is not changed\. Choose another name \(roles/,
      );
      expect((await ask("GET", `${RBAC}/clusterroles/shared-role`)).body.rules).toMatchObject([
        { nonResourceURLs: ["/x"] },
      ]);
    });
  });

  test("reads a real ConfigMap of a host cluster; a hub in its place serves none", async () => {
    const configmaps = "/api/v1/namespaces/karpor/configmaps";
    const body = { metadata: { name: "karpor-kubeconfig" }, data: { config: hub.adminKubeconfig } };
    const { status } = await ask("POST", configmaps, { body });
    expect(status).toBe(hub.supports.karpor ? 404 : 201);
    vi.stubEnv("KUBECONFIG", admin);
    const reading = run(["--from-cluster", "--context", "default"]);
    if (hub.supports.karpor) await expect(reading).rejects.toThrow(/There is no such ConfigMap/);
    else expect(await reading).toContain("wrote");
  });

  test("reads the administrator's kubeconfig out of the host cluster, and takes no command or file of it", async () => {
    let config = hub.adminKubeconfig;
    await using host = await hostCluster(() => config);
    vi.stubEnv("KUBECONFIG", keep("operator.kubeconfig", host.kubeconfig));
    expect(await run(["--from-cluster", "--context", "host"])).toContain("wrote");
    expect(host.asked).toEqual(["/api/v1/namespaces/karpor/configmaps/karpor-kubeconfig"]);
    await expect(run(["--from-cluster", "--context", "other"])).rejects.toThrow(
      /no context "other"; it has host/,
    );
    await expect(run(["--from-cluster", "--namespace", "elsewhere"])).rejects.toThrow(
      /There is no such ConfigMap.*--namespace/,
    );

    const user = (as: object) => {
      const file = parse(hub.adminKubeconfig);
      file.users[0].user = as;
      return stringify(file);
    };
    config = user({ exec: { command: "sh", args: ["-c", `touch ${dir}/ran`] } });
    await expect(run(["--from-cluster"])).rejects.toThrow(/by a command or an auth-provider/);
    config = user({ tokenFile: admin });
    await expect(run(["--from-cluster"])).rejects.toThrow(
      /names a local file \(tokenFile\), which is not read/,
    );
    expect(readdirSync(dir)).not.toContain("ran");
  });
}

const roleRef = (name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name });

/** A cluster that has Karpor's ConfigMap in the namespace karpor, and no other. */
async function hostCluster(config: () => string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const known = request.url === "/api/v1/namespaces/karpor/configmaps/karpor-kubeconfig";
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
    response.end(
      JSON.stringify(known ? { kind: "ConfigMap", data: { config: config() } } : { kind: "Status" }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    kubeconfig: stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "host", cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: {} }],
      contexts: [{ name: "host", context: { cluster: "host", user: "me" } }],
      "current-context": "host",
    }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

describe("on a hub that does not take everything", () => {
  let hub: LocalHub;
  beforeAll(async () => {
    hub = await startLocalHub({ clock: jumpClock() });
  });
  afterAll(() => hub.stop());

  test("without namespaces it goes on", async () => {
    hub.failNext(2, 404, (method, path) => method === "POST" && path === "/api/v1/namespaces");
    const said = await run(["--kubeconfig", keep("admin", hub.adminKubeconfig)]);
    expect(words(said, "left out")).toEqual([
      "  left out   Namespace karpor-access",
      "  left out   Namespace karpor-access-system",
    ]);
    expect(said).toContain("wrote");
  });

  test("a refusal in the middle is said, and the next run finishes", async () => {
    hub.failNext(1, 503, (method, path) => method === "POST" && path.endsWith("/roles"));
    const admin = keep("admin", hub.adminKubeconfig);
    await expect(run(["--kubeconfig", admin])).rejects.toThrow(/make Role .* the hub answered 503/);
    expect(await run(["--kubeconfig", admin])).toContain("wrote");
  });

  test("a login page in the place of the hub's word on a change is believed nowhere: nothing is called updated", async () => {
    const admin = keep("admin", hub.adminKubeconfig);
    await run(["--kubeconfig", admin]);
    const asAdmin = hubClient(hub, hub.admin);
    const path = `${RBAC}/clusterroles/karpor-access`;
    await asAdmin("PUT", path, { body: { ...(await asAdmin("GET", path)).body, rules: [] } });
    hub.meddle({
      before: async ({ method }) => (method === "PUT" ? { status: 200, html: true } : undefined),
      after: async () => true,
    });
    await expect(run(["--kubeconfig", admin])).rejects.toThrow(
      /update ClusterRole karpor-access: not the hub, but something before it answered 200/,
    );
    hub.meddle(undefined);
    expect(words(await run(["--kubeconfig", admin]), "updated")).toHaveLength(1);
    await asAdmin.close();
  });

  test("where the kubeconfig goes into a Secret, it says how", async () => {
    const said = await run(
      ["--kubeconfig", keep("admin", hub.adminKubeconfig), "--out", join(dir, "my own")],
      (file) => {
        const hubOf = file.hub;
        delete hubOf.kubeconfig;
        hubOf.kubeconfigSecret = { namespace: "bots", name: "hub", key: "config" };
      },
    );
    expect(said).toContain(
      `kubectl -n bots create secret generic hub '--from-file=config=${join(dir, "my own")}' --dry-run=client`,
    );
  });

  const change = (text: string, edit: (kubeconfig: Kubeconfig) => void) => {
    const kubeconfig = parse(text);
    edit(kubeconfig);
    return keep("changed", stringify(kubeconfig));
  };
  test.each<[string, (kubeconfig: Kubeconfig) => void, RegExp]>([
    [
      "does not answer",
      ({ clusters: [one] }) => Object.assign(one.cluster, { server: "https://127.0.0.1:1" }),
      /no usable answer \(ECONNREFUSED\)\. Try curl -k .* KUBECONFIG says which cluster/,
    ],
    [
      "takes the credential no more",
      ({ users: [one] }) => Object.assign(one, { user: { token: "eyJ.of.another" } }),
      /answered 401 .*it ran out, or Karpor was upgraded since\. Use Karpor's own kubeconfig/,
    ],
  ])("where the hub %s, setup says what to do", async (_, edit, says) => {
    await expect(run(["--kubeconfig", change(hub.adminKubeconfig, edit)])).rejects.toThrow(says);
  });

  describe("where the file is for pods of the hub's cluster, and this is none", () => {
    const forPods = (file: Example) => {
      delete file.hub.kubeconfig;
      file.hub.inCluster = true;
    };

    test("--from-cluster goes through that cluster, and says how its Secret gets the kubeconfig", async () => {
      const host = await startHostStandIn(hub.port, hub.adminKubeconfig.replace(hub.url, IN_CLUSTER_SERVER));
      host.addPod("one");
      vi.stubEnv("KUBECONFIG", keep("operator", host.kubeconfig));
      const out = join(dir, "new");
      const said = await run(["--from-cluster", "--out", out], forPods);
      const named = await run(["--from-cluster", "--context", "kind", "--out", out], forPods);
      await host.stop();
      expect(said).toContain(
        `then, with its namespace as NAMESPACE: kubectl -n NAMESPACE create secret generic karpor-access-hub --from-file=kubeconfig=${out} --dry-run=client -o yaml | kubectl apply -f -`,
      );
      expect(named).toContain(
        `then, with its namespace as NAMESPACE: kubectl --context kind -n NAMESPACE create secret generic karpor-access-hub --from-file=kubeconfig=${out} --dry-run=client -o yaml | kubectl --context kind apply -f -`,
      );
      expect(parse(readFileSync(out, "utf8")).clusters[0].cluster.server).toBe(IN_CLUSTER_SERVER);
    });

    test("a CA in it goes by the name that pods know the hub by, or by the one that it says itself", async () => {
      const host = await startHostStandIn(hub.port, hub.adminKubeconfig.replace(hub.url, IN_CLUSTER_SERVER));
      host.addPod("one");
      vi.stubEnv("KUBECONFIG", keep("operator", host.kubeconfig));
      const out = join(dir, "new");
      const again = () => run(["--from-cluster", "--out", out], forPods);
      await again();
      const trust = (how: object) =>
        keep("new", verifying(readFileSync(out, "utf8"), { ...trusting(hub.ca), ...how }));
      trust({});
      await expect(again()).rejects.toThrow(
        /certificate that .*new does not trust \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
      );
      trust({ "tls-server-name": "localhost" });
      const before = clusterIn(readFileSync(out, "utf8"));
      await again();
      await host.stop();
      expect(before).toMatchObject({ server: IN_CLUSTER_SERVER, "tls-server-name": "localhost" });
      expect(clusterIn(readFileSync(out, "utf8"))).toEqual(before);
    });

    test("an administrator's file leads nowhere, which is said", async () => {
      const asked = run(["--kubeconfig", keep("admin", hub.adminKubeconfig)], forPods);
      await expect(asked).rejects.toThrow(/^hub\.inCluster is .*: give --from-cluster in the place of/);
    });
  });
});

test.each([
  [[], /Say where the hub's kubeconfig is/],
  [["--from-cluster", "--kubeconfig", "x"], /not both/],
  [["--context", "x", "--kubeconfig", "y"], /say where --from-cluster reads/],
  [["--nonsense"], /--nonsense/],
  [["--from-cluster", "--yes"], /--yes is of --close-anonymous and --open-anonymous/],
  [["--rotate", "--yes"], /before the old account goes.*leave --yes out/],
  [["--from-cluster", "--keep-grants"], /--keep-grants is of --rotate/],
  [["--from-cluster", "--keep-streams"], /--keep-streams is of --close-anonymous/],
  [["--open-anonymous", "--keep-streams"], /--keep-streams is of --close-anonymous/],
  [["--open-anonymous", "--close-anonymous"], /Give one of/],
  [["--close-anonymous", "--rotate"], /change one role, and nothing else/],
  [["--rotate", "--dry-run"], /leave --dry-run out/],
])("setup %j is refused", (args, why) => {
  expect(() => setupOptions(args)).toThrow(why);
});

test.each(["--rotate", "--close-anonymous", "--open-anonymous"])(
  "setup %s alone reads from the cluster",
  (act) => {
    expect(setupOptions([act])).toMatchObject({ from: "cluster", namespace: "karpor" });
  },
);
