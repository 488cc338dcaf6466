/**
 * `npm run bench -- [benchmark…]`: runs the benchmarks one after the other, each in a context of its own, and prints one
 * table. `--check` fails where a figure is worse than the repository's, `--keep` makes them the repository's.
 */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { BENCHMARKS, SELF_CONTAINED } from "./benchmarks/index.ts";
import { startBenchContext } from "./context.ts";
import { keepFigures, readFigures, regressions } from "./figures.ts";
import { type BenchmarkRow, benchmarkTable } from "./table.ts";

const words = process.argv.slice(2);
const OPTIONS = ["--large", "--check", "--keep"];
const large = words.includes("--large");
const names = words.filter((word) => !OPTIONS.includes(word));
const all = [...Object.keys(BENCHMARKS), ...Object.keys(SELF_CONTAINED)];
const unknown = names.filter((name) => !all.includes(name));
const isWanted = (name: string) => names.length === 0 || names.includes(name);

if (unknown.length > 0) end(`No such benchmark: ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
if (Object.keys(BENCHMARKS).some(isWanted) && !envtestAvailable()) end(`The bench ${envtestAdvice}.`);

const rows: BenchmarkRow[] = [];
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (!isWanted(name)) continue;
  console.error(`measuring: ${name}`);
  await using context = await startBenchContext();
  rows.push(...(await benchmark(context, { large })));
}
for (const [name, benchmark] of Object.entries(SELF_CONTAINED)) {
  if (!isWanted(name)) continue;
  console.error(`measuring: ${name}`);
  rows.push(...(await benchmark()));
}
console.log(benchmarkTable(rows));
const worse = words.includes("--check") ? regressions(rows, readFigures()) : [];
if (worse.length > 0) end(`Worse than before:\n${worse.join("\n")}`);
if (words.includes("--keep")) keepFigures(rows);

function end(why: string): never {
  console.error(why);
  process.exit(1);
}
