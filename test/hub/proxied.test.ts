/** What stands before the hub answers in its place, or the hub refuses for once: neither is ever taken for the hub's word. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import type { HubCall, HubFailure } from "../../sandbox/hub/faults.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { secret } from "../../src/domain/secret.ts";
import type { Grants, In } from "../../src/flow/ports.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { deleteObject } from "../../src/hub/client/objects.ts";
import { accountsPath } from "../../src/hub/grants/find.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { approved } from "./requests.ts";

const { signal } = new AbortController();
const ACCOUNTS = accountsPath({ namespace: GRANTS_NAMESPACE });
let hub: LocalHub;
let client: HubClient;
let grants: Grants;

beforeAll(async () => {
  hub = await startLocalHub({ clock: systemClock() });
  client = createHubClient(parseKubeconfig(await botKubeconfig(hub)));
  grants = fresh();
});
const fresh = () =>
  createGrants({ client, instance: "production", namespace: GRANTS_NAMESPACE, clock: systemClock() });
afterEach(() => {
  hub.meddle(undefined);
  hub.setRbac(true);
});
afterAll(async () => {
  await client.close();
  await hub.stop();
});

/** Says which requests fail, and how. */
const meddle = (failure: (call: HubCall) => HubFailure | undefined) =>
  hub.meddle({ before: async (call) => failure(call), after: async () => true });
const caught = (work: Promise<unknown>) =>
  work.then(
    () => "it worked",
    (error: unknown) => error,
  );

type Call = (request: In<"approved">, uids: { accountUid: string; bindingUid: string }) => Promise<unknown>;
const calls: [string, Call][] = [
  ["create", (request) => grants.create(request, signal)],
  ["mint", (request) => grants.mint(request, HOUR, signal)],
  ["check", () => grants.check(secret("a.b.c"), signal)],
  ["assertEnforcing", () => fresh().assertEnforcing(signal)],
  ["removeBinding", (request, uids) => grants.removeBinding(request, uids, signal)],
  ["removeBinding by labels", (request) => grants.removeBinding(request, {}, signal)],
  ["removeAccount", (request, uids) => grants.removeAccount(request, uids, signal)],
  ["removeAccount by labels", (request) => grants.removeAccount(request, {}, signal)],
  ["find", (request) => grants.find(request, {}, signal)],
  ["isAbsent", (request) => grants.isAbsent(request, signal)],
  ["list", () => grants.list(signal)],
  ["standingOf", ({ id }) => grants.standingOf(id, signal)],
  ["deleteObject", ({ id }, { accountUid: uid }) => deleteObject(client, { path: ACCOUNTS, name: id, uid })],
  ["annotate", (request) => grants.annotate(request, "uid", { expiresAt: 0 }, signal)],
];

describe.each([200, 401, 403, 404, 409, 502])("an ingress that answers %i", (status) => {
  it.each(calls)("is no answer of the hub (%s)", async (_, call) => {
    const request = approved();
    const made = await grants.create(request, signal);
    meddle(() => ({ status, html: true }));
    const error = await caught(call(request, made));
    expect(error).toMatchObject({ name: "HubError", status, reason: "not-kubernetes" });
    hub.meddle(undefined);
    const { account, binding } = await grants.find(request, {}, signal);
    expect([account, binding]).not.toContain(null);
  });
});

it("a Status that names something else is no absence", async () => {
  const request = approved();
  const made = await grants.create(request, signal);
  // As for a resource that is not served: a NotFound that names nothing.
  meddle(() => ({ status: 404 }));
  for (const call of [
    () => grants.find(request, made, signal),
    () => grants.removeBinding(request, made, signal),
    () => grants.removeAccount(request, made, signal),
  ])
    expect(await caught(call())).toMatchObject({ name: "HubError", status: 404 });
});

it("one half refused by a proxy leaves the grant to be made again", async () => {
  const request = approved();
  meddle(({ method, path }) =>
    method === "POST" && path.endsWith("/clusterrolebindings") ? { status: 403, html: true } : undefined,
  );
  expect(await caught(grants.create(request, signal))).toMatchObject({ name: "HubError" });
  hub.meddle(undefined);
  const made = await grants.create(request, signal);
  expect(await grants.find(request, made, signal)).toMatchObject({ account: {}, binding: {} });
});

it("a lost answer to a creation or a deletion is found out by asking again", async () => {
  const request = approved();
  hub.loseNext(2, (method) => method === "POST");
  expect(await caught(grants.create(request, signal))).toMatchObject({ name: "HubError", status: null });
  const made = await grants.create(request, signal);
  hub.loseNext(1, (method) => method === "DELETE");
  expect(await caught(grants.removeBinding(request, made, signal))).toMatchObject({ status: null });
  await grants.removeBinding(request, made, signal);
  await grants.removeAccount(request, made, signal);
  expect(await grants.isAbsent(request, signal)).toBe(true);
});

describe("a hub whose RBAC was switched off while it runs", () => {
  it("is not enforcing, and is again when it is on", async () => {
    hub.setRbac(false);
    expect(await caught(fresh().assertEnforcing(signal))).toMatchObject({
      name: "NotEnforcing",
      reason: "rbac-off",
    });
    hub.setRbac(true);
    await fresh().assertEnforcing(signal);
  });

  it("gives itself away by taking a made-up token, also where it does not say so", async () => {
    hub.setRbac(false);
    meddle(({ path }) => (path === "/server-configs" ? { status: 404 } : undefined));
    expect(await caught(fresh().assertEnforcing(signal))).toMatchObject({
      name: "NotEnforcing",
      reason: "takes-any-token",
    });
  });
});

it("callers within a second share one look at whether the hub enforces", async () => {
  let now = 0;
  const clock = { ...systemClock(), now: () => now };
  const one = createGrants({ client, instance: "p", namespace: GRANTS_NAMESPACE, clock });
  const looks: string[] = [];
  const leave = hub.onRequest(({ path }) => path === "/server-configs" && looks.push(path));
  await Promise.all(Array.from({ length: 9 }, () => one.assertEnforcing(signal)));
  now = 999;
  const reason = new Error("the lease is lost");
  expect(await caught(one.assertEnforcing(AbortSignal.abort(reason)))).toBe(reason);
  await one.assertEnforcing(signal);
  expect(looks).toHaveLength(1);
  now = 1_000;
  await one.assertEnforcing(signal);
  leave();
  expect(looks).toHaveLength(2);
});
