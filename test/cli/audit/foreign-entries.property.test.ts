/** Whoever has Redis can put anything on the trail: whatever it is, the rest of it is read, verified and reported on. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLive } from "../../../src/cli/audit/live.ts";
import { reportOn } from "../../../src/cli/audit/report.ts";
import { verifyExport } from "../../../src/cli/audit/verify-export.ts";
import { DAY } from "../../../src/domain/duration.ts";
import { testRedis } from "../../helpers/redis.ts";
import { read } from "./lines.ts";
import { csvOf, fill, openTrail, type Trail } from "./trail.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let trail: Trail;
let ours: { entry: string; texts: string }[];
let entries: number;
beforeAll(async () => {
  trail = openTrail(redis);
  await fill(trail);
  const { keys } = trail.store;
  const texts = new Map(await redis.commands.xrange(keys.texts, "-", "+").then(placed));
  const lines = await redis.commands.xrange(keys.trail, "-", "+").then(placed);
  ours = lines.map(([place, entry]) => ({ entry, texts: texts.get(place) ?? "" }));
  entries = (await verifyLive(trail.store, { heads: [], hub: null })).entries;
});

const placed = (found: [string, string[]][]) =>
  found.map(([place, [, entry = ""]]): [string, string] => [place, entry]);

const odd = fc.oneof(
  fc.constantFrom(1e300, -1, 0.5, "", "x", null, true, [], {}, [null], [1], { toString: 1 }),
  fc.jsonValue(),
);
const whole = fc.oneof(fc.string(), fc.json());
/** One of ours, with one of its fields another, or none. */
const changed = fc
  .record({ of: fc.nat(), field: fc.nat(), odd: fc.option(odd, { nil: undefined }), withTexts: fc.boolean() })
  .map(({ of, field, odd: value, withTexts }) => {
    const { entry = "", texts = "" } = ours[of % ours.length] ?? {};
    const said = JSON.parse(entry) as Record<string, unknown>;
    const name = Object.keys(said)[field % Object.keys(said).length] ?? "";
    return { entry: JSON.stringify({ ...said, [name]: value }), texts: withTexts ? texts : "" };
  });
const foreign = fc.oneof(fc.record({ entry: whole, texts: fc.oneof(fc.constant(""), whole) }), changed);

test("an entry of any form", async () => {
  const { store, clock } = trail;
  const { keys, redis: commands } = store;
  const means = { ...store, instance: "test", nameOf: async () => null, hub: null };
  const range = { month: "2026-11", from: 0, to: clock.now() + DAY, names: false };
  await fc.assert(
    fc.asyncProperty(foreign, async ({ entry, texts }) => {
      const place = (await commands.xadd(keys.trail, "*", "entry", entry)) ?? "";
      if (texts) await commands.xadd(keys.texts, place, "texts", texts);
      try {
        expect((await verifyLive(store, { heads: [], hub: null })).entries).toBeGreaterThanOrEqual(entries);
        const lines = await trail.exported();
        await verifyExport(read(lines), []);
        csvOf(lines);
        await trail.exported({ since: clock.now() - DAY, until: clock.now() });
        for (const format of ["md", "csv"] as const) await reportOn(means, { ...range, format });
      } finally {
        await commands.xdel(keys.trail, place);
        await commands.xdel(keys.texts, place);
      }
    }),
    { numRuns: Number(process.env.FOREIGN_RUNS ?? 300) },
  );
});
