/** A month of 40 people on a real Redis: 400 requests, sealed as they came, exported, verified and reported on. */
import { afterAll, expect, test } from "vitest";
import { reportOn } from "../../../src/cli/audit/report.ts";
import { verifyExport } from "../../../src/cli/audit/verify-export.ts";
import { MINUTE } from "../../../src/domain/duration.ts";
import { UserId } from "../../../src/domain/ids.ts";
import type { State } from "../../../src/domain/request.ts";
import { testRedis } from "../../helpers/redis.ts";
import { read } from "./lines.ts";
import { openTrail } from "./trail.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const REQUESTS = 400;
const PEOPLE = 40;
const HELD: State[] = ["pending", "approved", "delivering", "active", "ending", "ended"];
const LIVES: State[][] = [HELD, HELD, HELD, ["pending", "denied"], ["pending", "timedOut"], ["withdrawn"]];

test("all of it is whole, and adds up", async () => {
  const trail = openTrail(redis);
  const { clock, store } = trail;
  const now = new Date(clock.now());
  const [from, to] = [1, 2].map((n) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n)) as [
    number,
    number,
  ];
  clock.jump(from - clock.now());
  const apart = Math.floor((to - from) / REQUESTS) - 7 * MINUTE;
  for (let n = 0; n < REQUESTS; n++) {
    const id = UserId.parse(`U0P${n % PEOPLE}`);
    const requester = { id, name: `person ${n % PEOPLE}`, locale: "en" as const };
    await trail.walk(LIVES[n % LIVES.length] ?? [], { requester, role: n % 4 === 0 ? "admin" : "guest" });
    if (n % 10 === 9) await trail.seal();
    clock.jump(apart);
  }
  const lines = await trail.exported();
  expect(await verifyExport(read(lines), [])).toMatchObject({
    faults: [],
    entries: trail.told.length,
    unsealed: 0,
  });
  const month = new Date(from).toISOString().slice(0, 7);
  const means = { ...store, instance: "test", nameOf: async () => null, hub: await trail.seals.head() };
  const { lines: said, isWhole } = await reportOn(means, { month, from, to, format: "md", names: false });
  expect(isWhole).toBe(true);
  const report = said.join("\n");
  const count = (kind: number) =>
    trail.told.filter(({ from: was }) => was === null).filter((_, i) => i % LIVES.length === kind).length;
  const held = count(0) + count(1) + count(2);
  expect(report).toContain(
    `${REQUESTS} requests: ${held} approved by people, 0 by policy, 0 taken in an emergency, ${count(3)} denied, 0 refused by policy, ${count(4)} that nobody decided, ${count(5)} withdrawn, 0 still waiting.`,
  );
  expect(report).toMatch(new RegExp(`^${held} grants were held, by \\d+ people\\.$`, "m"));
  expect(report).toContain("The trail it was made of is whole up to seal");
  const { lines: rows } = await reportOn(means, { month, from, to, format: "csv", names: false });
  expect(rows).toHaveLength(held + 1);
});
