import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { secret } from "../../src/domain/secret.ts";
import type { Grants } from "../../src/flow/ports.ts";
import type { ClientOptions, HubClient } from "../../src/hub/client/client.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { approved } from "./requests.ts";
import { json, notFound, type Stub, startStub } from "./stub.ts";

const PLANTED = "planted-token-bytes";
const { signal } = new AbortController();

let stub: Stub | undefined;
afterEach(() => stub?.stop());

const grantsOf = (client: HubClient): Grants =>
  createGrants({ client, instance: "production", namespace: "karpor-access", clock: systemClock() });
const caught = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

const calls: [string, (grants: Grants) => Promise<unknown>][] = [
  ["create", (grants) => grants.create(approved(), signal)],
  ["mint", (grants) => grants.mint(approved(), 1, signal)],
  ["check", (grants) => grants.check(secret(PLANTED), signal)],
  ["assertEnforcing", (grants) => grants.assertEnforcing(signal)],
  ["removeBinding", (grants) => grants.removeBinding(approved(), {}, signal)],
  ["removeAccount", (grants) => grants.removeAccount(approved(), { accountUid: "u" }, signal)],
  ["find", (grants) => grants.find(approved(), {}, signal)],
  ["isAbsent", (grants) => grants.isAbsent(approved(), signal)],
  ["list", (grants) => grants.list(signal)],
  ["standingOf", (grants) => grants.standingOf(approved().id, signal)],
  ["annotate", (grants) => grants.annotate(approved(), "uid", { expiresAt: 0 }, signal)],
];

it.each(calls)("gives up on a hub that hangs (%s)", async (_, call) => {
  stub = await startStub(() => {});
  const error = await caught(call(grantsOf(stub.client(PLANTED, { timeout: 50 }))));
  expect(error).toMatchObject({ name: "HubError", status: null, reason: "timeout" });
});

it.each(calls)("gives up on an answer that never ends (%s)", async (_, call) => {
  stub = await startStub(
    (_, to) => void to.writeHead(200, { "content-type": "application/json" }).write("{"),
  );
  const error = await caught(call(grantsOf(stub.client(PLANTED, { timeout: 50 }))));
  expect(error).toMatchObject({ name: "HubError", status: null, reason: "timeout" });
});

it("gives up on an answer that is longer than any, and says so", async () => {
  const part = Buffer.alloc(2 ** 20, " ");
  let sent = 0;
  stub = await startStub((_, to) => {
    to.writeHead(200, { "content-type": "application/json", "audit-id": "a" });
    const more = () => {
      while (to.writable && sent < 200 && to.write(part)) sent++;
      sent++;
    };
    to.on("drain", more);
    more();
  });
  const error = await caught(stub.client(PLANTED).request("/server-configs"));
  expect(error).toMatchObject({
    name: "HubError",
    message: "GET /server-configs: no usable answer (its answer is longer than 8 MiB)",
  });
  expect(sent).toBeLessThan(50);
});

it.each(calls)("says that the hub is down (%s)", async (_, call) => {
  stub = await startStub(() => {});
  await stub.stop();
  const client = stub.client(PLANTED);
  stub = undefined;
  const error = await caught(call(grantsOf(client)));
  expect(error).toMatchObject({ name: "HubError", status: null, reason: "ECONNREFUSED" });
  await client.close();
});

it.each([200, 201, 400, 401, 403, 404, 409, 422, 500, 503])(
  "keeps nothing of what a hub or a proxy repeats to it (%i)",
  async (status) => {
    stub = await startStub((ask, to) => {
      const heard = ask.headers.authorization ?? PLANTED;
      json(
        to,
        status,
        { kind: "Status", message: heard, reason: heard, status: { token: heard } },
        { "x-heard": heard, "audit-id": heard },
      );
    });
    const grants = grantsOf(stub.client(PLANTED));
    for (const [name, call] of calls) {
      const error = await caught(call(grants));
      for (const shown of [
        inspect(error, { depth: 9, showHidden: true }),
        JSON.stringify(error),
        String(error),
      ])
        expect(shown, name).not.toContain(PLANTED);
    }
  },
);

it("passes on reason and audit id", async () => {
  stub = await startStub((_, to) => json(to, 500, { kind: "Status", reason: "InternalError" }));
  const error = await caught(grantsOf(stub.client(PLANTED)).find(approved(), {}, signal));
  expect(error).toMatchObject({ status: 500, reason: "InternalError", auditId: "9c1-a" });
});

it("stops a call in flight at the signal, with its reason", async () => {
  const stop = new AbortController();
  const reason = new Error("the lease is lost");
  stub = await startStub(() => stop.abort(reason));
  const grants = grantsOf(stub.client(PLANTED));
  expect(await caught(grants.find(approved(), {}, stop.signal))).toBe(reason);
});

it("keeps its connections, but checks a token on a new one, without the bot's credential", async () => {
  const heard: unknown[] = [];
  stub = await startStub((ask, to) => {
    heard.push(ask.headers.authorization);
    json(to, ask.url?.startsWith("/rest-api") ? 200 : 404, {});
  });
  const client = stub.client(PLANTED);
  const grants = grantsOf(client);
  for (let i = 0; i < 20; i++) await client.request("/version", { signal });
  const kept = stub.connections();
  expect(kept).toBeLessThan(3);
  expect(await grants.check(secret("other"), signal)).toBe("good");
  await client.request("/rest-api/v1/clusters", { as: "nobody" });
  expect(stub.connections()).toBe(kept + 2);
  expect(heard.slice(19)).toEqual([`Bearer ${PLANTED}`, "Bearer other", undefined]);
});

it("reads the credential at each call", async () => {
  const heard: unknown[] = [];
  stub = await startStub((ask, to) => {
    heard.push(ask.headers.authorization);
    notFound(ask, to);
  });
  let n = 0;
  const client = stub.client(PLANTED, { token: () => secret(`renewed-${Math.floor(n++ / 2)}`) });
  await grantsOf(client).find(approved(), {}, signal);
  await grantsOf(client).find(approved(), {}, signal);
  expect(new Set(heard)).toEqual(new Set(["Bearer renewed-0", "Bearer renewed-1"]));
});

it("makes a call again on a fresh connection after one stray 401, and takes a second one for an answer", async () => {
  let refusals = 1;
  stub = await startStub((ask, to) => {
    if (refusals-- > 0) json(to, 401, { kind: "Status", reason: "Unauthorized" });
    else if (ask.method === "GET") notFound(ask, to);
    else json(to, 500, {});
  });
  let rereads = 0;
  const client = stub.client(PLANTED, {
    reread: async () => {
      rereads += 1;
      return null;
    },
  });
  const grants = grantsOf(client);
  expect(await grants.find(approved(), {}, signal)).toMatchObject({ account: null, binding: null });
  expect(rereads).toBe(1);
  const before = stub.connections();
  refusals = 1;
  expect((await client.request("/version")).status).toBe(404);
  expect(stub.connections()).toBeGreaterThan(before);
  refusals = 2;
  expect((await client.request("/version")).status).toBe(401);
  expect(rereads).toBe(3);
});

it("takes a 403 that is not the hub's for no verdict", async () => {
  stub = await startStub((_, to) => void to.writeHead(403).end("<html>blocked</html>"));
  const error = await caught(grantsOf(stub.client(PLANTED)).check(secret("t"), signal));
  expect(error).toMatchObject({ name: "HubError", status: 403 });
});

/** What the hub's 403 of a moment later is taken for. */
async function refusedAfter(
  before: (to: ServerResponse) => void,
  { given, ...options }: ClientOptions & { given?: AbortSignal } = {},
  refuse = (to: ServerResponse) => json(to, 403, { kind: "Status", reason: "Forbidden" }),
) {
  stub = await startStub(({ url }, to) => (url === "/before" ? before(to) : refuse(to)));
  const client = stub.client(PLANTED, options);
  await caught(client.request("/before", { signal: given }));
  return () => caught(client.call("read a role", signal, (api) => api.readClusterRole("reader")));
}

it.each([
  [503, "just-started"],
  [502, "just-started"],
  // Karpor's own, of a search without a query; nobody's look at what is open asks for one.
  [500, "Forbidden"],
  [404, "Forbidden"],
])("takes a refusal right after a %i for %s", async (status, reason) => {
  const refused = await refusedAfter((to) => json(to, status, { success: false }));
  const error = await refused();
  expect(error).toMatchObject({ status: 403, reason, auditId: "9c1-a", forbidden: reason === "Forbidden" });
});

it("takes a hub for one that was away where it had no answer in time, not where its caller gave up", async () => {
  const late = await refusedAfter(() => {}, { timeout: 50 });
  expect(await late()).toMatchObject({ reason: "just-started" });
  await stub?.stop();
  const leaving = new AbortController();
  const left = await refusedAfter(() => leaving.abort(), { given: leaving.signal });
  expect(await left()).toMatchObject({ reason: "Forbidden" });
});

it("takes a refusal for one again when the clock was put back meanwhile, and a proxy's for a proxy's", async () => {
  let now = 3_600_000;
  const clock = { ...systemClock(), now: () => now };
  const refused = await refusedAfter((to) => json(to, 503, {}), { clock });
  expect(await refused()).toMatchObject({ reason: "just-started" });
  now = 0;
  expect(await refused()).toMatchObject({ reason: "Forbidden" });
  await stub?.stop();
  const proxied = await refusedAfter(
    (to) => void to.writeHead(502).end("<html>"),
    {},
    (to) => void to.writeHead(403).end("<html>blocked</html>"),
  );
  expect(await proxied()).toMatchObject({ reason: "not-kubernetes", what: "not-the-hub" });
});

it("verifies the hub's certificate", async () => {
  stub = await startStub((_, to) => json(to, 200, {}));
  const client = stub.client(PLANTED);
  const { ca: _, ...access } = client.access;
  const { createHubClient } = await import("../../src/hub/client/client.ts");
  const unknown = createHubClient(access);
  expect(await caught(unknown.request("/version"))).toMatchObject({
    reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  });
  const careless = createHubClient({ ...access, insecure: true });
  expect((await careless.request("/version")).status).toBe(200);
  await Promise.all([unknown.close(), careless.close()]);
});
