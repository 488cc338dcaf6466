/** What is over together loses its bindings before any end goes on; whatever fails of that is left to each one's own end. */
import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { SECOND } from "../../src/domain/duration.ts";
import { type RequestId, requestId } from "../../src/domain/ids.ts";
import type { Grants, In, Ports } from "../../src/flow/ports.ts";
import { createExpiry } from "../../src/flow/together/expire-together.ts";
import { each } from "../domain/records.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import { memoryPorts } from "../helpers/memory-ports.ts";

const MANY = 100;

/** So many grants that are over, and a hub that notes whose binding went, by which uid. */
async function over(count: number, removing: (id: RequestId) => Promise<void> = async () => {}) {
  const [clock, log] = [jumpClock(), memoryLog()];
  const expiresAt = clock.now();
  const memory = memoryPorts({ clock, log, policy: { roles: {}, reminders: [] } } as never);
  const ids = Array.from({ length: count }, () => requestId(randomBytes(5)));
  for (const id of ids) await memory.requests.adopt(live(id, expiresAt));
  const removed: [RequestId, string | undefined][] = [];
  const removeBinding: Grants["removeBinding"] = async ({ id }, { bindingUid }) => {
    await removing(id);
    removed.push([id, bindingUid]);
  };
  const ports: Ports = { ...memory, grants: { ...memory.grants, removeBinding } };
  const expire = createExpiry(ports);
  const states = () => memory.requests.all().map(({ state }) => state);
  return { ids, ports, clock, log, requests: memory.requests, jobs: memory.jobs, removed, expire, states };
}

const live = (id: RequestId, expiresAt: number): In<"active"> => ({
  ...each.active,
  ...{ id, expiresAt, grant: { ...each.active.grant, bindingUid: `binding of ${id}` } },
});
const nobody = async () => [];

test("one that is over alone is left to its own end, which does all of it", async () => {
  const { ids, removed, expire, states } = await over(1);
  await expire(ids[0] as RequestId, nobody);
  expect(removed).toEqual([]);
  expect(states()).toEqual(["active"]);
});

test("of many, every binding goes by its uid before any end goes on, and nothing else is done", async () => {
  const { ids, removed, expire, states, jobs } = await over(MANY);
  const [first, second, ...others] = ids as [RequestId, RequestId, ...RequestId[]];
  let looks = 0;
  const waiting = async () => {
    looks += 1;
    return others;
  };
  await Promise.all([expire(first, waiting), expire(second, waiting)]);
  expect(new Set(states())).toEqual(new Set(["active"]));
  expect(new Map(removed)).toEqual(new Map(ids.map((id) => [id, `binding of ${id}`])));
  expect(removed).toHaveLength(MANY);
  expect(jobs.waiting).toEqual([]);
  expect(looks).toBeLessThan(6);
});

test("who comes to be over while ends are seen to goes before them, and nobody goes twice", async () => {
  const { ids, removed, expire, clock } = await over(MANY);
  const [first, late, ...others] = ids as [RequestId, RequestId, ...RequestId[]];
  await expire(first, async () => others);
  clock.jump(SECOND);
  await expire(others[0] as RequestId, async () => [...others.slice(1), late]);
  expect(removed).toHaveLength(MANY);
  expect(removed.at(-1)?.[0]).toBe(late);
});

test("another replica is at it: what this one has begun goes at once, and what waits is left to the other", async () => {
  const { ids, removed, expire, ports } = await over(MANY);
  const [first, second, ...others] = ids as [RequestId, RequestId, ...RequestId[]];
  const other = Promise.withResolvers<void>();
  const held = ports.lease.hold("expiry", () => other.promise);
  let went = false;
  const both = [first, second].map((id) => expire(id, async () => others));
  void Promise.all(both).then(() => {
    went = true;
  });
  await vi.waitUntil(() => removed.length === 2);
  expect(went).toBe(false);
  other.resolve();
  await Promise.all([held, ...both]);
  expect(removed.map(([id]) => id)).toEqual([first, second]);
});

test("whoever was given more time meanwhile keeps it", async () => {
  const { ids, removed, expire, requests, clock } = await over(3);
  const [first, prolonged, third] = ids as [RequestId, RequestId, RequestId];
  await requests.update(prolonged, (r) => ({ ...r, expiresAt: clock.now() + SECOND * 60 }) as In<"active">);
  await expire(first, async () => [prolonged, third]);
  expect(removed.map(([id]) => id)).toEqual([first, third]);
  expect((await requests.get(prolonged))?.state).toBe("active");
});

test("a hub that does not answer keeps no end from saying so itself", async () => {
  const { ids, removed, expire, log } = await over(MANY, () => Promise.reject(new Error("away")));
  await expire(ids[0] as RequestId, async () => ids.slice(1));
  expect(removed).toEqual([]);
  expect(log.lines.length).toBeLessThan(MANY / 2);
});

test("one binding that hangs keeps nobody", async () => {
  let hanging: RequestId | undefined;
  const { ids, removed, expire } = await over(MANY, async (id) => {
    if (id === hanging) await new Promise(() => {});
  });
  hanging = ids[1];
  await expire(ids[0] as RequestId, async () => ids.slice(1));
  expect(removed).toHaveLength(MANY - 1);
});

test("without a word on who else waits, each end goes on", async () => {
  const { ids, removed, expire } = await over(2);
  await expire(ids[0] as RequestId, () => Promise.reject(new Error("away")));
  expect(removed).toEqual([]);
});
