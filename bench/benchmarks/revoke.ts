/** Two thousand grants end within one second; meanwhile people revoke others. How soon is each binding gone? */
import { setTimeout as wait } from "node:timers/promises";
import { type BareHub, BINDINGS, openBareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import { median, milliseconds, type Row, sideBySide, timed } from "../measure.ts";
import { openSeeder, type Seeded } from "../seed.ts";
import { ADMIN, GENERAL, startRealWorld, type World } from "../world.ts";

const ENDS = 2000;
const REVOKES = 5;
const AIM_MS = 1000;
/** Until the bot is up. */
const LEAD_MS = 15_000;

export async function revoke(): Promise<Row[]> {
  await using world = await startRealWorld();
  await using seeder = await openSeeder(world);
  await using hub = openBareHub(world, "administrator");
  const revoked = await seeder.addGrants(2 * REVOKES, Date.now() + 24 * 3_600_000);
  const first = Date.now() + LEAD_MS + ENDS * 10;
  const ends = await seeder.addGrants(ENDS, first, 1000);
  await using _ = await startBot(world);
  const quiet = await revokeEach(world, hub, revoked.splice(0, REVOKES));
  if (Date.now() > first) throw new Error("the first grant ended before the bot was ready");
  await wait(first - Date.now());
  const began = performance.now();
  const [busy] = await Promise.all([revokeEach(world, hub, revoked), allGone(hub, ends)]);
  const lasted = performance.now() - began;
  const slowest = Math.max(...busy);
  return [
    {
      what: `a revoke while ${ENDS} grants end, slowest of ${REVOKES}`,
      bare: `${milliseconds(median(quiet))} while none ends`,
      ours: milliseconds(slowest),
      aim: `≤ ${AIM_MS} ms`,
      isMet: slowest <= AIM_MS,
    },
    { what: `the last of these ${ENDS} bindings gone`, ours: milliseconds(lasted) },
  ];
}

/** One a second; from the command to the binding gone, ms. */
async function revokeEach({ slack }: World, hub: BareHub, grants: readonly Seeded[]): Promise<number[]> {
  const took: number[] = [];
  for (const { id, name } of grants) {
    const one = await timed(async () => {
      void slack.command(ADMIN, GENERAL, `revoke ${id} no longer needed`);
      await gone(hub, name, 5);
    });
    took.push(one);
    await wait(Math.max(0, 1000 - one));
  }
  return took;
}

const allGone = (hub: BareHub, grants: readonly Seeded[]): Promise<unknown> =>
  sideBySide(grants, 1, ({ name }) => gone(hub, name, 250));

async function gone(hub: BareHub, name: string, everyMs: number): Promise<void> {
  while ((await hub.ask("GET", `${BINDINGS}/${name}`)).status !== 404) await wait(everyMs);
}
