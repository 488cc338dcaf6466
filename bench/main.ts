/** `npm run bench [-- NAME…]`: runs the benchmarks one after the other, each in a world of its own, and prints one table. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { approve } from "./benchmarks/approve.ts";
import { atOnce } from "./benchmarks/at-once.ts";
import { burst } from "./benchmarks/burst.ts";
import { distance } from "./benchmarks/distance.ts";
import { life } from "./benchmarks/life.ts";
import { passkey } from "./benchmarks/passkey.ts";
import { report } from "./benchmarks/report.ts";
import { revoke } from "./benchmarks/revoke.ts";
import { sweep } from "./benchmarks/sweep.ts";
import { drawTable, type Row } from "./measure.ts";

const BENCHMARKS = new Map<string, () => Promise<Row[]>>([
  ["approve", approve],
  ["distance", distance],
  ["at-once", atOnce],
  ["revoke", revoke],
  ["burst", burst],
  ["sweep", sweep],
  ["life", life],
  ["passkey", passkey],
  ["report", report],
]);
const NEEDS_NO_API_SERVER = ["distance", "burst", "life", "passkey", "report"];

async function run(named: readonly string[]): Promise<number> {
  const names = named.length > 0 ? named : [...BENCHMARKS.keys()];
  const unknown = names.filter((name) => !BENCHMARKS.has(name));
  if (unknown.length > 0)
    return complain(`No such benchmark: ${unknown}. There are: ${[...BENCHMARKS.keys()]}.`);
  if (!names.every((name) => NEEDS_NO_API_SERVER.includes(name)) && !envtestAvailable())
    return complain(`The bench ${envtestAdvice}.`);
  const rows: Row[] = [];
  for (const name of names) {
    process.stderr.write(`measuring ${name} …\n`);
    rows.push(...((await BENCHMARKS.get(name)?.()) ?? []));
  }
  process.stdout.write(`${drawTable(rows)}\n`);
  return 0;
}

function complain(why: string): number {
  process.stderr.write(`${why}\n`);
  return 1;
}

process.exitCode = await run(process.argv.slice(2));
