import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../local/clock.ts";
import { createGrants } from "../../src/hub/grants.ts";
import { account, binding } from "../../src/hub/objects.ts";
import { approved } from "./requests.ts";
import { json, type Stub, startStub } from "./stub.ts";

let stub: Stub | undefined;
afterEach(() => stub?.stop());

const place = { instance: "production", namespace: "karpor-access" };

it("follows the pages to their end, of whole objects or of metadata only", async () => {
  const requests = Array.from({ length: 5 }, () => approved());
  const uid = (object: { metadata: object }) => ({ ...object, metadata: { ...object.metadata, uid: "u" } });
  const accounts = requests.map((request) => uid({ metadata: account(place, request).metadata }));
  const bindings = requests.map((request) => uid(binding(place, request, "karpor-guest")));
  const asked: URL[] = [];
  stub = await startStub((ask, to) => {
    const url = new URL(`https://hub${ask.url}`);
    asked.push(url);
    const all = url.pathname.endsWith("/serviceaccounts") ? accounts : bindings;
    const from = Number(url.searchParams.get("continue") ?? 0);
    const next = from + 2 < all.length ? { continue: String(from + 2) } : {};
    json(to, 200, { metadata: next, items: all.slice(from, from + 2) });
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

it("fails on what is no list, rather than seeing an empty hub", async () => {
  stub = await startStub((_, to) => json(to, 200, { items: [{ metadata: {} }] }));
  const grants = createGrants({ client: stub.client("t"), ...place, clock: systemClock() });
  await expect(grants.list(new AbortController().signal)).rejects.toThrow("unreadable");
});
