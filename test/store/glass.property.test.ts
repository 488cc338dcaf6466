/** Whatever happens in whatever order, and at once: nobody has two emergencies that others have not reviewed. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { holdsGlass, isReviewOpen } from "../../src/domain/break-glass.ts";
import { isFinal } from "../../src/domain/lifecycle.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { reviewed } from "../../src/domain/transitions.ts";
import { testRedis } from "../helpers/redis.ts";
import { fixture } from "./requests.contract.ts";
import { ana, asked, ben, inState, reviewBy, taken, unreviewed } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const STATES: State[] = ["refused", "withdrawn", "approved", "active", "ending", "ended"];

type Step =
  | { do: "ask"; mine: boolean; role: number; emergency: boolean }
  | { do: "move"; nth: number; to: State }
  | { do: "review"; nth: number; by: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("ask" as const),
    mine: fc.boolean(),
    role: fc.nat(4),
    emergency: fc.boolean(),
  }),
  fc.record({ do: fc.constant("move" as const), nth: fc.nat(9), to: fc.constantFrom(...STATES) }),
  fc.record({
    do: fc.constant("review" as const),
    nth: fc.nat(9),
    by: fc.constantFrom("U0L1", "U0L2", "U0L3"),
  }),
);
/** Each batch at once. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

const move = (to: State) => (r: AccessRequest) => {
  const { emergency } = r;
  return isFinal(r) ? null : ({ ...taken(inState(r, to)), ...(emergency && { emergency }) } as AccessRequest);
};

test("one a person, and who has none can have one", async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (steps) => {
      const { requests, keys } = fixture(redis);
      const ids: AccessRequest["id"][] = [];
      let trigger = 0;
      const take = async (one: Step) => {
        if (one.do === "ask") {
          const requester = one.mine ? ana : ben;
          const role = `role-${one.role}`;
          const request = asked({ requester, role, ...(one.emergency && { emergency: unreviewed }) });
          const { made } = await requests.make(request, `t${trigger++}`);
          if (made) ids.push(request.id);
          return;
        }
        const id = ids[one.nth % ids.length];
        if (!id) return;
        if (one.do === "move") await requests.update(id, move(one.to));
        else await requests.update(id, (r) => reviewed(r, reviewBy(one.by))).catch(() => {});
      };
      for (const batch of steps) {
        await Promise.all(batch.map(take));
        const all = (await requests.getMany(ids)).filter((r) => r !== null && r !== "unreadable");
        for (const { id } of [ana, ben]) {
          const open = all.filter((r) => r.requester.id === id && holdsGlass(r)).map((r) => r.id);
          expect(open.length).toBeLessThanOrEqual(1);
          expect(await redis.commands.get(keys.glass(id))).toBe(open[0] ?? null);
        }
        for (const r of all.filter(isReviewOpen))
          expect(await redis.commands.sismember(keys.unsettled, r.id)).toBe(1);
      }
    }),
    { numRuns: 60 },
  );
});
