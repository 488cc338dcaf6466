/** One half of the convergence test: the two run side by side, and the one that ends last sees to what both have missed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CELLS } from "./calls.ts";
import { type Campaign, type Failure, indexFor, openCampaign } from "./campaign.ts";
import { createTally, type Tally } from "./tally.ts";

/** Asked for by number, each sequence counts; among all the other tests one may be late, and is played once more. */
const STRICT = process.env.CONVERGENCE_RUNS !== undefined;
const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 300);
/** Among all the other tests the same each time, so that a change is what makes it fail; asked for by number, new ones. */
const SEED = Number(process.env.CONVERGENCE_SEED ?? (STRICT ? Math.floor(Math.random() * 1e9) : 20_261_126));
/** Indices, to play some sequences again. */
const ONLY = process.env.CONVERGENCE_ONLY?.split(",").map(Number);
const LANES = 10;
/** How often a fault that no call met yet is tried once more. */
const TRIES_MAX = 12;
const TOLD_MAX = 5;
const MS_A_RUN = 20_000;

export function convergence(shard: 0 | 1): void {
  const mine = (ONLY ?? Array.from({ length: RUNS }, (_, i) => i)).filter((index) => index % 2 === shard);
  test.skipIf(mine.length === 0)(
    `${mine.length} sequences of ${ONLY ? "those asked for" : RUNS}, seed ${SEED}: when all is healed, records, hub and Slack say the same`,
    { retry: 0, timeout: 600_000 + mine.length * MS_A_RUN },
    async () => {
      const tally = createTally();
      await using campaign = await openCampaign({ seed: SEED, tally, lanes: LANES });
      const failures = await played(campaign, mine);
      const last = !ONLY && joinOther(shard, tally, campaign.lengths);
      if (last && RUNS >= 300) failures.push(...(await meetMissing(campaign, tally)));
      if (last) print(tally, last);
      expect(failures.length, told(failures)).toBe(0);
      if (last && RUNS >= 300) expect(tally.missing()).toEqual([]);
    },
  );
}

async function played(campaign: Campaign, indices: readonly number[]): Promise<Failure[]> {
  const failures = await campaign.play(indices);
  if (STRICT || failures.length === 0) return failures;
  process.stderr.write(`\nPlayed once more: ${told(failures)}\n`);
  return campaign.play(failures.map(({ index }) => index));
}

/** What the other half found, when it has ended: then this one is the last. */
function joinOther(shard: number, tally: Tally, lengths: readonly number[]): number[] | undefined {
  const fileOf = (of: number) => join(tmpdir(), `karpor-convergence-${process.ppid}-${of}.json`);
  const other = fileOf(1 - shard);
  if (!existsSync(other)) {
    writeFileSync(fileOf(shard), JSON.stringify({ counts: tally.counts(), lengths }));
    return undefined;
  }
  const found = JSON.parse(readFileSync(other, "utf8")) as {
    counts: Record<string, number>;
    lengths: number[];
  };
  rmSync(other);
  tally.add(found.counts);
  return [...lengths, ...found.lengths];
}

/** Faults that no call of their kind happened to meet get sequences of their own. */
async function meetMissing(campaign: Campaign, tally: Tally): Promise<Failure[]> {
  const failures: Failure[] = [];
  let index = RUNS;
  for (let left = TRIES_MAX; left > 0 && tally.missing().length > 0; left--) {
    const indices = tally.missing().map((cell) => indexFor(cell, index));
    index += 2 * CELLS.length;
    failures.push(...(await played(campaign, indices)));
  }
  return failures;
}

function print(tally: Tally, lengths: number[]): void {
  const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
  process.stdout.write(
    `\nConvergence, seed ${SEED}: ${lengths.length} sequences, ${median} acts in the median; how often each fault hit each kind of call:\n\n${tally.table()}\n\n`,
  );
}

function told(failures: readonly Failure[]): string {
  const again = (index: number) =>
    `CONVERGENCE_RUNS=${RUNS} CONVERGENCE_SEED=${SEED} CONVERGENCE_ONLY=${index} npx vitest run test/convergence`;
  const stories = failures.slice(0, TOLD_MAX).map(({ index, story }) => `${again(index)}\n${story}`);
  return [`${failures.length} sequences ended badly:`, ...stories].join("\n\n");
}
