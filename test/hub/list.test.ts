import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import type { GrantObjects } from "../../src/flow/ports.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import { account, binding } from "../../src/hub/grants/objects.ts";
import { approved } from "./requests.ts";
import { json, notFound, type Stub, startStub } from "./stub.ts";

let stub: Stub | undefined;
afterEach(() => stub?.stop());

const kind = "PartialObjectMetadataList";
const as = (uid: string, object: { metadata: object }) => ({
  ...object,
  metadata: { ...object.metadata, uid, creationTimestamp: "2026-11-25T09:00:00Z" },
});
const place = { instance: "production", namespace: "karpor-access" };

it("follows the pages to their end, of whole objects or of metadata only", async () => {
  const requests = Array.from({ length: 5 }, () => approved());
  const uid = (object: { metadata: object }) => as("u", object);
  const accounts = requests.map((request) => uid({ metadata: account(place, request).metadata }));
  const bindings = requests.map((request) => uid(binding(place, request, "karpor-guest")));
  const asked: URL[] = [];
  stub = await startStub((ask, to) => {
    const url = new URL(`https://hub${ask.url}`);
    asked.push(url);
    const all = url.pathname.endsWith("/serviceaccounts") ? accounts : bindings;
    const from = Number(url.searchParams.get("continue") ?? 0);
    const next = from + 2 < all.length ? { continue: String(from + 2) } : {};
    json(to, 200, { kind, metadata: next, items: all.slice(from, from + 2) });
  });
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  const listed = await grants.list(new AbortController().signal);
  expect(new Set(listed.map(({ key }) => key.id))).toEqual(new Set(requests.map(({ id }) => id)));
  expect(asked).toHaveLength(6);
  for (const { searchParams } of asked) {
    expect(searchParams.get("limit")).toBe("500");
    expect(searchParams.get("labelSelector")).toContain("karpor-access.io/instance=production");
  }
});

it("asks for fewer at once where so many are too long for one answer", async () => {
  const requests = Array.from({ length: 60 }, () => approved());
  const bindings = requests.map((request) => as("b", binding(place, request, "karpor-guest")));
  const long = { annotations: { theirs: "x".repeat(200_000) } };
  const accounts = requests.map((request) => {
    const made = account(place, request);
    return as("u", { ...made, metadata: { ...made.metadata, annotations: long.annotations } });
  });
  stub = await startStub((ask, to) => {
    const { pathname, searchParams } = new URL(`https://hub${ask.url}`);
    const all = pathname.endsWith("/serviceaccounts") ? accounts : bindings;
    const from = Number(searchParams.get("continue") ?? 0);
    const end = from + Number(searchParams.get("limit"));
    const next = end < all.length ? { continue: String(end) } : {};
    json(to, 200, { kind, metadata: next, items: all.slice(from, end) });
  });
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  const listed = await grants.list(new AbortController().signal);
  expect(new Set(listed.map(({ key }) => key.id))).toEqual(new Set(requests.map(({ id }) => id)));
});

it("brings the halves of each grant together, in whichever order the hub lists them", async () => {
  const requests = Array.from({ length: 5 }, () => approved());
  const accounts = requests.map((request) => as("a", account(place, request)));
  const bindings = requests.map((request) => as("b", binding(place, request, "karpor-guest"))).toReversed();
  const foreign = as("f", { ...bindings[0], metadata: { name: "theirs" } });
  const asked: string[] = [];
  stub = await startStub((ask, to) => {
    const { pathname, searchParams } = new URL(`https://hub${ask.url}`);
    asked.push(pathname);
    if (pathname.includes("/clusterroles/")) return notFound(ask, to);
    const [kind, all] = pathname.endsWith("/serviceaccounts")
      ? ["ServiceAccountList", accounts]
      : ["ClusterRoleBindingList", [foreign, ...bindings]];
    const from = Number(searchParams.get("continue") ?? 0);
    const next = from + 2 < all.length ? { continue: String(from + 2) } : {};
    json(to, 200, { kind, metadata: next, items: all.slice(from, from + 2) });
  });
  const clusterRoles = () => ["karpor-guest"];
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock(), clusterRoles });
  const survey = grants.survey(new AbortController().signal);
  const seen: GrantObjects[] = [];
  let step = await survey.next();
  for (; !step.done; step = await survey.next()) seen.push(...step.value);
  expect(seen.map(({ key }) => key.id).toSorted()).toEqual(requests.map(({ id }) => id).toSorted());
  expect(seen.every((one) => one.account?.uid === "a" && one.binding?.uid === "b")).toBe(true);
  expect(step.value).toMatchObject([{ name: "theirs" }]);
  // None was looked at by its name.
  expect(asked.filter((path) => /(accounts|bindings)\//.test(path))).toEqual([]);
});

it("fails on what is no list, rather than seeing an empty hub", async () => {
  stub = await startStub((_, to) => json(to, 200, { items: [] }));
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  await expect(grants.list(new AbortController().signal)).rejects.toThrow("unreadable");
});

it("looks again at halves: the two lists are not of one moment", async () => {
  const [whole, gone] = [approved(), approved()];
  const [a, b] = [as("a", account(place, whole)), as("b", binding(place, whole, "karpor-guest"))];
  stub = await startStub((ask, to) => {
    const { pathname } = new URL(`https://hub${ask.url}`);
    if (pathname.endsWith("/serviceaccounts"))
      return json(to, 200, { kind, items: [as("c", account(place, gone))] });
    if (pathname.endsWith("/clusterrolebindings")) return json(to, 200, { kind, items: [b] });
    if (!pathname.endsWith(objectName(whole))) return notFound(ask, to);
    json(to, 200, pathname.includes("/serviceaccounts/") ? a : b);
  });
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  expect(await grants.list(new AbortController().signal)).toMatchObject([
    { key: { id: whole.id }, account: { uid: "a", deleting: false }, binding: { uid: "b" } },
  ]);
});

it("leaves out what cannot be read, rather than seeing nothing at all", async () => {
  const good = approved();
  const broken = { metadata: { name: "karpor-access-broken", labels: null, uid: 7 } };
  stub = await startStub((ask, to) => {
    const accounts = ask.url?.includes("/serviceaccounts?");
    const item = accounts ? account(place, good) : binding(place, good, "karpor-guest");
    json(to, 200, { kind, items: [broken, as("u", item)] });
  });
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  expect(await grants.list(new AbortController().signal)).toMatchObject([{ key: { id: good.id } }]);
});
