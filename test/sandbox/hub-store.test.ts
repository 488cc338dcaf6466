import fc from "fast-check";
import { expect, it } from "vitest";
import { serviceAccounts } from "../../sandbox/hub/resources.ts";
import { createStore } from "../../sandbox/hub/store.ts";
import type { KubeObject } from "../../sandbox/hub/types.ts";

const object = (namespace: string, name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { namespace, name, labels, uid: "", resourceVersion: "", creationTimestamp: "" },
});
const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

it("lists what was put and not removed, in order, by namespace and by label", () => {
  const step = fc.record({
    remove: fc.boolean(),
    namespace: fc.constantFrom("a", "a-b", "b"),
    name: fc.constantFrom("x", "x-y", "x.z", "y"),
    label: fc.constantFrom("1", "2"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = createStore();
      const model = new Map<string, string>();
      for (const { remove, namespace, name, label } of steps) {
        const it = object(namespace, name, { l: label });
        if (!remove) {
          store.put(serviceAccounts, it);
          model.set(nameOf(it), label);
        } else if (model.delete(nameOf(it))) store.remove(serviceAccounts, it);
      }
      const expected = (wanted: (key: string, label: string) => boolean) =>
        [...model]
          .filter(([key, label]) => wanted(key, label))
          .map(([key]) => key)
          .sort();
      expect(store.list(serviceAccounts).map(nameOf)).toEqual(expected(() => true));
      expect(store.list(serviceAccounts, "a").map(nameOf)).toEqual(expected((key) => key.startsWith("a/")));
      expect(store.list(serviceAccounts, "a-b", "l=1").map(nameOf)).toEqual(
        expected((key, label) => key.startsWith("a-b/") && label === "1"),
      );
    }),
  );
});

it("finds one among twenty thousand by its label without looking at the rest", () => {
  const store = createStore();
  for (let n = 0; n < 20_000; n++)
    store.put(serviceAccounts, object("grants", `a-${n}`, { request: `r-${n}` }));
  const start = performance.now();
  for (let n = 0; n < 1000; n++)
    expect(store.list(serviceAccounts, "grants", `request=r-${n}`)).toHaveLength(1);
  // Scanning would take seconds.
  expect(performance.now() - start).toBeLessThan(1000);
});
