import { expect, test } from "vitest";
import { CELLS, type Cell } from "./calls.ts";
import { indexFor } from "./campaign.ts";
import { type Crew, type Failure, openCrew } from "./crew.ts";
import { createTally, type Tally } from "./tally.ts";

/** Asked for by number, each sequence counts; among all the other tests one may be late, and is played once more: not where something was seen that must never be. */
const STRICT = process.env.CONVERGENCE_RUNS !== undefined;
const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 300);
/** Among all the other tests the same each time, so that a change is what makes it fail; asked for by number, new ones. */
const SEED = Number(process.env.CONVERGENCE_SEED ?? (STRICT ? Math.floor(Math.random() * 1e9) : 20_261_126));
/** Indices, to play some sequences again. */
const ONLY = process.env.CONVERGENCE_ONLY?.split(",").map(Number);
/** From so many on each fault must have met each kind of call. */
const WHOLE = 300;
/** With how many sequences a fault that no call met yet is tried once more, and how many of them at once. */
const [TRIES_MAX, AT_ONCE] = [24, 3];
const TOLD_MAX = 5;
const MS_A_RUN = 20_000;

test(`${ONLY?.length ?? RUNS} sequences, seed ${SEED}: when all is healed, records, hub and Slack say the same`, {
  retry: 0,
  timeout: 600_000 + RUNS * MS_A_RUN,
}, async () => {
  const tally = createTally();
  await using crew = openCrew({ seed: SEED, tally, onFailure: tell, onProgress: say });
  const failures = await played(crew, ONLY ?? Array.from({ length: RUNS }, (_, i) => i));
  const isWhole = !ONLY && RUNS >= WHOLE;
  if (isWhole) failures.push(...(await meetMissing(crew, tally)));
  if (!ONLY) say(summary(crew, tally));
  expect(failures.length, told(failures)).toBe(0);
  if (isWhole) expect(tally.missing()).toEqual([]);
});

async function played(crew: Crew, indices: readonly number[]): Promise<Failure[]> {
  const failures = await crew.play(indices);
  const late = failures.filter(({ isSure }) => !isSure && !STRICT);
  if (late.length === 0) return failures;
  say("Played once more.");
  return [
    ...failures.filter((one) => !late.includes(one)),
    ...(await crew.play(late.map(({ index }) => index))),
  ];
}

/** Faults that no call of their kind happened to meet get sequences of their own, all of them side by side. */
async function meetMissing(crew: Crew, tally: Tally): Promise<Failure[]> {
  /** Two faults may share a sequence. */
  const begun = new Map<number, Promise<Failure[]>>();
  const playOnce = (index: number) => {
    const playing = begun.get(index) ?? played(crew, [index]);
    begun.set(index, playing);
    return playing;
  };
  async function meet(cell: Cell, first: number): Promise<void> {
    for (let at = first; at < TRIES_MAX && tally.missing().includes(cell); at += AT_ONCE)
      await playOnce(indexFor(cell, RUNS + at * 2 * CELLS.length));
  }
  const firsts = Array.from({ length: AT_ONCE }, (_, i) => i);
  await Promise.all(tally.missing().flatMap((cell) => firsts.map((first) => meet(cell, first))));
  return (await Promise.all(begun.values())).flat();
}

const say = (words: string) => void process.stderr.write(`\n${words}\n`);
const tell = (failure: Failure) => say(storyOf(failure));

function summary({ lengths }: Crew, tally: Tally): string {
  const median = lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)];
  return `Convergence, seed ${SEED}: ${lengths.length} sequences, ${median} acts in the median; how often each fault hit each kind of call:\n\n${tally.table()}\n`;
}

const storyOf = ({ index, story }: Failure): string =>
  `CONVERGENCE_RUNS=${RUNS} CONVERGENCE_SEED=${SEED} CONVERGENCE_ONLY=${index} npx vitest run test/convergence\n${story}`;

const told = (failures: readonly Failure[]): string =>
  [`${failures.length} sequences ended badly:`, ...failures.slice(0, TOLD_MAX).map(storyOf)].join("\n\n");
