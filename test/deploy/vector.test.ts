/** deploy/observability/vector.yaml without Vector, which no registry here has: its program by Vector's own VRL, and that the lines which that lets through verify. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, execute } from "@bpinternal/verel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { readFile } from "../../src/cli/audit/read-file.ts";
import { verifyShipped } from "../../src/cli/audit/verify-shipped.ts";
import { fill, openTrail } from "../cli/audit/trail.ts";
import { testRedis } from "../helpers/redis.ts";

const Vector = z.strictObject({
  sources: z.strictObject({ bot: z.looseObject({ type: z.literal("kubernetes_logs") }) }),
  transforms: z.strictObject({
    trail: z.strictObject({
      type: z.literal("remap"),
      inputs: z.tuple([z.literal("bot")]),
      drop_on_abort: z.literal(true),
      source: z.string(),
    }),
  }),
  sinks: z.strictObject({
    archive: z.looseObject({
      inputs: z.tuple([z.literal("trail")]),
      encoding: z.strictObject({ codec: z.literal("text") }),
    }),
  }),
});
const example = new URL("../../deploy/observability/vector.yaml", import.meta.url);
const { source } = Vector.parse(parse(readFileSync(example, "utf8"))).transforms.trail;

/** What leaves the transform of a line of the log; null where it is dropped. */
function through(program: string, message: string): string | null {
  try {
    return execute(program, { message, stream: "stdout" }).event.message;
  } catch (error) {
    if (/aborted/.test(String(error))) return null;
    throw error;
  }
}

const dir = scratch("karpor-access-vector");
let logged: object[];
beforeAll(async () => {
  await using redis = await testRedis();
  const trail = openTrail(redis);
  await fill(trail);
  logged = trail.logged;
});
afterAll(() => dir.remove());

async function shipped(program: string) {
  const others = ["not JSON", '{"level":"info","msg":"ready"}', '["chain"]'];
  const lines = logged.map((line) => JSON.stringify({ level: "info", ...line, msg: "x" }));
  const left = [...others, ...lines].flatMap((line) => through(program, line) ?? []);
  const file = join(dir.path, "trail.jsonl");
  writeFileSync(file, left.join("\n"));
  return {
    count: left.length,
    text: left.join("\n"),
    verdict: await verifyShipped((await readFile(file)).lines, []),
  };
}

describe("its program", () => {
  test("compiles, without a warning", () => expect(check(source)).toEqual({ errors: [], warnings: [] }));

  test("lets the trail's lines through and nothing else, and they verify", async () => {
    const { count, verdict } = await shipped(source);
    expect(count).toBe(logged.length);
    expect(verdict).toMatchObject({ faults: [], seals: 6 });
  });

  test("without what people typed they verify all the same", async () => {
    const without = source.replace("# del(line.texts)", "del(line.texts)");
    expect(check(without).errors).toEqual([]);
    const { text, verdict } = await shipped(without);
    expect(text).not.toContain('"texts":{');
    expect(verdict).toMatchObject({ faults: [], seals: 6 });
  });
});
