/** Lists agree with the records, whatever happened in whatever order, and a page costs what it shows. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { DAY } from "../../src/domain/duration.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { LIFECYCLE } from "../../src/domain/lifecycle.ts";
import { type ListName, stillOn } from "../../src/domain/listing.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { type Cursor, type Lists, ListsBehind } from "../../src/flow/ports.ts";
import { createLists } from "../../src/store/lists/lists.ts";
import { testRedis } from "../helpers/redis.ts";
import { type Fixture, fixture } from "./requests.contract.ts";
import { activeSample, ana, asked, ben, inState, reviewBy, taken, unreviewed } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const ROLES = ["guest", "admin"];
const open = () => {
  const f = fixture(redis);
  const { keys, clock } = f;
  return { ...f, lists: createLists({ redis: redis.commands, keys, clock, onBroken: () => {} }) };
};
const ids = (all: readonly AccessRequest[]) => all.map(({ id }) => id).sort();

/** Page after page. */
async function every(lists: Lists, roles: string[] | "all", count = 3): Promise<Cursor[]> {
  const all: Cursor[] = [];
  for (let after: Cursor | undefined; ; ) {
    const { shown } = await lists.live(roles, { after, count });
    all.push(...shown.map(({ at }) => at));
    after = shown.at(-1)?.at;
    if (shown.length < count) return all;
  }
}

type Act =
  | { do: "make"; role: string; emergency: boolean; mine: boolean }
  | { do: "move"; nth: number; by: number }
  | { do: "lessen" | "review"; nth: number }
  | { do: "look" };
const nth = fc.nat(20);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constant("make" as const),
    role: fc.constantFrom(...ROLES),
    emergency: fc.boolean(),
    mine: fc.boolean(),
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("move" as const), nth, by: fc.nat(10) }) },
  fc.record({ do: fc.constantFrom("lessen" as const, "review" as const), nth }),
  fc.constant({ do: "look" as const }),
);

/** An emergency begins at once, and is no more time. */
const NO_EMERGENCY: readonly State[] = ["scheduled", "extending"];
const onward = (by: number) => (r: AccessRequest) => {
  const all: readonly State[] = LIFECYCLE[r.state].to;
  const to = all.filter((state) => !r.emergency || !NO_EMERGENCY.includes(state));
  const state = to[by % to.length];
  if (!state) return null;
  const next = inState(r, state);
  if (!r.emergency) return next;
  const { emergency } = r;
  const glass = { by: "policy" as const, qualified: "break-glass: S0DEV", at: 1 };
  return taken({ ...next, emergency, ...("decision" in next ? { decision: glass } : {}) } as AccessRequest);
};
/** With the approval that lessens it, the trail tells of the other role. */
const lessened = (r: AccessRequest): AccessRequest | null => {
  if (r.state !== "pending") return null;
  const terms = r.terms + 1;
  return { ...r, role: "guest", terms, count: 2, approvals: [{ by: ben, qualified: ben.id, at: 1, terms }] };
};
const reviewed = (r: AccessRequest) =>
  r.emergency && "decision" in r
    ? { ...r, emergency: { ...r.emergency, reviews: [...r.emergency.reviews, reviewBy(ben.id)] } }
    : null;

async function take(f: Fixture & { lists: Lists }, made: RequestId[], one: Act): Promise<void> {
  if (one.do === "look") return agrees(f, made);
  if (one.do === "make") {
    const { role, emergency, mine } = one;
    const request = asked({
      role,
      requester: mine ? ana : ben,
      ...(emergency ? { emergency: unreviewed } : {}),
    });
    const { made: landed } = await f.requests.make(request, request.id);
    if (landed) made.push(request.id);
    return;
  }
  const id = made[one.nth % made.length];
  const change = one.do === "move" ? onward(one.by) : one.do === "lessen" ? lessened : reviewed;
  if (id) await f.requests.update(id, change).catch(() => {});
}

async function agrees({ requests, lists }: Fixture & { lists: Lists }, made: RequestId[]): Promise<void> {
  const records = (await requests.getMany(made)).filter((r) => r !== null && r !== "unreadable");
  const on = (name: ListName) => records.filter(stillOn[name]);
  expect(ids(await lists.waiting(ROLES))).toEqual(ids(on("waiting")));
  expect(ids(await lists.unreviewed())).toEqual(ids(on("unreviewed")));
  expect((await every(lists, "all")).map(({ id }) => id).sort()).toEqual(ids(on("live")));
  expect(await every(lists, ROLES)).toEqual(await every(lists, "all"));
  for (const role of ROLES) {
    const mine = on("live").filter((r) => r.role === role);
    expect((await every(lists, [role])).map(({ id }) => id).sort()).toEqual(ids(mine));
    expect((await lists.live([role], { count: 1 })).total).toBe(mine.length);
  }
  const stories = await lists.stories(made);
  expect(stories.map((steps) => steps.at(-1)?.to)).toEqual(
    (await requests.getMany(made)).map((r) => (r as AccessRequest).state),
  );
}

test("whatever happens, one after the other or side by side", async () => {
  const run = fc.asyncProperty(fc.array(act, { maxLength: 30 }), fc.boolean(), async (acts, together) => {
    const f = open();
    const made: RequestId[] = [];
    if (together) await Promise.all(acts.filter((one) => one.do !== "look").map((one) => take(f, made, one)));
    else for (const one of acts) await take(f, made, one);
    await agrees(f, made);
  });
  await fc.assert(run, { numRuns: 60 });
});

describe("pages", () => {
  test("what ends between two of them hides nothing, and what ends at the same moment is told apart", async () => {
    const { requests, lists } = open();
    const all = Array.from({ length: 70 }, (_, i) =>
      activeSample({
        requester: { ...ana, id: `U0A${i}` as typeof ana.id },
        requestedAt: 1_000,
        duration: 60_000,
      }),
    );
    for (const r of all) await requests.adopt(r);
    const first = await lists.live("all", { count: 10 });
    expect(first.total).toBe(70);
    for (const { request } of first.shown) await requests.update(request.id, (r) => inState(r, "ended"));
    const rest: AccessRequest[] = [];
    for (let after = first.shown.at(-1)?.at; ; ) {
      const { shown, total } = await lists.live("all", { after, count: 10 });
      expect(total).toBe(60);
      rest.push(...shown.map(({ request }) => request));
      after = shown.at(-1)?.at;
      if (shown.length < 10) break;
    }
    expect(ids([...first.shown.map(({ request }) => request), ...rest])).toEqual(ids(all));
  });
});

describe("history", () => {
  test("is found by person, the latest first, and outlives the record", async () => {
    const f = open();
    const [old, young] = [asked({ role: "guest" }), asked({ role: "admin", askedBy: ben })];
    await f.requests.make(old, "t1");
    f.clock.jump(40 * DAY);
    await f.requests.make(young, "t2");
    await redis.commands.del(f.keys.request(old.id));
    const since = (days: number) => f.clock.now() - days * DAY;
    expect(await f.lists.past(ana.id, since(30))).toEqual([young.id]);
    expect(await f.lists.past(ana.id, since(60))).toEqual([young.id, old.id]);
    expect(await f.lists.past(ben.id, since(60))).toEqual([young.id]);
    const [steps] = await f.lists.stories([old.id]);
    expect(steps).toMatchObject([{ to: "requested", who: ana.id, reason: old.reason }]);
  });

  test("what a version before wrote is read in, and what is no line about a request is passed over", async () => {
    const f = open();
    const request = asked();
    await f.requests.make(request, "t1");
    await redis.commands.xadd(f.keys.trail, "*", "entry", '{"took":"x","was":"y"}');
    await redis.commands.xadd(f.keys.trail, "*", "entry", "no JSON");
    await f.requests.update(request.id, (r) => inState(r, "pending"));
    expect(ids(await f.lists.waiting(ROLES))).toEqual([request.id]);
  });

  test("a long trail is read in by the sweep; until then nobody is told less than there is", async () => {
    const f = open();
    const request = asked();
    const fill = redis.commands.pipeline();
    for (let i = 0; i < 3_000; i++) fill.xadd(f.keys.trail, "*", "entry", "{}");
    await fill.exec();
    await f.requests.make(request, "t1");
    await f.requests.update(request.id, (r) => inState(r, "pending"));
    await expect(f.lists.waiting(ROLES)).rejects.toThrow(ListsBehind);
    await f.lists.follow();
    expect(ids(await f.lists.waiting(ROLES))).toEqual([request.id]);
  });
});

test("of the memory of Redis a request takes no more than docs/operations.md says", async () => {
  const { requests, lists, keys } = open();
  const all = Array.from({ length: 12 }, (_, i) =>
    asked({ requester: { ...ana, id: `U0A${i}` as typeof ana.id }, reason: "x".repeat(100) }),
  );
  for (const request of all) {
    await requests.make(request, request.id);
    for (const state of ["pending", "approved", "delivering", "active", "ending", "ended"] as const)
      await requests.update(request.id, (r) => inState(r, state));
  }
  await lists.follow();
  const { commands } = redis;
  const bytes = async (names: readonly string[]) => {
    const each = await Promise.all(names.map((name) => commands.memory("USAGE", name, "SAMPLES", 0)));
    return each.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  };
  const lines = await commands.xlen(keys.trail);
  expect(lines).toBe(7 * all.length);
  expect((await bytes([keys.trail, keys.texts])) / lines).toBeLessThan(1_500);
  const named = [keys.steps("*"), keys.past("*"), keys.list("*")];
  const indexes = (await Promise.all(named.map((one) => commands.keys(one)))).flat();
  expect(indexes.length).toBeGreaterThan(all.length);
  expect((await bytes(indexes)) / all.length).toBeLessThan(1_000);
});
