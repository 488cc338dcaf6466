import { expect, test } from "vitest";
import { agendaFor, agendaOf } from "./agenda.ts";
import { TURN } from "./campaign.ts";
import { type Crew, type Failure, openCrew } from "./crew.ts";
import { createTally, type Tally } from "./tally.ts";

/** Asked for by number, each sequence counts; among all the other tests one may be late, and is played once more: not where something was seen that must never be. */
const STRICT = process.env.CONVERGENCE_RUNS !== undefined;
const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 300);
/** Among all the other tests the same each time, so that a change is what makes it fail; asked for by number, new ones. */
const SEED = Number(process.env.CONVERGENCE_SEED ?? (STRICT ? Math.floor(Math.random() * 1e9) : 20_261_126));
/** Indices, to play some sequences again. */
const ONLY = process.env.CONVERGENCE_ONLY?.split(",").map(Number);
const TOLD_MAX = 5;
const MS_A_RUN = 20_000;

test(`${ONLY?.length ?? RUNS} sequences, seed ${SEED}: when all is healed, records, hub and Slack say the same`, {
  retry: 0,
  timeout: 600_000 + RUNS * MS_A_RUN,
}, async () => {
  const tally = createTally();
  await using crew = openCrew({ seed: SEED, tally, onFailure: tell, onProgress: say });
  const failures = await crew.play(ONLY ? agendaOf(ONLY, SEED) : agendaFor(RUNS, SEED, tally));
  const left = STRICT ? failures : await onceMore(crew, failures);
  if (!ONLY) say(summary(crew, tally));
  expect(left.length, told(left)).toBe(0);
  if (!ONLY && RUNS >= TURN) expect(tally.missing()).toEqual([]);
});

async function onceMore(crew: Crew, failures: readonly Failure[]): Promise<readonly Failure[]> {
  const late = failures.filter(({ isSure }) => !isSure);
  if (late.length === 0) return failures;
  say("Played once more.");
  const again = await crew.play(
    agendaOf(
      late.map(({ index }) => index),
      SEED,
    ),
  );
  return [...failures.filter(({ isSure }) => isSure), ...again];
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
