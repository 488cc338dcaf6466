/** One sweep over thousands of live grants, against the bare lists of accounts and bindings; and what it costs in memory. */
import { ACCOUNTS, type BareHub, BINDINGS, listBare, openBareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import { median, type Row, ratioRow, timed } from "../measure.ts";
import { openSeeder } from "../seed.ts";
import { startRealWorld, type World } from "../world.ts";

const GRANTS = 10_000;
const WARM_UP = 5;
const REPEAT = 5;
const MEMORY_AIM = 1.5;

export async function sweep(): Promise<Row[]> {
  await using world = await startRealWorld();
  await using hub = openBareHub(world);
  await using seeder = await openSeeder(world);
  const none = await measure(world, hub);
  await seeder.addGrants(GRANTS, Date.now() + 24 * 3_600_000);
  const many = await measure(world, hub);
  const ratio = many.memory / none.memory;
  return [
    ratioRow(`one sweep of ${GRANTS} live grants`, many.bare, many.ours, 2),
    {
      what: `memory after ${WARM_UP + REPEAT} sweeps of them, against none`,
      bare: `${none.memory.toFixed(0)} MB`,
      ours: `${many.memory.toFixed(0)} MB = ${ratio.toFixed(2)} ×`,
      aim: `≤ ${MEMORY_AIM} ×`,
      isMet: ratio <= MEMORY_AIM,
    },
  ];
}

/** By a bot of its own, so that each has swept as often. */
async function measure(world: World, hub: BareHub) {
  await using bot = await startBot(world);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let count = 0; count < WARM_UP + REPEAT; count++) {
    bare.push(await timed(() => Promise.all([listBare(hub, ACCOUNTS), listBare(hub, BINDINGS)])));
    ours.push(await bot.sweep());
  }
  const usual = (all: number[]) => median(all.slice(WARM_UP));
  return { bare: usual(bare), ours: usual(ours), memory: bot.memory() };
}
