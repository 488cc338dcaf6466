/** Many bindings go at once, the newest first; what fails is said, and keeps none of the others. */
import { expect, test } from "vitest";
import type { GrantKey, GrantObjects, Ports } from "../../src/flow/ports.ts";
import { stripBindings } from "../../src/flow/support/strip-bindings.ts";
import { memoryLog } from "../helpers/memory-log.ts";

const MANY = 2_000;
/** As the hub lists them: in no order of time. */
const standing = Array.from({ length: MANY }, (_, i): GrantObjects => {
  const createdAt = (i * 7919) % MANY;
  const account = { uid: `a${i}`, createdAt, deleting: false, expiresAt: null, annotations: null };
  const key = { id: `R-${createdAt}`, role: "guest", generation: 1 } as unknown as GrantKey;
  return { key, account, binding: { uid: `b${i}` }, foreign: false } as GrantObjects;
});
const ofId = (id: string) => Number(id.slice(2));

function hub(fails: (id: string) => boolean = () => false) {
  const removed: string[] = [];
  const seen = { atOnce: 0, most: 0 };
  const grants = {
    list: async () => standing,
    removeBinding: async ({ id }: GrantKey) => {
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      seen.atOnce -= 1;
      if (fails(id)) throw new Error("busy");
      removed.push(id);
    },
  };
  return { ports: { grants, log: memoryLog() } as unknown as Pick<Ports, "grants" | "log">, removed, seen };
}
const { signal } = new AbortController();

test("2,000: in parallel, beside which the urgent lane has room, and the newest are the first to go", async () => {
  const { ports, removed, seen } = hub();
  expect(await stripBindings(ports, async () => () => true, { stopping: signal })).toBe(true);
  expect(removed).toHaveLength(MANY);
  expect(seen.most).toBe(48);
  const first = removed.slice(0, 48).map(ofId);
  expect(Math.min(...first)).toBe(MANY - 48);
});

test("only those that are over", async () => {
  const { ports, removed } = hub();
  const isFirst = ({ key }: GrantObjects) => ofId(key.id) < 3;
  expect(await stripBindings(ports, async () => isFirst, { stopping: signal })).toBe(true);
  expect(removed.map(ofId)).toEqual([2, 1, 0]);
});

test("one that fails keeps none of the others, and is to be tried again", async () => {
  const { ports, removed } = hub((id) => ofId(id) === 7);
  expect(await stripBindings(ports, async () => () => true, { stopping: signal })).toBe(false);
  expect(removed).toHaveLength(MANY - 1);
});
