/** `npm run bench -- [measure…]`: runs the measures one after the other, each in a world of its own, and prints one table. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { MEASURES } from "./benchmarks/index.ts";
import { startWorld } from "./context.ts";
import { type Row, table } from "./table.ts";

const words = process.argv.slice(2);
const large = words.includes("--large");
const names = words.filter((word) => word !== "--large");
const unknown = names.filter((name) => !(name in MEASURES));

if (unknown.length > 0)
  end(`No such measure: ${unknown.join(", ")}. There are: ${Object.keys(MEASURES).join(", ")}.`);
if (!envtestAvailable()) end(`The bench ${envtestAdvice}.`);

const rows: Row[] = [];
for (const [name, measure] of Object.entries(MEASURES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`measuring: ${name}`);
  await using world = await startWorld();
  rows.push(...(await measure(world, { large })));
}
console.log(table(rows));

function end(why: string): never {
  console.error(why);
  process.exit(1);
}
