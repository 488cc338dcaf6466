/** What the bot needs of a hub, asked of the local one and, where KUBEBUILDER_ASSETS is set, of a real kube-apiserver. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE, kubeconfig } from "../../sandbox/hub/bot-account.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { LocalHub } from "../../sandbox/hub/options.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { createHub, type Hub } from "../../src/hub/create-hub.ts";
import { isAway, isReason } from "../../src/hub/errors.ts";
import { mintProbe, PROVE_AFTER, proveEnd } from "../../src/hub/proof.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { requestIdFrom, UserId } from "../../src/request/ids.ts";
import { secret } from "../../src/request/secret.ts";

const folder = mkdtempSync(join(tmpdir(), "karpor-access-hub-"));
const file = join(folder, "hub.kubeconfig");
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const requester = UserId.parse("U0DANA");
const opened: Hub[] = [];
let counter = 0;

const newId = () => {
  counter += 1;
  return requestIdFrom(`${counter}`);
};

function openHub(
  options: { instance?: string; timeoutMs?: number; clock?: typeof ahead; path?: string } = {},
): Hub {
  const hub = createHub({
    settings: { kubeconfig: options.path ?? file, namespace: GRANTS_NAMESPACE },
    instance: options.instance ?? "test",
    clock: options.clock ?? systemClock(),
    log: pino({ level: "silent" }, { write() {} }),
    ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
  });
  opened.push(hub);
  return hub;
}

/** A clock that is half a year ahead. */
const ahead = { now: () => Date.now() + 200 * 24 * HOUR, sleep: systemClock().sleep };

const errorFrom = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(opened.splice(0).map((hub) => hub.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

const kinds = [
  { name: "the local hub", start: () => startLocalHub({ clock: systemClock() }), skip: false },
  {
    name: `a real kube-apiserver (${envtestAdvice})`,
    start: () => startEnvtest(),
    skip: !envtestAvailable(),
  },
];

describe.for(kinds.filter(({ skip }) => !skip))("$name", ({ start }) => {
  let server: TestHub;

  beforeAll(async () => {
    server = await start();
    writeFileSync(file, await botKubeconfig(server), { mode: 0o600 });
  });
  afterAll(() => server.stop());

  async function asAdmin(method: string, path: string, body?: unknown, type?: string) {
    const admin = hubClient(server, server.admin);
    try {
      return await admin(method, path, { ...(body !== undefined && { body }), ...(type && { type }) });
    } finally {
      await admin.close();
    }
  }

  async function giveAccess(hub: Hub) {
    const id = newId();
    const { uid: account } = await hub.createAccount(id, { until: Date.now() + HOUR, requester });
    const grant = { id, account, clusterRole: "karpor-guest", endsAt: Date.now() + HOUR };
    expect(await hub.createBinding(grant)).toBe("made");
    return grant;
  }

  it("makes a request's account once, and finds it again", async () => {
    const hub = openHub();
    const id = newId();
    expect(await hub.readAccount(id)).toBeNull();
    const until = Date.now() + HOUR;
    const made = await hub.createAccount(id, { until, requester });
    expect(made.isNew).toBe(true);
    expect(await hub.createAccount(id, { until: until + HOUR, requester })).toEqual({
      uid: made.uid,
      isNew: false,
    });
    const name = `karpor-access-test-${id}`.toLowerCase();
    expect(await hub.readAccount(id)).toEqual({ id, name, uid: made.uid, until, requester });
  });

  it("deletes only the account of the given uid", async () => {
    const hub = openHub();
    const id = newId();
    const { uid } = await hub.createAccount(id, { until: Date.now(), requester });
    await hub.deleteAccount(id, "00000000-0000-0000-0000-000000000000");
    expect(await hub.readAccount(id)).not.toBeNull();
    await hub.deleteAccount(id, uid);
    expect(await hub.readAccount(id)).toBeNull();
    await hub.deleteAccount(id, uid);
  });

  it("tells a binding that is the same from one that is different", async () => {
    const hub = openHub();
    const grant = await giveAccess(hub);
    expect(await hub.createBinding(grant)).toBe("same");
    expect(await hub.createBinding({ ...grant, clusterRole: "karpor-admin" })).toBe("different");
    expect(await hub.createBinding({ ...grant, endsAt: grant.endsAt + 1 })).toBe("different");
    expect(await hub.createBinding({ ...grant, account: "another" })).toBe("different");
    await hub.deleteBinding(grant.id);
    await hub.deleteBinding(grant.id);
    expect(await hub.createBinding(grant)).toBe("made");
  });

  it("sees a binding that somebody gave to others too", async () => {
    const hub = openHub();
    const grant = await giveAccess(hub);
    const path = `${RBAC}/clusterrolebindings/karpor-access-test-${grant.id.toLowerCase()}`;
    const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "eve" }];
    expect((await asAdmin("PATCH", path, { subjects }, "application/merge-patch+json")).status).toBe(200);
    expect(await hub.createBinding(grant)).toBe("different");
    const { items } = await hub.listBindings();
    expect(items.find(({ id }) => id === grant.id)?.isWhole).toBe(false);
  });

  it("deletes a binding from which somebody removed the labels", async () => {
    const hub = openHub();
    const { id } = await giveAccess(hub);
    const path = `${RBAC}/clusterrolebindings/karpor-access-test-${id.toLowerCase()}`;
    const metadata = { labels: null };
    expect((await asAdmin("PATCH", path, { metadata }, "application/merge-patch+json")).status).toBe(200);
    expect((await hub.listBindings()).items.some((one) => one.id === id)).toBe(false);
    await hub.deleteBinding(id);
    expect((await asAdmin("GET", path)).status).toBe(404);
  });

  it("may not bind a ClusterRole that it was not given", async () => {
    const grant = { id: newId(), account: "a", clusterRole: "anonymous", endsAt: Date.now() };
    await asAdmin("POST", `${RBAC}/clusterroles`, {
      metadata: { name: "all-powerful" },
      rules: [{ nonResourceURLs: ["*"], verbs: ["*"] }],
    });
    const error = await errorFrom(openHub().createBinding({ ...grant, clusterRole: "all-powerful" }));
    expect(isReason(error, "Forbidden")).toBe(true);
    expect(isAway(error)).toBe(false);
  });

  it("says that a ClusterRole to bind is not there", async () => {
    const hub = openHub();
    expect(await hub.hasClusterRole("karpor-guest")).toBe(true);
    expect(await hub.hasClusterRole("karpor-nobody")).toBe(false);
  });

  it("gives a token that works until its account is deleted, and proves the end by a probe", async () => {
    const hub = openHub();
    const { id, account } = await giveAccess(hub);
    const { token, expiresAt, account: named } = await hub.mintToken(id, HOUR);
    expect(named).toBe(account);
    expect(expiresAt).toBeGreaterThan(Date.now() + HOUR - MINUTE);
    await expect.poll(() => hub.checkLogin(token)).toBe("good");
    const probe = await mintProbe(hub, id, account);
    expect(probe).not.toBeNull();
    expect(await proveEnd(hub, { id, account, probe: null }, Date.now())).toBe("account-there");
    await hub.deleteBinding(id);
    await expect.poll(() => hub.checkLogin(token)).toBe("unbound");
    await hub.deleteAccount(id, account);
    await delay(PROVE_AFTER);
    expect(await proveEnd(hub, { id, account, probe }, Date.now())).toBe("probe");
    expect(await hub.checkLogin(token)).toBe("refused");
    expect(await proveEnd(hub, { id, account, probe: null }, Date.now())).toBe("absence");
    expect(await proveEnd(hub, { id, account, probe }, Date.now() + HOUR)).toBe("absence");
    expect(await mintProbe(hub, id, account)).toBeNull();
  });

  it("does not take the token of a remade account for that of the first", async () => {
    const hub = openHub();
    const id = newId();
    const first = await hub.createAccount(id, { until: Date.now(), requester });
    await hub.deleteAccount(id, first.uid);
    const second = await hub.createAccount(id, { until: Date.now(), requester });
    expect(second).toMatchObject({ isNew: true });
    expect((await hub.mintToken(id, SECOND)).account).toBe(second.uid);
    expect(await mintProbe(hub, id, first.uid)).toBeNull();
  });

  it("lists only the instance's own objects, page by page, with the hub's time", async () => {
    const hub = openHub({ instance: "many" });
    const ids = Array.from({ length: 510 }, newId);
    for (let i = 0; i < ids.length; i += 30)
      await Promise.all(ids.slice(i, i + 30).map((id) => hub.createAccount(id, { until: 1_000, requester })));
    await hub.changeNotes(() => ({ a: "1" }));
    const accounts = await hub.listAccounts();
    expect(accounts.items.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(accounts.items[0]?.until).toBe(1_000);
    expect(Math.abs(accounts.hubTime - Date.now())).toBeLessThan(10 * SECOND);
    expect((await hub.listBindings()).items).toEqual([]);
    const one = await giveAccess(hub);
    expect((await hub.listBindings()).items).toMatchObject([
      { id: one.id, clusterRole: "karpor-guest", endsAt: one.endsAt, account: one.account, isWhole: true },
    ]);
  });

  it("finds bindings and accounts that others made", async () => {
    const hub = openHub({ instance: "foreign" });
    await giveAccess(hub);
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-admin" };
    const subjects = [{ kind: "ServiceAccount", namespace: "default", name: "by-hand" }];
    await asAdmin("POST", `${RBAC}/clusterrolebindings`, {
      metadata: { name: "by-hand" },
      roleRef,
      subjects,
    });
    const path = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
    await asAdmin("POST", path, { metadata: { name: "by-hand" } });
    const { bindings, accounts } = await hub.listForeign({
      ...{ instance: "foreign", roles: { admin: { clusterRole: "karpor-admin" } } },
      hub: { namespace: GRANTS_NAMESPACE, known: [], instances: [] },
    });
    expect(bindings).toEqual([
      { name: "by-hand", clusterRole: "karpor-admin", subjects: ["ServiceAccount default by-hand"] },
    ]);
    expect(accounts).toContain("by-hand");
    expect(accounts.filter((name) => name.startsWith("karpor-access-foreign"))).toEqual([]);
  });

  it("keeps notes by compare-and-swap", async () => {
    const hub = openHub({ instance: "notes" });
    expect(await hub.readNotes()).toEqual({});
    const add = (key: string) => openHub({ instance: "notes" }).changeNotes(() => ({ [key]: key }));
    await Promise.all(["a", "b", "c"].map(add));
    expect(await hub.readNotes()).toEqual({ a: "a", b: "b", c: "c" });
    const count = () => hub.changeNotes(({ n = "0" }) => ({ n: `${Number(n) + 1}` }));
    await Promise.all([count(), count(), count()]);
    expect((await hub.readNotes()).n).toBe("3");
    await hub.changeNotes(() => null);
    await hub.changeNotes(() => ({ n: null, other: "kept" }));
    expect(await hub.readNotes()).toEqual(expect.objectContaining({ other: "kept" }));
    expect(await hub.readNotes()).not.toHaveProperty("n");
  });

  it("knows the hub's facts", async () => {
    const hub = openHub();
    expect(await hub.isEnforcing()).toBe(true);
    expect(await hub.isLoggedIn()).toBe(true);
    expect(hub.signingKey()).toMatch(/^[\w-]{20,}$/);
    expect(hub.clockOffset()).toBe(0);
    expect((await hub.anonymousReads()).reads).toContain("/rest-api/v1/clusters");
    expect(await hub.checkLogin(secret("rubbish"))).toBe("refused");
  });

  it("renews its own token at half of its life, and writes it back for its eyes only", async () => {
    const before = readFileSync(file, "utf8");
    const fresh = openHub();
    await fresh.isLoggedIn();
    await fresh.renewOwnToken();
    expect(readFileSync(file, "utf8")).toBe(before);
    const hub = openHub({ clock: ahead });
    await hub.isLoggedIn();
    await hub.renewOwnToken();
    expect(readFileSync(file, "utf8")).not.toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await hub.isLoggedIn()).toBe(true);
    expect(await openHub().isLoggedIn()).toBe(true);
  });

  it("keeps its kubeconfig in a Secret of the pod's cluster", async () => {
    const mount = await startPod();
    const hub = openPodHub(mount);
    const path = "/api/v1/namespaces/bots/secrets/karpor-access-hub";
    const content = async () => {
      const { kubeconfig = "" } = (await asAdmin("GET", path)).body.data as Record<string, string>;
      return Buffer.from(kubeconfig, "base64").toString();
    };
    const before = await content();
    expect(await hub.isLoggedIn()).toBe(true);
    await hub.renewOwnToken();
    expect(await content()).not.toBe(before);
    expect(await hub.isLoggedIn()).toBe(true);
    const naming = (await content()).replace(
      /certificate-authority-data: \S+/,
      "certificate-authority: ca.crt",
    );
    await asAdmin(
      "PATCH",
      path,
      { data: { kubeconfig: Buffer.from(naming).toString("base64") } },
      "application/merge-patch+json",
    );
    expect(await errorFrom(openPodHub(mount).listAccounts())).toMatchObject({
      message: expect.stringContaining("names files"),
    });
    await asAdmin("DELETE", path);
    expect(await errorFrom(hub.renewOwnToken())).toMatchObject({ reason: "kubeconfig" });
  });

  function openPodHub(podMount: string): Hub {
    const hub = createHub({
      ...{ settings: { inCluster: true, server: server.url, namespace: GRANTS_NAMESPACE }, instance: "test" },
      ...{ clock: ahead, log: pino({ level: "silent" }, { write() {} }), podMount },
    });
    opened.push(hub);
    return hub;
  }

  /** The hub's API server plays the cluster that the pod runs in. */
  async function startPod(): Promise<string> {
    const data = { kubeconfig: Buffer.from(readFileSync(file)).toString("base64") };
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "pod" };
    const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "patch"] }];
    const account = { kind: "ServiceAccount", name: "pod", namespace: "bots" };
    await asAdmin("POST", "/api/v1/namespaces", { metadata: { name: "bots" } });
    await asAdmin("POST", "/api/v1/namespaces/bots/secrets", {
      metadata: { name: "karpor-access-hub" },
      data,
    });
    await asAdmin("POST", "/api/v1/namespaces/bots/serviceaccounts", { metadata: { name: "pod" } });
    await asAdmin("POST", `${RBAC}/namespaces/bots/roles`, { metadata: { name: "pod" }, rules });
    await asAdmin("POST", `${RBAC}/namespaces/bots/rolebindings`, {
      ...{ metadata: { name: "pod" }, roleRef, subjects: [account] },
    });
    const minted = await asAdmin("POST", "/api/v1/namespaces/bots/serviceaccounts/pod/token", { spec: {} });
    const mount = join(folder, "pod");
    mkdirSync(mount, { recursive: true });
    writeFileSync(join(mount, "token"), (minted.body.status as { token: string }).token);
    writeFileSync(join(mount, "ca.crt"), server.ca);
    writeFileSync(join(mount, "namespace"), "bots");
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", new URL(server.url).port);
    return mount;
  }

  it("renews its token in a kubeconfig that names a file", async () => {
    const text = readFileSync(file, "utf8");
    writeFileSync(join(folder, "ca.crt"), server.ca);
    const path = join(folder, "with-file.kubeconfig");
    writeFileSync(path, text.replace(/certificate-authority-data: \S+/, "certificate-authority: ca.crt"));
    const hub = openHub({ clock: ahead, path });
    await hub.renewOwnToken();
    expect(await hub.isLoggedIn()).toBe(true);
    expect(readFileSync(path, "utf8")).toContain("certificate-authority: ca.crt");
  });

  it("takes up a kubeconfig that was healed after its credential died", async () => {
    const path = join(folder, "healed.kubeconfig");
    writeFileSync(path, kubeconfig(server, "dead"));
    const hub = openHub({ path });
    expect(await hub.isLoggedIn()).toBe(false);
    expect(isAway(await errorFrom(hub.listAccounts()))).toBe(true);
    writeFileSync(path, readFileSync(file, "utf8"));
    expect(await hub.isLoggedIn()).toBe(true);
    writeFileSync(
      path,
      kubeconfig({ url: server.url, ca: (await createAuthority("other")).certificate }, "dead"),
    );
    const distrusting = openHub({ path });
    expect(isAway(await errorFrom(distrusting.listAccounts()))).toBe(true);
    writeFileSync(path, readFileSync(file, "utf8"));
    await distrusting.listAccounts();
  });
});

describe("a hub with faults", () => {
  let server: LocalHub;

  beforeAll(async () => {
    server = await startLocalHub({ clock: systemClock() });
    writeFileSync(file, await botKubeconfig(server), { mode: 0o600 });
  });
  afterAll(() => server.stop());

  it("takes at most 11 calls for a whole life", async () => {
    const hub = openHub();
    await hub.isLoggedIn();
    const id = newId();
    const before = server.requests.length;
    const { uid: account } = await hub.createAccount(id, { until: Date.now() + HOUR, requester });
    await hub.readAccount(id);
    await hub.createBinding({ id, account, clusterRole: "karpor-guest", endsAt: Date.now() + HOUR });
    await hub.checkLogin((await hub.mintToken(id, HOUR)).token);
    const probe = await mintProbe(hub, id, account);
    await hub.deleteBinding(id);
    await hub.deleteAccount(id, account);
    expect(await proveEnd(hub, { id, account, probe }, Date.now())).toBe("probe");
    expect(server.requests.length - before).toBe(10);
  });

  it("finds what it made when the answer was lost", async () => {
    const hub = openHub();
    const id = newId();
    server.loseNext(1, (method) => method === "POST");
    expect(isAway(await errorFrom(hub.createAccount(id, { until: 0, requester })))).toBe(true);
    const { uid: account, isNew } = await hub.createAccount(id, { until: 0, requester });
    expect(isNew).toBe(false);
    const grant = { id, account, clusterRole: "karpor-guest", endsAt: Date.now() };
    server.loseNext(1, (method) => method === "POST");
    expect(isAway(await errorFrom(hub.createBinding(grant)))).toBe(true);
    expect(await hub.createBinding(grant)).toBe("same");
  });

  it("is away when it does not answer, hangs, fails or asks for patience", async () => {
    const hub = openHub({ timeoutMs: 300 });
    await hub.isLoggedIn();
    for (const status of [429, 500, 503]) {
      server.failNext(1, status);
      expect(isAway(await errorFrom(hub.listBindings()))).toBe(true);
    }
    server.hang(true);
    expect(await errorFrom(hub.listBindings())).toMatchObject({ status: null });
    server.hang(false);
    await server.down();
    expect(isAway(await errorFrom(hub.readAccount(newId())))).toBe(true);
    await server.up();
    await expect.poll(() => hub.isLoggedIn()).toBe(true);
  });

  it("is away, and refuses nothing, in the first moment of a start", async () => {
    const hub = openHub();
    await server.down();
    expect(isAway(await errorFrom(hub.listAccounts()))).toBe(true);
    const up = server.up();
    for (let i = 0; i < 20; i += 1) {
      const error = await errorFrom(hub.listAccounts());
      expect(error === undefined || isAway(error)).toBe(true);
    }
    await up;
  });

  it("takes no page of a proxy for the hub's word", async () => {
    const hub = openHub();
    const id = newId();
    await hub.createAccount(id, { until: 0, requester });
    for (const status of [200, 401, 403, 404, 409]) {
      server.meddle({ before: async () => ({ status, html: true }), after: async () => true });
      expect(isAway(await errorFrom(hub.readAccount(id)))).toBe(true);
      expect(isAway(await errorFrom(hub.checkLogin(secret("rubbish"))))).toBe(true);
      expect(isAway(await errorFrom(hub.deleteBinding(id)))).toBe(true);
    }
    server.meddle(undefined);
    expect(await hub.readAccount(id)).not.toBeNull();
  });

  it("proves nothing while RBAC is off", async () => {
    const hub = openHub();
    server.setRbac(false);
    expect(await hub.isEnforcing()).toBe(false);
    expect(await proveEnd(hub, { id: newId(), account: "a", probe: null }, Date.now())).toBe("not-proved");
    server.setRbac(true);
    expect(await hub.isEnforcing()).toBe(true);
  });

  it("tells how far the hub's clock is ahead", async () => {
    const hub = openHub();
    server.skew(90 * SECOND);
    await hub.isLoggedIn();
    expect(Math.abs(hub.clockOffset() - 90 * SECOND)).toBeLessThan(2 * SECOND);
    expect(Math.abs((await hub.listAccounts()).hubTime - Date.now() - 90 * SECOND)).toBeLessThan(3 * SECOND);
    server.skew(0);
  });

  it("takes up a new kubeconfig after Karpor's upgrade, with another signing key", async () => {
    const hub = openHub();
    await hub.isLoggedIn();
    const key = hub.signingKey();
    await server.upgrade();
    expect(isAway(await errorFrom(hub.listAccounts()))).toBe(true);
    writeFileSync(file, await botKubeconfig(server));
    await hub.listAccounts();
    expect(hub.signingKey()).not.toBe(key);
  });
});

it("reads at most 8 MiB of an answer, and tells when to try again", async () => {
  const authority = await createAuthority("stub-ca");
  const { certificate, key } = await authority.issue({ commonName: "stub", hosts: ["127.0.0.1"] });
  const chunk = Buffer.alloc(1024 * 1024, "a");
  let sent = 0;
  const answer: RequestListener = ({ url = "" }, response) => {
    response.setHeader("audit-id", "9c1");
    if (url.includes("clusterrolebindings"))
      return void response.writeHead(429, { "retry-after": "7" }).end();
    const more = () => {
      while (sent < 2048 && !response.destroyed) {
        sent += 1;
        if (!response.write(chunk)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  };
  const server = createServer({ cert: certificate, key }, answer).listen(0, "127.0.0.1");
  await expect.poll(() => server.listening).toBe(true);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = join(folder, "stub.kubeconfig");
  writeFileSync(path, kubeconfig({ url, ca: authority.certificate }, "token"));
  const hub = openHub({ path });
  expect(isAway(await errorFrom(hub.listAccounts()))).toBe(true);
  expect(sent).toBeLessThan(40);
  expect(await errorFrom(hub.listBindings())).toMatchObject({ status: 429, retryAfter: 7 * SECOND });
  server.closeAllConnections();
  server.close();
});

it.for([
  ["a command", "user: { exec: { command: steal } }", "exec"],
  ["an auth-provider", "user: { auth-provider: { name: gcp } }", "auth-provider"],
  ["no credential", "user: {}", "needs a token"],
  ["a token's file", "user: { token-file: /etc/hostname }", "needs a token"],
  ["a file that isn't there", "user: { client-certificate: no.crt, client-key: no.key }", "Cannot read"],
])("does not speak by a kubeconfig with %s", async ([, user = "", word = ""]) => {
  const path = join(folder, "bad.kubeconfig");
  writeFileSync(
    path,
    kubeconfig({ url: "https://127.0.0.1:1", ca: "-----BEGIN" }, "t").replace(/user:\n\s+token: t/, user),
  );
  const error = await errorFrom(openHub({ path }).listAccounts());
  expect(error).toMatchObject({
    name: "HubError",
    reason: "kubeconfig",
    message: expect.stringContaining(word),
  });
});
