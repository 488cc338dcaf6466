/** Whatever is asked for, withdrawn, begun and made longer, in whatever order and at once: nobody has a role twice at one time, and what is free may be asked for. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isFinal } from "../../src/domain/lifecycle.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import * as to from "../../src/domain/transitions.ts";
import { beginsAt, overlap, type Window, windowOf } from "../../src/domain/window.ts";
import type { Change } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { fixture } from "./requests.contract.ts";
import { ana, asked, ben } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const SLOT = 30 * MINUTE;
type Step =
  | { do: "ask"; mine: boolean; ahead: number; slots: number; approved: boolean }
  | { do: "more"; nth: number; slots: number; approved: boolean }
  | { do: "approve" | "withdraw" | "end"; nth: number };
const nth = fc.nat(7);
const slots = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      mine: fc.boolean(),
      ahead: fc.nat(8),
      slots,
      approved: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("more" as const), nth, slots, approved: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("approve" as const, "withdraw" as const, "end" as const),
      nth,
    }),
  },
);
/** Each batch at once, and then so many slots pass. */
const batches = fc.array(
  fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 3 }), pass: fc.nat(3) }),
  { maxLength: 14 },
);

const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: 1, shortened: false };
const shown = (r: In<"approved">): In<"active"> => ({
  ...r,
  state: "active",
  grant,
  hidden: false,
  reminded: [],
});
const proof = (at: number) => ({ method: "absence", deletedAt: at, at }) as const;

function open({ requests, clock }: ReturnType<typeof fixture>) {
  const ids: AccessRequest["id"][] = [];
  const met = { refused: 0, lateRefused: 0, made: 0, longer: 0 };
  let trigger = 0;
  const all = async () => (await requests.getMany(ids)).filter((r) => r !== null && r !== "unreadable");
  const live = async () => (await all()).filter((r) => !isFinal(r));
  const swap = (id: AccessRequest["id"], change: Change) =>
    requests.update(id, change).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      met.lateRefused += 1;
    });
  const over = (r: AccessRequest): AccessRequest | null => {
    const at = clock.now();
    const ending = r.state === "scheduled" ? null : to.ending(r, { cause: "expired", at });
    return ending && to.ended(ending, proof(at));
  };
  async function make(request: In<"requested">, approved: boolean): Promise<void> {
    const before = await live();
    const { made } = await requests.make(request, `t${trigger++}`);
    if (!made) met.refused += 1;
    if (made) ids.push(request.id);
    if (made) await swap(request.id, (r) => (r.state === "requested" ? { ...r, state: "pending" } : null));
    await expectFair(before, request, made);
    if (made && approved) await approve(request.id);
  }
  /** Only where nothing else was done meanwhile can it be said what was free. */
  let alone = true;
  async function expectFair(before: AccessRequest[], request: AccessRequest, made: boolean): Promise<void> {
    if (!alone) return;
    const mine = before.filter((r) => r.requester.id === request.requester.id);
    const isKept = mine.some((r) => keeps(r) === keeps(request) && keeps(r) !== "window");
    const isTaken = mine.some((r) => overlap(windowOf(r), windowOf(request)));
    expect(made, `${keeps(request)} ${JSON.stringify(windowOf(request))}`).toBe(!isKept && !isTaken);
    if (made) met.made += 1;
  }
  const TAKE: { [D in Step["do"]]: (one: Extract<Step, { do: D }>) => Promise<unknown> } = {
    ask: ({ mine, ahead, slots: many, approved }) => {
      const requestedAt = clock.now();
      const startsAt = requestedAt + ahead * SLOT;
      return make(
        asked({
          ...{ requester: mine ? ana : ben, requestedAt, closesAt: requestedAt + 48 * HOUR },
          ...{ duration: many * SLOT, ...(ahead > 0 && { startsAt }) },
        }),
        approved,
      );
    },
    more: async ({ nth: which, slots: many, approved }) => {
      const active = (await live()).filter((r): r is In<"active"> => r.state === "active");
      const found = active[which % active.length];
      if (!found) return;
      const { id, requester, expiresAt: until } = found;
      const requestedAt = clock.now();
      const terms = { requester, requestedAt, closesAt: until, duration: many * SLOT };
      await make(asked({ ...terms, extends: { id, from: beginsAt(found), until } }), approved);
    },
    approve: async ({ nth: which }) => {
      const id = ids[which % ids.length];
      if (id) await approve(id);
    },
    withdraw: async ({ nth: which }) => {
      const id = ids[which % ids.length];
      if (id) await swap(id, (r) => to.withdrawn(r, clock.now()));
    },
    end: async ({ nth: which }) => {
      const id = ids[which % ids.length];
      if (id) await swap(id, over);
    },
  };
  async function approve(id: AccessRequest["id"]): Promise<void> {
    const verdict = { approve: true } as const;
    await swap(id, (r) => (r.state === "pending" ? to.decided(r, verdict, ben, ben.id, clock.now()) : null));
    await swap(id, (r) => (r.state === "approved" ? shown(r) : null));
    const [now] = await requests.getMany([id]);
    if (now && now !== "unreadable" && now.state === "extending") await lengthen(now);
  }
  async function lengthen(more: In<"extending">): Promise<void> {
    const { after } = await requests.update(more.extends.id, (r) => to.prolonged(r, more, clock.now()));
    const longer = to.isProlongedBy(after, more) && "expiresAt" in after;
    if (longer) met.longer += 1;
    await swap(more.id, (r) =>
      longer
        ? to.extended(r, after.expiresAt, clock.now())
        : to.closed(r, { kind: "terms-changed", role: r.role, what: "ended" }, clock.now()),
    );
  }
  return {
    met,
    batch: async (steps: Step[]) => {
      alone = steps.length === 1;
      await Promise.all(steps.map((one) => (TAKE[one.do] as (one: Step) => Promise<unknown>)(one)));
    },
    /** What its time brings about. */
    pass: async (ms: number) => {
      clock.jump(ms);
      const now = clock.now();
      for (const r of await live()) {
        if ("closesAt" in r && !("decision" in r)) await swap(r.id, (one) => to.timedOut(one, now));
        if (r.state === "scheduled") await swap(r.id, (one) => to.started(one, now));
        if ("expiresAt" in r && r.expiresAt <= now) await swap(r.id, over);
        else await swap(r.id, (one) => (one.state === "approved" ? shown(one) : null));
      }
    },
    given: async () => (await live()).filter((r) => "decision" in r),
  };
}

/** What else it keeps away: another that begins with its approval, or asks for more time; of what begins later, its window alone. */
const keeps = (r: AccessRequest): "role" | "more" | "window" => {
  if (r.extends) return "more";
  return r.startsAt === undefined ? "role" : "window";
};

function expectApart(given: readonly AccessRequest[]): void {
  for (const [i, a] of given.entries())
    for (const b of given.slice(i + 1)) {
      const areOne = a.extends?.id === b.id || b.extends?.id === a.id;
      if (areOne || a.requester.id !== b.requester.id) continue;
      const [one, other]: Window[] = [windowOf(a), windowOf(b)];
      if (one && other) expect(overlap(one, other), `${JSON.stringify([a, b])}`).toBe(false);
    }
}

test("no two grants of one role and person at one time, and what is free may be asked for", async () => {
  const met = { refused: 0, lateRefused: 0, made: 0, longer: 0 };
  await fc.assert(
    fc.asyncProperty(batches, async (story) => {
      const world = open(fixture(redis));
      for (const { steps, pass } of story) {
        await world.batch(steps);
        expectApart(await world.given());
        await world.pass(pass * SLOT);
        expectApart(await world.given());
      }
      for (const key of Object.keys(met) as (keyof typeof met)[]) met[key] += world.met[key];
    }),
    { numRuns: 60 },
  );
  // Each of them happened.
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
}, 120_000);
