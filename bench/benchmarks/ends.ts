/** Two thousand grants end within a second; meanwhile people revoke others, with a hub call hanging beside them. */

import { setTimeout as delay } from "node:timers/promises";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { CONCURRENCY } from "../../src/queue/worker.ts";
import { bareDeletions, bareHub } from "../bare.ts";
import { startBotProcess } from "../bot.ts";
import { APPROVER, type BenchContext, GENERAL_CHANNEL } from "../context.ts";
import { hangRemoval } from "../hang.ts";
import { type GrantSeeder, openGrantSeeder } from "../seed-grants.ts";
import { ms, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { watchBindings } from "../watch-bindings.ts";

const ENDS = 2_000;
const REVOKES = 5;
const LEAD_MS = 30 * SECOND;
const SETTLED_WITHIN_MS = 600 * SECOND;
const REVOKE_AIM_MS = SECOND;
const LAST_AIM = 1.5;
const PROBE_AIM = 0.99;

export async function endsBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  await using seeder = await openGrantSeeder(context);
  await using hub = bareHub(context);
  const rows: BenchmarkRow[] = [];
  for (const replicas of [1, 2]) {
    const bare = await bareDeletions(hub, ENDS, replicas * CONCURRENCY.timers);
    rows.push(...rowsOf(replicas, bare, await ourEnds(context, seeder, replicas)));
  }
  return rows;
}

interface Found {
  /** From the command to the binding gone, ms. */
  revokes: number[];
  /** From the first end being due to the last binding gone, ms. */
  last: number;
  probed: number;
}

async function ourEnds(context: BenchContext, seeder: GrantSeeder, replicas: number): Promise<Found> {
  const [hanging, ...revoked] = (await seeder.due(1 + REVOKES, 24 * HOUR)).ids;
  const { ids, at } = await seeder.due(ENDS, LEAD_MS);
  if (!hanging) throw new Error("Nothing was seeded.");
  await using opened = new AsyncDisposableStack();
  for (let i = 0; i < replicas; i++) opened.use(await startBotProcess(context));
  await using bindings = await watchBindings(context);
  if (Date.now() > at) throw new Error("The bot was not up when the first grant was over.");
  await delay(at - Date.now());
  const due = performance.now();
  const over = Promise.all(ids.map(bindings.gone));
  const revokes = await revokeBesideHanging(context, bindings, hanging, revoked);
  const last = Math.max(...(await over)) - due;
  const probed = await shareProbed(seeder, ids);
  console.error(
    `  ${replicas} of the bot: revokes took ${revokes.map(ms).join(", ")}; last ${ms(last)}, probed ${probed}`,
  );
  return { revokes, last, probed };
}

/** One a second, once all of the others are due. */
async function revokeBesideHanging(
  context: BenchContext,
  bindings: Pick<Awaited<ReturnType<typeof watchBindings>>, "gone">,
  hanging: RequestId,
  ids: readonly RequestId[],
): Promise<number[]> {
  await using hang = await hangRemoval(context, hanging);
  await delay(SECOND);
  await revoke(context, hanging);
  await hang.caught;
  const took: number[] = [];
  for (const id of ids) {
    const asked = performance.now();
    await revoke(context, id);
    took.push((await bindings.gone(id)) - asked);
    await delay(Math.max(0, asked + SECOND - performance.now()));
  }
  return took;
}

const revoke = ({ slack }: BenchContext, id: RequestId) =>
  slack.command(APPROVER, GENERAL_CHANNEL, `revoke ${id} no longer needed`);

/** Once all have been proved. */
async function shareProbed(seeder: GrantSeeder, ids: readonly RequestId[]): Promise<number> {
  for (const deadline = Date.now() + SETTLED_WITHIN_MS; Date.now() < deadline; await delay(SECOND)) {
    const methods = await seeder.proofs(ids);
    if (methods.every((method) => method !== null))
      return methods.filter((method) => method === "probe").length / ids.length;
  }
  throw new Error("Not all ends were proved within ten minutes.");
}

function rowsOf(replicas: number, bare: number, { revokes, last, probed }: Found): BenchmarkRow[] {
  const slowest = Math.max(...revokes);
  const by = replicas === 1 ? "1 replica" : `${replicas} replicas`;
  return [
    {
      name: `revoke among ${ENDS} ends, slowest of ${REVOKES}, ${by}`,
      ours: ms(slowest),
      aim: `≤ ${REVOKE_AIM_MS} ms`,
      met: slowest <= REVOKE_AIM_MS,
    },
    {
      name: `last binding of ${ENDS} gone, ${by}`,
      bare: ms(bare),
      ours: ms(last),
      ratio: times(last / bare),
      aim: `≤ ${LAST_AIM}`,
      met: last / bare <= LAST_AIM,
    },
    {
      name: `proved by probe, ${by}`,
      ours: `${(probed * 100).toFixed(1)} %`,
      aim: `≥ ${PROBE_AIM * 100} %`,
      met: probed >= PROBE_AIM,
    },
  ];
}
