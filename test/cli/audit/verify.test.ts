/** Any one change of any export is found, and the first entry that it touches is named. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellsOf, type Names } from "../../../src/cli/audit/columns.ts";
import { csvCell, csvRows } from "../../../src/cli/audit/csv.ts";
import { verifyLive } from "../../../src/cli/audit/live.ts";
import type { Verdict } from "../../../src/cli/audit/verifier.ts";
import { type Read, verifyExport } from "../../../src/cli/audit/verify-export.ts";
import { verifyShipped } from "../../../src/cli/audit/verify-shipped.ts";
import { DAY } from "../../../src/domain/duration.ts";
import { headIn, headText } from "../../../src/domain/seal.ts";
import { hashesOf, type TrailLine } from "../../../src/store/chain.ts";
import { testRedis } from "../../helpers/redis.ts";
import { ana } from "../../store/samples.ts";
import { read, resigned } from "./lines.ts";
import { csvOf, fill, openTrail, type Trail } from "./trail.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let trail: Trail;
let exports: Record<"whole" | "later" | "person" | "role", string[]>;
let shipped: string[];
beforeAll(async () => {
  trail = openTrail(redis);
  await fill(trail);
  const since = trail.clock.now() - 2 * DAY;
  exports = {
    whole: await trail.exported(),
    later: await trail.exported({ since, until: since + DAY, names: false }),
    person: await trail.exported({ person: ana.id }),
    role: await trail.exported({ role: "admin" }),
  };
  shipped = trail.logged.map((line) => JSON.stringify({ level: "info", ...line, msg: "x" }));
});

const verify = (lines: readonly string[], heads: Parameters<typeof verifyExport>[1] = []): Promise<Verdict> =>
  verifyExport(read(lines), heads);

async function verifyCsv(text: string): Promise<Verdict> {
  const names: Names = new Map();
  async function* rows(): AsyncGenerator<Read> {
    let n = 0;
    for await (const { cells } of csvRows(chunks(text))) {
      const json = cells.at(-1) ?? "";
      const same = JSON.stringify(cellsOf(json, names)?.map(csvCell)) === JSON.stringify(cells.slice(0, -1));
      if (n > 0) yield { at: n, json, ...(same ? {} : { other: true as const }) };
      n += 1;
    }
  }
  return verifyExport(rows(), []);
}
async function* chunks(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 1_000) yield text.slice(at, at + 1_000);
}

const kinds = ["whole", "later", "person", "role"] as const;

describe("as it was made", () => {
  test.each(kinds)("%s is whole, as JSON and as CSV", async (kind) => {
    const lines = exports[kind];
    const verdict = await verify(lines);
    expect(verdict.faults).toEqual([]);
    expect(verdict.entries).toBe(
      lines.filter((json) => json.startsWith('{"trail":{') && !json.includes('"entries":[')).length,
    );
    expect((await verifyCsv(`${csvOf(lines).join("\n")}\n`)).faults).toEqual([]);
  });

  test("a part shows what was asked for, and no other entry", () => {
    const entries = (kind: (typeof kinds)[number]) =>
      exports[kind].flatMap((json) => {
        const { trail: entry } = JSON.parse(json) as { trail?: Record<string, unknown> };
        return entry && !("seal" in entry) ? [entry] : [];
      });
    expect(new Set(entries("role").map(({ role }) => role))).toEqual(new Set(["admin"]));
    expect(entries("person").every((one) => JSON.stringify(one).includes(ana.id))).toBe(true);
    expect(entries("later").length).toBeLessThan(entries("whole").length / 2);
    expect(entries("later").length).toBeGreaterThan(3);
  });

  test("no cell begins a formula, and a reason is read back whole", async () => {
    const rows: string[][] = [];
    for await (const { cells } of csvRows(chunks(csvOf(exports.whole).join("\n")))) rows.push(cells);
    expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(rows.flat()).toContain(`'=HYPERLINK("http://x"), "quoted"\nand a line`);
  });

  test("nor does what a spreadsheet takes for one where it separates by semicolons", () => {
    const cells = csvOf(exports.whole).join("\n").split(/[;\n]/);
    expect(cells).toContain("'=1+1");
    expect(cells).toContain("'@sum");
    // What follows a quote that is closed at once is taken as it is.
    expect(cells.filter((cell) => /^"*[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  test("the log's own lines are whole in any order, and twice", async () => {
    const lines = [...shipped, ...shipped.slice(0, 5), "nothing of ours"].reverse();
    expect(await verifyShipped(read(lines), [])).toMatchObject({
      faults: [],
      entries: trail.logged.length - 6,
    });
  });

  test("the lines of several bots are not taken for one trail", async () => {
    const of = (instance: string) => shipped.map((json) => JSON.stringify({ instance, ...JSON.parse(json) }));
    expect((await verifyShipped(read(of("staging")), [])).faults).toEqual([]);
    await expect(verifyShipped(read([...of("staging"), ...of("production")]), [])).rejects.toThrow(
      /trails of several bots \(staging, production\).* grep '"instance":"staging"'/,
    );
  });

  test("what stands in Redis is whole, up to the seal that the hub has", async () => {
    const hub = await trail.seals.head();
    expect(await verifyLive(trail.store, { heads: [], hub })).toMatchObject({
      faults: [],
      notes: [],
      seals: 6,
    });
    const later = { seal: 9, hash: "a".repeat(64) };
    expect((await verifyLive(trail.store, { heads: [], hub: later })).faults).toMatchObject([
      { what: expect.stringMatching(/^it ends with seal 6, and 9:a{64} was witnessed/) },
    ]);
  });
});

type Mutation =
  | { do: "edit"; line: number; field: number; deep: number }
  | { do: "remove" | "cut" | "double"; line: number }
  | { do: "swap" | "insert"; line: number; other: number };

const nth = fc.nat(10_000);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ do: fc.constant("edit" as const), line: nth, field: nth, deep: nth }),
  fc.record({ do: fc.constantFrom("remove" as const, "cut" as const, "double" as const), line: nth }),
  fc.record({ do: fc.constantFrom("swap" as const, "insert" as const), line: nth, other: nth }),
);

/** The lines after it, the first one that is not as before (from 1), and whether something proves it by itself. */
function mutate(lines: readonly string[], m: Mutation): { lines: string[]; first: number } {
  const at = m.line % lines.length;
  const now = [...lines];
  if (m.do === "edit") now[at] = JSON.stringify(edited(JSON.parse(lines[at] ?? ""), m.field, m.deep));
  else if (m.do === "remove") now.splice(at, 1);
  else if (m.do === "cut") now.length = at;
  else if (m.do === "double") now.splice(at, 0, lines[at] ?? "");
  else if ("other" in m) {
    const other = m.other % lines.length;
    const [one = "", two = ""] = [lines[at], lines[other]];
    if (m.do === "insert") now.splice(at, 0, two);
    else [now[at], now[other]] = [two, one];
  }
  const first = now.findIndex((line, i) => line !== lines[i]);
  return { lines: now, first: first === -1 ? now.length + 1 : first + 1 };
}

function edited(value: unknown, field: number, deep: number): unknown {
  if (typeof value === "string")
    return value === "" ? "x" : `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`;
  if (typeof value === "number") return value + 1;
  if (typeof value !== "object" || value === null) return value === true ? 7 : true;
  const keys = Object.keys(value);
  const key = keys[field % keys.length];
  if (key === undefined) return Array.isArray(value) ? ["x"] : { x: 1 };
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = edited(copy[key], deep, field);
  return copy;
}

const isHeld = (json: string | undefined): boolean => json?.startsWith('{"trail":') ?? false;
const isEntry = (json: string | undefined): boolean => isHeld(json) && !json?.includes('"entries":[');
/** Where a change that begins there can be seen first: at the next line that entries and seals are. */
const seenFrom = (lines: readonly string[], first: number): number => {
  const next = lines.findIndex((json, i) => i >= first - 1 && (isHeld(json) || json.startsWith('{"end"')));
  return next === -1 ? lines.length + 1 : next + 1;
};

test.each(kinds)("any one change of %s is found, where it is", async (kind) => {
  const run = fc.asyncProperty(mutation, async (m) => {
    const { lines, first } = mutate(exports[kind], m);
    if (lines.join() === exports[kind].join()) return;
    // Without its heading it is taken for no export.
    const verdict = await verify(lines).catch((error: Error) => error);
    if (verdict instanceof Error) {
      expect(verdict.message).toMatch(/no heading/);
      return;
    }
    const [fault] = verdict.faults;
    expect(fault).toBeDefined();
    const at = [m.line, "other" in m ? m.other : m.line].map((n) => exports[kind][n % exports[kind].length]);
    // What a seal leaves out, and the end, are held by the last line alone; a seal may be missed at the next one only.
    if (!(m.do === "edit" && !at.every(isEntry)))
      expect(fault?.at).toBeGreaterThanOrEqual(Math.min(first, lines.length));
    if (at.every(isEntry)) expect(fault?.at).toBe(seenFrom(lines, first));
    const { trail: seal } = JSON.parse(at[0] ?? "{}");
    if (seal?.entries && m.do === "remove") expect(fault?.what).toMatch(`seal ${seal.seal} is missing`);
  });
  await fc.assert(run, { numRuns: 120 });
});

test("so is any one change of a cell of the CSV", async () => {
  const lines = csvOf(exports.whole);
  const run = fc.asyncProperty(nth, nth, async (line, at) => {
    const n = 1 + (line % (lines.length - 1));
    const row = lines[n] ?? "";
    const i = at % row.length;
    // Quotes and line feeds make other rows of it.
    if (/[",\n\\]/.test(row[i] ?? "")) return;
    const now = lines.with(n, `${row.slice(0, i)}${row[i] === "z" ? "y" : "z"}${row.slice(i + 1)}`);
    const verdict = await verifyCsv(now.join("\n")).catch((error: Error) => error);
    if (!(verdict instanceof Error)) expect(verdict.faults).not.toEqual([]);
  });
  await fc.assert(run, { numRuns: 80 });
});

/** An entry changed with its hash, and the last line made anew: as whoever knows how all is made would. */
function forged(
  lines: readonly string[],
  at: number,
  change: (line: TrailLine<Record<string, unknown>>) => void,
): string[] {
  const line = JSON.parse(lines[at] ?? "") as TrailLine<Record<string, unknown>>;
  change(line);
  line.chain.hash = hashesOf(line).hash;
  return resigned(lines.with(at, JSON.stringify(line)));
}

describe("by who knows how it is made", () => {
  const sealed = () => {
    const lines = exports.whole;
    const lastSeal = lines.findLastIndex((json) => json.includes('"entries":['));
    return lines.flatMap((json, i) => (isEntry(json) && i < lastSeal ? [i] : []));
  };

  test("an edited, a removed or an inserted entry is found by its seal", async () => {
    for (const at of sealed().filter((_, i) => i % 3 === 0)) {
      const edit = await verify(
        forged(exports.whole, at, ({ trail: entry }) => {
          entry.who = "U0EVE";
        }),
      );
      expect(edit.faults[0]?.at, exports.whole[at]).toBe(at + 1);
      const removed = resigned(exports.whole.toSpliced(at, 1));
      expect((await verify(removed)).faults[0]?.what).toMatch(/missing/);
      const inserted = forged(
        exports.whole.toSpliced(at, 0, exports.whole[at] ?? ""),
        at,
        ({ trail: entry }) => {
          entry.to = "other";
        },
      );
      expect((await verify(inserted)).faults[0]?.at).toBe(at + 1);
    }
  });

  test("a request taken out with all of its lines is found, whatever its seals say of what they do not show", async () => {
    const without = (lines: readonly string[], id: unknown): string[] => {
      const gone = new Set<string>();
      const kept = lines.flatMap((json) => {
        const line = JSON.parse(json);
        if (line.trail?.id === id) gone.add(line.chain.hash);
        if (line.trail?.id === id) return [];
        const listed: string[] = line.trail?.entries ?? line.end?.unsealed ?? [];
        const left = [...listed.keys()].filter((i) => gone.has(listed[i] ?? "") || line.left?.includes(i));
        if (line.trail?.entries && left.length > 0) return [JSON.stringify({ ...line, left })];
        return [line.end ? JSON.stringify({ end: { ...line.end, left: line.end.left.concat(left) } }) : json];
      });
      return resigned(kept);
    };
    const head = await trail.seals.head();
    const ids = exports.whole.flatMap((json) => JSON.parse(json).trail?.id ?? []);
    for (const id of new Set(ids)) {
      const { faults } = await verify(without(exports.whole, id), head ? [head] : []);
      expect(faults[0]?.what).toMatch(/lists entries that are not shown, and all/);
    }
  });

  test("of a time, what lies well within it was to be shown; that it is a part is said", async () => {
    const since = trail.clock.now() - 10 * DAY;
    const lines = await trail.exported({ since, names: false });
    const seals = lines.filter((json) => json.includes('"entries":['));
    const last = JSON.parse(seals.at(-1) ?? "");
    const hidden = lines.flatMap((json) => {
      const line = JSON.parse(json);
      if (last.trail.entries.includes(line.chain?.hash)) return [];
      return [
        json === seals.at(-1) ? JSON.stringify({ ...line, left: [...last.trail.entries.keys()] }) : json,
      ];
    });
    const verdict = await verify(resigned(hidden));
    expect(verdict.faults).toMatchObject([
      { what: expect.stringMatching(/^seal 6 lists entries that are not/) },
    ]);
    expect(verdict.notes).toEqual([
      `It says that it shows a part alone: from ${new Date(since).toISOString()}.`,
    ]);
    expect((await verify(exports.role)).notes).toEqual([
      "It says that it shows a part alone: of the role admin.",
    ]);
    expect((await verify(exports.whole)).notes).toEqual([]);
  });

  test("what stands before the heading is no part of it", async () => {
    const [at = 0] = sealed();
    const stray = forged(exports.whole, at, (line) => {
      line.trail.who = "U0EVE";
    })[at];
    const lines = resigned([stray ?? "", ...exports.whole]);
    expect((await verify(lines)).faults).toMatchObject([{ at: 1, what: "it stands before the heading" }]);
    expect((await verifyCsv(csvOf(lines).join("\n"))).faults).toMatchObject([{ at: 1 }]);
  });

  test("a text that is gone is found, where nothing says who removed it", async () => {
    const at = sealed()[0] ?? 0;
    const verdict = await verify(
      forged(exports.whole, at, (line) => {
        delete line.texts;
      }),
    );
    expect(verdict.faults).toMatchObject([
      { at: at + 1, what: expect.stringMatching(/is gone, and no entry says/) },
    ]);
  });

  test("an end cut at a seal, and all seals made anew, are found by a witness", async () => {
    const seals = exports.whole.flatMap((json, i) => (json.includes('"entries":[') ? [i] : []));
    const [from = 0] = seals.slice(-2);
    const { end } = JSON.parse(exports.whole.at(-1) ?? "") as { end: Record<string, unknown> };
    const kept = exports.whole.slice(0, from + 1);
    const entries = kept.filter(isEntry).length;
    const cut = resigned([
      ...kept,
      JSON.stringify({ end: { ...end, entries, seals: 5, newest: 5, unsealed: [] } }),
    ]);
    expect((await verify(cut)).faults).toEqual([]);
    const newest = await trail.seals.head();
    const head = newest && headIn(headText(newest));
    expect((await verify(cut, head ? [head] : [])).faults).toMatchObject([
      {
        what: expect.stringMatching(/^it ends with seal 5, and 6:\w{64} was witnessed: its end is cut off$/),
      },
    ]);
    const other = [{ seal: 4, hash: "b".repeat(64) }];
    expect((await verify(exports.whole, other)).faults).toMatchObject([
      { what: expect.stringMatching(/^seal 4 is not the one that was witnessed/) },
    ]);
  });
});

describe("of the log's lines", () => {
  test("each that is missing is named, and where a seal is", async () => {
    const run = fc.asyncProperty(fc.nat(shipped.length - 1), async (at) => {
      const line = trail.logged[at];
      const { faults } = await verifyShipped(read(shipped.toSpliced(at, 1)), []);
      const { id } = (line?.trail ?? {}) as { id?: string };
      if (line && "seal" in line.trail) {
        // Of the first and the last one nothing tells, save a witness.
        const isInside = (line.trail.seal as number) > 1 && (line.trail.seal as number) < 6;
        const said = faults.map(({ what }) => what).join();
        expect(said).toMatch(isInside ? `seal ${line.trail.seal} is missing before` : "");
      } else if (at < shipped.length - 2) {
        expect(faults).toHaveLength(1);
        const follows = trail.logged.some(({ chain }) => chain.prev === line?.chain.hash);
        if (follows)
          expect(faults[0]?.what).toMatch(`entry ${line?.chain.n} of ${id} is missing, which seal`);
      }
    });
    await fc.assert(run, { numRuns: 40 });
  });

  test("an edited one is named, and one that went from the trail before it was sealed", async () => {
    const at = trail.logged.findLastIndex(({ trail: entry }) => "to" in entry && entry.to === "approved");
    const line = JSON.parse(shipped[at] ?? "");
    const edited = shipped.with(at, JSON.stringify({ ...line, trail: { ...line.trail, who: "U0EVE" } }));
    expect((await verifyShipped(read(edited), [])).faults[0]).toMatchObject({
      at: at + 1,
      what: expect.stringMatching(/pending → approved .* was edited/),
    });
    // As if its entry had been taken from Redis at once: the log told of it, and nothing followed.
    const { chain } = trail.logged[at] ?? { chain: undefined };
    const forged = { trail: { ...line.trail, id: "R-00000000", at: line.trail.at + 1 }, chain: { ...chain } };
    const stray = { ...forged, chain: { ...chain, ...{ n: 1, prev: undefined }, hash: "" } };
    stray.chain.hash = hashesOf(stray as TrailLine<object>).hash;
    const { faults } = await verifyShipped(read([...shipped, JSON.stringify(stray)]), []);
    expect(faults).toMatchObject([
      {
        at: shipped.length + 1,
        what: expect.stringMatching(/^R-00000000 .* was logged, and no seal lists it/),
      },
    ]);
  });

  test("without what people typed, or with what the log hid of it, they are whole all the same", async () => {
    const bare = shipped.map((json) => JSON.stringify({ ...JSON.parse(json), texts: undefined }));
    expect(await verifyShipped(read(bare), [])).toMatchObject({ faults: [], seals: 6 });
    const hidden = shipped.map((json) => json.replace("laptop stolen", "[secret]"));
    expect(hidden).not.toEqual(shipped);
    expect((await verifyShipped(read(hidden), [])).faults).toEqual([]);
  });
});
