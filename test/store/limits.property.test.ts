/** Limits per person hold whatever replicas ask at the same moment: they are counted by the call that makes the request. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { windowOf } from "../../src/domain/window.ts";
import { createRequests } from "../../src/store/requests.ts";
import { connected, freshKeys, testRedis } from "../helpers/redis.ts";
import { ana, asked, ben, inState } from "./samples.ts";

const one = await testRedis();
const two = await connected(one.server);
afterAll(async () => {
  two.close();
  await one[Symbol.asyncDispose]();
});

const ROLES = ["a", "b", "c", "d", "e", "f"];
const act = fc.oneof(
  fc.record({ ask: fc.constantFrom(...ROLES), who: fc.constantFrom(ana, ben) }),
  fc.record({ end: fc.nat(20) }),
);
/** No call is under way for as long as passes before. */
const round = fc.record({
  pass: fc.constantFrom(0, 0, MINUTE, 20 * MINUTE, HOUR),
  together: fc.array(act, { maxLength: 8 }),
});
const limits = fc.record(
  { grantsPerPerson: fc.integer({ min: 1, max: 3 }), requestsPerHour: fc.integer({ min: 1, max: 4 }) },
  { requiredKeys: [] },
);

test("concurrent asks on two stores never exceed them", () =>
  fc.assert(
    fc.asyncProperty(limits, fc.array(round, { maxLength: 6 }), async (most, rounds) => {
      const clock = jumpClock();
      const keys = freshKeys();
      const stores = [one.commands, two.commands].map((redis) =>
        createRequests({ redis, keys, clock, onTransition: () => {}, onBroken: () => {} }),
      );
      const store = (i: number) => stores[i % 2] as (typeof stores)[number];
      const made: AccessRequest[] = [];
      let trigger = 0;
      for (const { pass, together } of rounds) {
        clock.jump(pass);
        await Promise.all(
          together.map(async (step, i) => {
            if ("end" in step) {
              const id = made[step.end]?.id;
              const withdraw = (r: AccessRequest) =>
                r.state === "requested" ? inState(r, "withdrawn") : null;
              if (id) await store(i).update(id, withdraw);
              return;
            }
            const now = clock.now();
            const request = asked({
              role: step.ask,
              requester: step.who,
              requestedAt: now,
              closesAt: now + 1_000 * HOUR,
            });
            const answer = await store(i).make(request, `t${++trigger}`, most);
            if (answer.made) made.push(request);
          }),
        );
        for (const { id } of [ana, ben]) {
          const open = await store(0).open(id);
          expect(open.length).toBeLessThanOrEqual(most.grantsPerPerson ?? Number.POSITIVE_INFINITY);
          const times = made.filter((r) => r.requester.id === id).map((r) => r.requestedAt);
          for (const at of times)
            expect(times.filter((t) => t > at - HOUR && t <= at).length).toBeLessThanOrEqual(
              most.requestsPerHour ?? Number.POSITIVE_INFINITY,
            );
        }
      }
    }),
    { numRuns: 60 },
  ));

const approvedAt = (r: AccessRequest, at: number): AccessRequest => {
  const begins = Math.max(at, r.startsAt ?? 0);
  const granted = { ...inState(r, r.startsAt === undefined ? "approved" : "scheduled"), ...timesOf(r) };
  return {
    ...granted,
    decision: { by: ben, qualified: ben.id, at },
    expiresAt: begins + r.duration,
  } as never;
};
const timesOf = ({ startsAt }: AccessRequest) => (startsAt === undefined ? {} : { startsAt });

const extendingAt = (r: AccessRequest, at: number): AccessRequest => {
  const until = r.extends?.until ?? 0;
  const decision = { by: ben, qualified: ben.id, at };
  return {
    ...inState(r, "extending"),
    extends: r.extends,
    decision,
    expiresAt: until + r.duration,
  } as AccessRequest;
};

const later = fc.oneof(
  fc.record({
    ask: fc.constantFrom(...ROLES),
    from: fc.constantFrom(undefined, HOUR, 2 * HOUR),
    hours: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ approve: fc.nat(8) }),
  fc.record({ prolong: fc.nat(8), hours: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ pass: fc.constantFrom(20 * MINUTE, 40 * MINUTE, HOUR) }),
);

test("whatever is approved late, begins later or gets more time, nobody holds more at any moment", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(later, { minLength: 8, maxLength: 24 }),
      async (most, acts) => {
        const clock = jumpClock();
        const limits = { grantsPerPerson: most };
        const store = createRequests({
          ...{ redis: one.commands, keys: freshKeys(), clock, onTransition: () => {}, onBroken: () => {} },
        });
        const made: AccessRequest["id"][] = [];
        let trigger = 0;
        const ask = async (request: AccessRequest) => {
          const answer = await store.make(request as never, `t${++trigger}`, limits);
          if (answer.made) made.push(request.id);
          return answer.made;
        };
        const decide = (id: AccessRequest["id"], decided: (r: AccessRequest) => AccessRequest) =>
          store
            .update(id, (r) => (r.state === "requested" ? decided(r) : null), { limits })
            .then(
              ({ before, after }) => before !== after,
              (error: unknown) => {
                if (error instanceof Refused) return false;
                throw error;
              },
            );
        for (const act of acts) {
          const now = clock.now();
          if ("pass" in act) clock.jump(act.pass);
          else if ("ask" in act)
            await ask(
              asked({
                role: act.ask,
                duration: act.hours * HOUR,
                requestedAt: now,
                closesAt: now + 1_000 * HOUR,
                ...(act.from !== undefined && { startsAt: now + act.from }),
              }),
            );
          else if ("approve" in act) {
            const id = made[act.approve % made.length];
            if (id) await decide(id, (r) => (r.extends ? r : approvedAt(r, now)));
          } else {
            const id = made[act.prolong % made.length];
            const grant = id && (await store.get(id));
            if (!grant || !("expiresAt" in grant) || grant.extends || grant.expiresAt <= now) continue;
            const more = asked({
              ...{ role: grant.role, duration: act.hours * HOUR, requestedAt: now, closesAt: now + HOUR },
              extends: { id: grant.id, from: windowOf(grant).from, until: grant.expiresAt },
            });
            if (!(await ask(more)) || !(await decide(more.id, (r) => extendingAt(r, now)))) continue;
            await store.update(
              grant.id,
              (r) => ({ ...r, expiresAt: grant.expiresAt + more.duration }) as never,
            );
            await store.update(more.id, (r) => ({ ...inState(r, "extended"), extends: r.extends }) as never);
          }
        }
        const all = (await Promise.all(made.map((id) => store.get(id)))).flatMap((r) =>
          r && "expiresAt" in r && !r.extends ? [windowOf(r)] : [],
        );
        for (const { from: at } of all)
          expect(all.filter(({ from, to }) => from <= at && at < to).length).toBeLessThanOrEqual(most);
      },
    ),
    { numRuns: 150 },
  ));
