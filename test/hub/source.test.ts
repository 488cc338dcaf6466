import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubCaller as Ask, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { type OpenHub, openHub } from "../../src/hub/client/access.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { fileSource } from "../../src/hub/kubeconfig/source-file.ts";
import { HubGiven } from "../../src/hub/settings.ts";
import { createLog } from "../../src/log.ts";
import { kubeconfig } from "../helpers/bot-account.ts";
import { silent } from "../helpers/silent.ts";

const dir = scratch("karpor-access-source");
afterAll(() => dir.remove());
const log = createLog("error", silent);
const NAMESPACE = "bots";
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const base = { name: "p", namespace: "karpor-access", dashboard: "https://karpor.example.com" };
const named = { kubeconfigSecret: { namespace: NAMESPACE, name: "karpor-access-hub", key: "kubeconfig" } };
const somewhere = kubeconfig({ url: "https://hub.example.com", ca: "-----BEGIN CERTIFICATE-----" }, "t.o.k");

describe("a file", () => {
  const path = join(dir.path, "secrets", "hub.kubeconfig");
  it("is replaced whole, for its owner alone, in a directory that need not be there", async () => {
    const source = fileSource(path);
    await source.save?.("one");
    await source.save?.("two");
    expect(await source.read()).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, "another's");
    await expect(source.save?.("three")).rejects.toThrow(/changed meanwhile/);
    expect(readFileSync(path, "utf8")).toBe("another's");
    expect(readdirSync(join(dir.path, "secrets"))).toEqual(["hub.kubeconfig"]);
  });
  it("of a link, what it leads to is replaced: others go by that, too", async () => {
    const [kept, link] = ["kept", "link"].map((name) => join(dir.path, name)) as [string, string];
    writeFileSync(kept, "one");
    symlinkSync(kept, link);
    const source = fileSource(link);
    expect(await source.read()).toBe("one");
    await source.save?.("two");
    expect([readFileSync(kept, "utf8"), readlinkSync(link)]).toEqual(["two", kept]);
  });
  it("says what to do when it is not there, or cannot be replaced", async () => {
    await expect(fileSource(join(dir.path, "none")).read()).rejects.toThrow(
      /Cannot read .*none: put it there/,
    );
    const others = join(dir.path, "others");
    writeFileSync(others, "x", { mode: 0 });
    const isRoot = process.geteuid?.() === 0;
    // Root reads everything.
    if (isRoot) {
      chmodSync(dir.path, 0o755);
      process.seteuid?.(65534);
    }
    try {
      const read = fileSource(others).read();
      await expect(read).rejects.toThrow(/\(EACCES\): it is another user's\. .*KARPOR_ACCESS_USER/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    mkdirSync(join(dir.path, "taken", "below"), { recursive: true });
    await expect(fileSource(join(dir.path, "taken")).save?.("x")).rejects.toThrow(
      /Cannot replace .*directory/,
    );
    expect(readdirSync(dir.path)).toEqual(expect.not.arrayContaining([expect.stringMatching(/taken\./)]));
  });
});

describe("the bot's own file, which it may write, is refused where it names", () => {
  const path = join(dir.path, "own");
  it.each([
    ["a file", "token: t.o.k", "tokenFile: /etc/hostname", /names a local file \(tokenFile\)/],
    [
      "one beside its token",
      "token: t.o.k",
      "token: t.o.k\n      client-key: k",
      /local file \(client-key\)/,
    ],
    ["a CA's", "server:", "certificate-authority: ca\n      server:", /local file \(certificate-authority\)/],
    ["a command", "token: t.o.k", "exec: { command: touch }", /\(exec\), which the bot does not run/],
  ])("%s", async (_, from, to, sentence) => {
    const hub = HubGiven.parse({ ...base, kubeconfig: path });
    writeFileSync(path, somewhere);
    await (await openHub({ hub, env: {} } as Parameters<typeof openHub>[0], { log })).close();
    writeFileSync(path, somewhere.replace(from, to));
    await expect(openHub({ hub, env: {} } as Parameters<typeof openHub>[0], { log })).rejects.toThrow(
      sentence,
    );
  });
});

const hosts: [string, () => Promise<TestHub>][] = [
  ["the local hub", () => startLocalHub({ clock: systemClock() })],
];
if (envtestAvailable()) hosts.push(["a real API server", startEnvtest]);
else {
  process.stderr.write(`Skipped: a kubeconfig in a Secret of a real API server. It ${envtestAdvice}.\n`);
  it.skip(`a Secret of a real API server ${envtestAdvice}`);
}

describe.each(hosts)("a Secret of %s", (_, start) => {
  let host: TestHub;
  let admin: Ask;
  let opened: OpenHub | undefined;
  let mount: string;

  beforeAll(async () => {
    host = await start();
    admin = hubClient(host, host.admin);
    mount = await podOf(host, admin);
  });
  afterAll(async () => {
    await admin.close();
    await host.stop();
  });

  const put = async (text: string) => {
    const secret = { metadata: { name: "karpor-access-hub" }, data: { kubeconfig: btoa(text) } };
    await admin("DELETE", `${SECRETS}/karpor-access-hub`);
    expect(
      (await admin("POST", SECRETS, { body: { apiVersion: "v1", kind: "Secret", ...secret } })).status,
    ).toBe(201);
  };
  const stored = async () => {
    const { body } = await admin("GET", `${SECRETS}/karpor-access-hub`);
    return Buffer.from((body.data as { kubeconfig: string }).kubeconfig, "base64").toString();
  };
  const open = async (settings: object) => {
    const url = new URL(host.url);
    const env = { KUBERNETES_SERVICE_HOST: url.hostname, KUBERNETES_SERVICE_PORT: Number(url.port) };
    const config = { hub: HubGiven.parse({ ...base, ...settings }), env } as Parameters<typeof openHub>[0];
    opened = await openHub(config, { log, mount });
    return opened;
  };

  it("is read as the pod's own account, for the hub beside it", async () => {
    await put(somewhere);
    await using _ = { [Symbol.asyncDispose]: async () => opened?.close() };
    expect((await open(named)).access.server).toBe("https://hub.example.com");
    await opened?.close();
    expect((await open({ inCluster: true })).access.server).toBe("https://karpor-server.karpor.svc:7443");
  });

  it("is replaced as it was last read, and not when another replaced it meanwhile", async () => {
    await put(somewhere);
    const { source, reread, close } = await open(named);
    const renewed = somewhere.replace("t.o.k", "re.new.ed");
    await source.save?.(renewed);
    expect(await stored()).toBe(renewed);
    expect((await reread())?.credential).toMatchObject({ kind: "token" });
    await put(somewhere);
    await expect(source.save?.(renewed)).rejects.toThrow(/changed meanwhile/);
    expect(await stored()).toBe(somewhere);
    await close();
  });

  it.each([
    ["a command", "token: t.o.k", "exec: { command: touch }", /does not run/],
    ["a local file", "token: t.o.k", "tokenFile: /etc/passwd", /names a local file \(tokenFile\)/],
  ])("is refused where it names %s", async (_, from, to, sentence) => {
    await put(somewhere.replace(from, to));
    await expect(open(named)).rejects.toThrow(sentence);
  });

  it.each([
    ["is not there", "nope", "kubeconfig", /does not exist|may not/],
    ["has no such key", "karpor-access-hub", "config", /no key config/],
  ])("says what to do when it %s", async (_, name, key, sentence) => {
    await put(somewhere);
    await expect(open({ kubeconfigSecret: { namespace: NAMESPACE, name, key } })).rejects.toThrow(sentence);
  });

  it("is read again when the hub refuses the credential, and the call is made once more", async () => {
    const token = readFileSync(join(mount, "token"), "utf8");
    await put(kubeconfig(host, "no.such.token"));
    const { access, reread, close } = await open(named);
    const client = createHubClient(access, { reread });
    const path = `${SECRETS}/karpor-access-hub`;
    expect((await client.request(path)).status).toBe(401);
    await put(kubeconfig(host, token));
    const [one, two] = await Promise.all([client.request(path), client.request(path)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(client.token()?.reveal()).toBe(token);
    await client.close();
    await close();
  });
});

it("says that only a pod reads Secrets", async () => {
  const config = { hub: HubGiven.parse({ ...base, ...named }), env: {} } as Parameters<typeof openHub>[0];
  await expect(openHub(config, { log })).rejects.toThrow(/runs in a pod.*hub.kubeconfig here/);
});

it.each([
  ["two kubeconfigs", { ...named, kubeconfig: "f" }, /second source/],
  ["no kubeconfig", {}, /is missing; give kubeconfig/],
  [
    "a way from outside, inside",
    { kubeconfig: "f", inCluster: true, portForward: { context: "c" } },
    /from outside/,
  ],
  ["two addresses", { kubeconfig: "f", server: "https://a", portForward: { context: "c" } }, /from outside/],
])("refuses %s", (_, settings, sentence) => {
  const { error } = HubGiven.safeParse({ ...base, ...settings });
  expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringMatching(sentence)]);
});

/** The bot's pod as Kubernetes sets it up: an account with the rights of deploy/kubernetes, its files in a mount. */
async function podOf(host: TestHub, admin: Ask): Promise<string> {
  const metadata = { name: "karpor-access", namespace: NAMESPACE };
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
  const rules = [
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["karpor-access-hub"],
      verbs: ["get", "patch"],
    },
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "karpor-access" };
  const subjects = [{ kind: "ServiceAccount", name: "karpor-access", namespace: NAMESPACE }];
  const make = async (path: string, body: object) =>
    expect((await admin("POST", path, { body })).status).toBe(201);
  await make(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata });
  await make(`${rbac}/roles`, { metadata, rules });
  await make(`${rbac}/rolebindings`, { metadata, roleRef, subjects });
  const minted = await admin("POST", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/karpor-access/token`, {
    body: { spec: {} },
  });
  const { token } = minted.body.status as { token: string };
  // A real authorizer learns of a new binding a moment later.
  const pod = hubClient(host);
  await vi.waitUntil(
    async () => (await pod("GET", `${SECRETS}/karpor-access-hub`, { token })).status !== 403,
    30_000,
  );
  await pod.close();
  const mount = join(dir.path, `mount-${Date.now()}`);
  mkdirSync(mount);
  writeFileSync(join(mount, "token"), token);
  writeFileSync(join(mount, "ca.crt"), host.ca);
  writeFileSync(join(mount, "namespace"), NAMESPACE);
  return mount;
}
