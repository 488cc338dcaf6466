import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type JumpClock, stillClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import type { HubFailure } from "../../sandbox/hub/faults.ts";
import { type LocalHub, type LocalHubOptions, startLocalHub } from "../../sandbox/hub/index.ts";
import { ACCOUNTS, accountObject, BINDINGS, bindingObject, mintToken } from "./hub-fixture.ts";

const AUTHN = "/rest-api/v1/authn";

describe("the stand-in of the hub", () => {
  let clock: JumpClock;
  let hub: LocalHub;
  let admin: HubCaller;
  let nobody: HubCaller;
  const open = async (options: Partial<LocalHubOptions> = {}) => {
    clock = stillClock();
    hub = await startLocalHub({ clock, ...options });
    admin = hubClient(hub, hub.admin);
    nobody = hubClient(hub);
  };
  const close = () => Promise.all([admin.close(), nobody.close(), hub.stop()]);
  const reopen = async (options: Partial<LocalHubOptions>) => {
    await close();
    await open(options);
  };
  beforeEach(() => open());
  afterEach(close);

  const create = (name: string, metadata = {}) =>
    admin("POST", ACCOUNTS, { body: accountObject({ name, ...metadata }) });
  const login = async (token: string) => (await nobody("GET", AUTHN, { token })).status;
  const guest = async (name: string) => {
    await create(name);
    const subjects = [{ kind: "ServiceAccount", name, namespace: "grants" }];
    await admin("POST", BINDINGS, { body: bindingObject(name, "karpor-guest", subjects) });
    return mintToken(admin, `${ACCOUNTS}/${name}`);
  };

  it("remembers a success for 10 s of the clock, each token's own, and never a failure", async () => {
    const [first, second] = [await guest("g"), await mintToken(admin, `${ACCOUNTS}/g`)];
    expect(await login(first)).toBe(200);
    clock.jump(5_000);
    expect(await login(second)).toBe(200);
    await admin("DELETE", `${ACCOUNTS}/g`);
    clock.jump(4_999);
    expect([await login(first), await login(second)]).toEqual([200, 200]);
    clock.jump(1);
    expect([await login(first), await login(second)]).toEqual([401, 200]);
    clock.jump(5_000);
    expect(await login(second)).toBe(401);
  });

  it("takes a token until a minute after its expiry", async () => {
    const token = await guest("g");
    clock.jump(3_659_000);
    expect(await login(token)).toBe(200);
    clock.jump(11_000);
    expect(await login(token)).toBe(401);
  });

  it("reads time from the clock, and its own skew", async () => {
    hub.skew(-3_600_000);
    const { body, headers } = await create("early");
    const made = Date.parse(body.metadata?.creationTimestamp ?? "");
    expect(made).toBeLessThan(clock.now() - 3_599_000);
    expect(Math.abs(Date.parse(headers.get("date") ?? "") - made)).toBeLessThanOrEqual(1000);
  });

  it("lets people in at the dashboard as their role says", async () => {
    const token = await guest("g");
    const ask = async (method: string, path: string, who = token) =>
      (await nobody(method, path, { token: who })).status;
    expect(await ask("GET", AUTHN)).toBe(200);
    expect(await ask("DELETE", "/rest-api/v1/cluster/prod")).toBe(403);
    await admin("POST", BINDINGS, {
      body: bindingObject("a", "karpor-admin", [{ kind: "ServiceAccount", name: "g", namespace: "grants" }]),
    });
    expect(await ask("DELETE", "/rest-api/v1/cluster/prod")).toBe(200);
    await create("unbound");
    expect(await ask("GET", AUTHN, await mintToken(admin, `${ACCOUNTS}/unbound`))).toBe(403);
  });

  it("lets everybody read, unless the anonymous role is gone", async () => {
    expect((await nobody("GET", "/rest-api/v1/clusters")).status).toBe(200);
    expect((await nobody("GET", AUTHN)).status).toBe(200);
    expect((await nobody("GET", "/livez")).status).toBe(403);
    await reopen({ anonymousReads: false });
    expect((await nobody("GET", "/rest-api/v1/clusters")).status).toBe(403);
  });

  it("tells whether RBAC is on, and without it throws every token away", async () => {
    expect((await nobody("GET", "/server-configs")).body).toEqual({ CoreOptions: { EnableRBAC: true } });
    await reopen({ rbac: false });
    expect((await nobody("GET", "/server-configs")).body).toEqual({ CoreOptions: { EnableRBAC: false } });
    expect(await login("nonsense")).toBe(200);
    expect((await nobody("GET", ACCOUNTS)).status).toBe(200);
  });

  it.each(["configmaps", "events"])("serves no %s", async (plural) => {
    const { status, body } = await admin("GET", `/api/v1/namespaces/grants/${plural}`);
    expect({ status, reason: body.reason }).toEqual({ status: 404, reason: "NotFound" });
  });

  it.each([
    "/apis/coordination.k8s.io/v1/namespaces/grants/leases",
    "/apis/authentication.k8s.io/v1/tokenreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
  ])("does not know %s", async (path) => {
    expect((await admin("POST", path, { body: {} })).status).toBe(404);
  });

  it("has no default namespace and no version to go by", async () => {
    const { body } = await admin("GET", "/api/v1/namespaces");
    expect(body.items?.map(({ metadata }) => metadata.name)).toEqual(["kube-public", "kube-system"]);
    expect((await admin("GET", "/version")).body).toMatchObject({ gitVersion: "", major: "1", minor: "0" });
  });

  it("shortens to the longest it grants", async () => {
    await reopen({ maxTokenSeconds: 7200 });
    await create("short");
    const spec = { expirationSeconds: 10_000 };
    const { body, headers } = await admin("POST", `${ACCOUNTS}/short/token`, { body: { spec } });
    expect(body.spec).toMatchObject({ expirationSeconds: 7200 });
    expect(headers.get("warning")).toContain(
      "requested expiration of 10000 seconds shortened to 7200 seconds",
    );
  });

  it("goes down and comes back on its port with everything it had", async () => {
    const token = await guest("g");
    await hub.down();
    await expect(login(token)).rejects.toMatchObject({
      message: "fetch failed",
      cause: { code: "ECONNREFUSED" },
    });
    await hub.up();
    expect(await login(token)).toBe(200);
  });

  it("refuses what RBAC decides until it has read its rules, as a kube-apiserver that starts does", async () => {
    const token = await guest("g");
    await hub.down();
    const up = hub.up();
    const said = new Set<number>();
    while (!said.has(200)) said.add(await login(token).catch(() => 0));
    expect(said).toContain(403);
    await up;
    expect(await login(token)).toBe(200);
  });

  it("hangs, and then serves only whoever still waits", async () => {
    hub.hang(true);
    const waiting = create("waited");
    const left = new AbortController();
    const leaving = admin("POST", ACCOUNTS, { body: accountObject({ name: "left" }), signal: left.signal });
    await delay(500);
    left.abort();
    await expect(leaving).rejects.toThrow();
    await delay(500);
    hub.hang(false);
    expect((await waiting).status).toBe(201);
    expect((await admin("GET", `${ACCOUNTS}/left`)).status).toBe(404);
  });

  it("refuses the tokens of an account that a finalizer holds, a minute after its deletion", async () => {
    await create("held", { finalizers: ["example.com/held"] });
    const token = await mintToken(admin, `${ACCOUNTS}/held`);
    await admin("DELETE", `${ACCOUNTS}/held`);
    clock.jump(59_000);
    expect(await login(token)).toBe(403);
    clock.jump(12_000);
    expect(await login(token)).toBe(401);
    expect(await login(await mintToken(admin, `${ACCOUNTS}/held`))).toBe(401);
  });

  it("loses RBAC while it runs, and gets it back: nothing that stood is forgotten", async () => {
    const token = await guest("g");
    hub.setRbac(false);
    expect((await nobody("GET", "/server-configs")).body).toEqual({ CoreOptions: { EnableRBAC: false } });
    expect(await login("nonsense")).toBe(200);
    expect((await nobody("DELETE", `${BINDINGS}/g`)).status).toBe(200);
    hub.setRbac(true);
    expect([await login(token), await login("nonsense")]).toEqual([403, 401]);
  });

  it("answers as whoever meddles says: a proxy's page, an error, too late, or nothing", async () => {
    const fails: Record<string, HubFailure> = {
      html: { status: 404, html: true },
      dead: { status: 401 },
      hung: { hang: true },
    };
    const { promise: slow, resolve: go } = Promise.withResolvers<void>();
    hub.meddle({
      async before({ method, path }) {
        const name = path.split("/").at(-1) ?? "";
        if (name === "slow") await slow;
        return method === "GET" ? fails[name] : undefined;
      },
      after: async ({ path }) => !path.endsWith("/lost"),
    });
    const get = (name: string, signal?: AbortSignal) =>
      admin("GET", `${ACCOUNTS}/${name}`, signal ? { signal } : {});
    const page = await get("html");
    expect([page.status, page.headers.get("audit-id"), page.headers.get("server")]).toEqual([
      404,
      null,
      "nginx",
    ]);
    expect(page.body.message).toContain("<!doctype html>");
    const dead = await get("dead");
    expect([dead.status, dead.body.reason]).toEqual([401, "Unauthorized"]);
    await expect(get("lost")).rejects.toThrow("fetch failed");
    const left = new AbortController();
    const hung = get("hung", left.signal);
    const late = get("slow");
    go();
    expect((await late).status).toBe(404);
    left.abort();
    await expect(hung).rejects.toThrow();
    hub.meddle(undefined);
    expect((await get("html")).body.reason).toBe("NotFound");
  });

  it("fails as often as told, where told, changing nothing", async () => {
    hub.failNext(2, 503, (method) => method === "POST");
    expect((await admin("GET", ACCOUNTS)).status).toBe(200);
    expect([(await create("x")).status, (await create("x")).status, (await create("x")).status]).toEqual([
      503, 503, 201,
    ]);
  });

  it("loses an answer after the deed", async () => {
    hub.loseNext(1);
    await expect(create("x")).rejects.toThrow("fetch failed");
    expect((await create("x")).body.reason).toBe("AlreadyExists");
  });

  it("forgets every token and certificate when its keys change", async () => {
    const token = await guest("g");
    const stale = hub.admin;
    await hub.rotateKeys();
    const [fresh, old, renewed] = [hubClient(hub), hubClient(hub, stale), hubClient(hub, hub.admin)];
    expect((await fresh("GET", AUTHN, { token })).status).toBe(401);
    expect((await old("GET", ACCOUNTS)).status).toBe(401);
    expect((await renewed("GET", ACCOUNTS)).status).toBe(200);
    await Promise.all([fresh.close(), old.close(), renewed.close()]);
  });

  it("logs who asked what, and never a token", async () => {
    const seen: string[] = [];
    const leave = hub.onRequest(({ path }) => seen.push(path));
    const token = await guest("g");
    await login(token);
    leave();
    await login("nonsense");
    expect(hub.requests.at(-2)).toMatchObject({
      method: "GET",
      path: AUTHN,
      user: "system:serviceaccount:grants:g",
      status: 200,
    });
    expect(hub.requests.at(-1)).toMatchObject({ user: "", status: 401 });
    expect(seen.at(-1)).toBe(AUTHN);
    expect(JSON.stringify(hub.requests)).not.toContain(token.slice(0, 20));
  });
});
