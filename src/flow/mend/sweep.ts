/** What a crash, a lost job or a lost record left half done is finished: state and hub are compared, and made to agree. */

import { SECOND } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { End } from "../../domain/request.ts";
import { syncAllowances } from "../allowances/sync-allowance.ts";
import type { ForeignObject, GrantKey, Later, Ports, Swept } from "../ports.ts";
import { eachRecord } from "../support/each-record.ts";
import { reportForeign } from "../watch/report-foreign.ts";
import { advance } from "./advance.ts";
import { lookOver } from "./look-over.ts";
import { repairGrant } from "./repair.ts";
import { replaceDeadTokens } from "./replace-dead-tokens.ts";

/** Whoever sweeps at the same time does the same: they are waited for. */
const AGAIN_MS = 5 * SECOND;

/** One replica at a time. Run by the queue: that it runs what it takes shows in this (watch-ends.ts). */
export async function sweep(ports: Ports): Promise<Later> {
  const held = await ports.lease.hold("sweep", async () => {
    const began = ports.clock.now();
    const found = await sweepAll(ports);
    const at = ports.clock.now();
    await ports.sweeps.completed({ ...found, at, tookMs: at - began });
  });
  return held ? undefined : { again: ports.clock.now() + AGAIN_MS };
}

/** The same beside the queue, of which it says nothing. */
export async function sweepBeside(ports: Ports): Promise<void> {
  await ports.lease.hold("sweep", () => sweepAll(ports));
}

async function sweepAll(ports: Ports): Promise<Pick<Swept, "cardsRefused" | "tally">> {
  // That Redis went back is seen by the number of ends it lacks: before any of them is made up for.
  await Promise.all([ports.epoch.settle(), ports.lockdown.settle()]);
  const lockdown = await ports.lockdown.standing();
  const words = { lockdown, hubEnds: await saidOnHub(ports) };
  const { undone, live, hub, cardsRefused, tally } = await lookOver(ports, words);
  await eachRecord(ports, undone, (request) => advance(ports, request, words));
  const removed: ForeignObject[] = [];
  for (const key of hub?.differing ?? []) removed.push(...(await tryRepair(ports, key)));
  if (hub && !lockdown) await replaceDeadTokens(ports, live);
  const found = [...(hub?.foreign ?? []), ...removed];
  await reportForeign(ports, found, { areAll: Boolean(hub?.foreign) });
  if (hub?.foreign) await noteGiven(ports, hub.foreign);
  await syncAllowances(ports);
  await followTrail(ports);
  return { cardsRefused: [...cardsRefused], tally };
}

async function noteGiven(ports: Ports, foreign: readonly ForeignObject[]): Promise<void> {
  await ports.evidence?.gives(
    foreign.flatMap(({ name, clusterRole }) => (clusterRole === undefined ? [] : { name, clusterRole })),
  );
}

const saidOnHub = ({ hubEnds, log }: Ports): Promise<ReadonlyMap<RequestId, End>> =>
  hubEnds.all().catch((error: unknown) => {
    log.warn({ err: error }, "the hub does not say what an operator ended on it");
    return hubEnds.begun();
  });

/** So that whoever reads a list waits for a minute's worth at most. */
const followTrail = ({ lists, log }: Ports): Promise<void> =>
  lists.follow().catch((error: unknown) => log.warn({ err: error }, "the lists are behind the trail"));

async function tryRepair(ports: Ports, key: GrantKey): Promise<ForeignObject[]> {
  try {
    const held = await ports.lease.hold(key.id, ({ signal }) => repairGrant(ports, key, signal));
    return held?.done ?? [];
  } catch (error) {
    ports.log.error({ id: key.id, err: error }, "not repaired yet; the next sweep tries again");
    return [];
  }
}
