/** Whatever happens in whatever order: trail, reservations and the set of the unsettled agree with the records. */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { UserId } from "../../src/domain/ids.ts";
import { isFinal } from "../../src/domain/lifecycle.ts";
import { isSettled } from "../../src/domain/messages.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { canonical } from "../../src/domain/trail-entry.ts";
import { testRedis } from "../helpers/redis.ts";
import { type Fixture, fixture, unsettledIds } from "./requests.contract.ts";
import { activeSample, ana, asked, ben, drawnSample, inState } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const ROLES = ["guest", "admin"] as const;
const OPEN_STATES: State[] = ["requested", "pending", "approved", "delivering", "active", "ending"];
const ALL_STATES: State[] = [...OPEN_STATES, "refused", "withdrawn", "timedOut", "denied", "ended"];

type Step =
  | { do: "make" | "adopt"; role: string; mine: boolean; trigger: number }
  | { do: "move"; nth: number; to: State }
  | { do: "draw"; nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("make", "adopt"),
    role: fc.constantFrom(...ROLES),
    mine: fc.boolean(),
    trigger: fc.nat(5),
  }),
  fc.record({ do: fc.constant("move" as const), nth: fc.nat(20), to: fc.constantFrom(...ALL_STATES) }),
  fc.record({ do: fc.constant("draw" as const), nth: fc.nat(20) }),
);

// Nothing leaves a final state: a flow answers null there.
const move = (to: State) => (r: AccessRequest) => (isFinal(r) ? null : inState(r, to));

async function take(f: Fixture, ids: AccessRequest["id"][], one: Step): Promise<void> {
  if ("role" in one) {
    const over = { role: one.role, requester: one.mine ? ana : ben };
    const request = one.do === "make" ? asked(over) : activeSample(over);
    ids.push(request.id);
    if (request.state === "requested") await f.requests.make(request, `t${one.trigger}`);
    else await f.requests.adopt(request as Parameters<typeof f.requests.adopt>[0]);
    return;
  }
  const id = ids[one.nth % ids.length];
  const change = one.do === "move" ? move(one.to) : drawnSample;
  // Refused: it was never made, since its role was taken.
  if (id) await f.requests.update(id, change).catch(() => {});
}

async function agrees(f: Fixture, ids: AccessRequest["id"][]): Promise<void> {
  const records = (await f.requests.getMany(ids)).filter((r) => r !== null && r !== "unreadable");
  const history = await f.trail();
  expect(f.told.map(line).sort()).toEqual(history.map(line).sort());
  for (const record of records) {
    const states = history.filter(({ id }) => id === record.id);
    expect(states.at(-1)?.to).toBe(record.state);
    states.forEach(({ from }, i) => {
      expect(from).toBe(states[i - 1]?.to ?? null);
    });
  }
  const names = (list: AccessRequest[]) => list.map(({ id }) => id).sort();
  expect((await unsettledIds(f.requests)).sort()).toEqual(names(records.filter((r) => !isSettled(r))));
  for (const who of [ana.id, ben.id]) {
    const mine = records.filter((r) => r.requester.id === who && !isFinal(r));
    expect(names(await f.requests.open(UserId.parse(who)))).toEqual(names(mine));
    for (const role of ROLES) await reserved(f, who, role, mine);
  }
}

async function reserved(f: Fixture, who: string, role: string, mine: AccessRequest[]): Promise<void> {
  const holder = await redis.commands.get(f.keys.open(who, role));
  const candidates = mine.filter((r) => r.role === role).map(({ id }) => id as string);
  // Two of one role exist only by adoption; the reservation is then one's, and may be freed before the other ends.
  if (holder !== null) expect(candidates).toContain(holder);
  if (candidates.length === 1 && !f.told.some(({ from, to }) => from === null && to === "active"))
    expect(holder).toBe(candidates[0]);
}

const line = (entry: object) => canonical(entry);

test("one after the other and side by side", async () => {
  const run = fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, together) => {
    const f = fixture(redis);
    const ids: AccessRequest["id"][] = [];
    if (together) await Promise.all(steps.map((one) => take(f, ids, one)));
    else for (const one of steps) await take(f, ids, one);
    await agrees(f, ids);
  });
  await fc.assert(run, { numRuns: 60 });
});
