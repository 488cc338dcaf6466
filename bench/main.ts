/** `npm run bench -- [benchmark…]`: runs the benchmarks one after the other, each in a context of its own, and prints one table. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { BENCHMARKS } from "./benchmarks/index.ts";
import { startBenchContext } from "./context.ts";
import { type BenchmarkRow, benchmarkTable } from "./table.ts";

const words = process.argv.slice(2);
const large = words.includes("--large");
const names = words.filter((word) => word !== "--large");
const unknown = names.filter((name) => !(name in BENCHMARKS));

if (unknown.length > 0)
  end(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(BENCHMARKS).join(", ")}.`);
if (!envtestAvailable()) end(`The bench ${envtestAdvice}.`);

const rows: BenchmarkRow[] = [];
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`measuring: ${name}`);
  await using context = await startBenchContext();
  rows.push(...(await benchmark(context, { large })));
}
console.log(benchmarkTable(rows));

function end(why: string): never {
  console.error(why);
  process.exit(1);
}
