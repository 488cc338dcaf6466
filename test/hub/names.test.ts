import fc from "fast-check";
import { expect, it } from "vitest";
import { RoleName } from "../../src/domain/catalog.ts";
import { requestId } from "../../src/domain/ids.ts";
import { isOf, keyOf, labels, objectName } from "../../src/hub/grants/names.ts";

const role = fc
  .stringMatching(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/)
  .filter((name) => RoleName.safeParse(name).success);
const id = fc.uint8Array({ minLength: 5, maxLength: 5 }).map(requestId);
const key = fc.record({ role, id, generation: fc.nat(9_999_999) });

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const metadata = (instance: string, of: Parameters<typeof objectName>[0]) => ({
  name: objectName(of),
  uid: "1",
  labels: labels(instance, of),
  annotations: {},
});

it("gives every grant a valid name and valid labels, from which its key is read back", () => {
  fc.assert(
    fc.property(key, (k) => {
      expect(objectName(k)).toMatch(DNS_LABEL);
      for (const [name, value] of Object.entries(labels("production", k))) {
        expect(name).toMatch(LABEL_KEY);
        expect(value).toMatch(LABEL_VALUE);
      }
      expect(keyOf("production", metadata("production", k))).toEqual(k);
      expect(keyOf("staging", metadata("production", k))).toBeNull();
    }),
  );
});

it("never gives two grants one name", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      const same = a.id === b.id && a.role === b.role && a.generation === b.generation;
      expect(objectName(a) === objectName(b)).toBe(same);
      expect(isOf("production", a, metadata("production", b))).toBe(
        a.id === b.id && a.generation === b.generation,
      );
    }),
  );
});

it("cuts the role, never the id or the generation", () => {
  const long = { role: "a".repeat(30), id: requestId(new Uint8Array(5)), generation: 123_456_789_012 };
  const name = objectName(long);
  expect(name).toHaveLength(63);
  expect(name).toMatch(DNS_LABEL);
  expect(name.endsWith("a-r-00000000-123456789012")).toBe(true);
  expect(keyOf("production", metadata("production", long))).toEqual(long);
});

it.each([
  ["no id", { "karpor-access.io/request": "" }],
  ["an id of another shape", { "karpor-access.io/request": "R-ABC" }],
  ["another manager", { "app.kubernetes.io/managed-by": "helm" }],
  ["a generation that is no number", { "karpor-access.io/generation": "one" }],
  ["another generation than the name's", { "karpor-access.io/generation": "2" }],
])("sees nothing of ours in an object with %s", (_, wrong) => {
  const right = metadata("production", { role: "guest", id: requestId(new Uint8Array(5)), generation: 1 });
  expect(keyOf("production", { ...right, labels: { ...right.labels, ...wrong } })).toBeNull();
});
