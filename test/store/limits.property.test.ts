/** Limits per person hold whatever replicas ask at the same moment: they are counted by the call that makes the request. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
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
