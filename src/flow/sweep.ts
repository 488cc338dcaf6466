/** What a crash, a lost job or a lost record left half done is finished: state and hub are compared, and made to agree. */
import { isOnHub } from "../domain/request.ts";
import { type Step, stepDue } from "../domain/schedule.ts";
import type { AccessRequest, GrantObjects, Ports } from "./ports.ts";
import { repairGrant } from "./repair.ts";
import { enqueue } from "./support/enqueue.ts";

const LISTING_WITHIN = 45_000;
const BATCH = 500;

/** One replica at a time; another's sweep does as well. */
export async function sweep(ports: Ports): Promise<void> {
  await ports.lease.hold("sweep", () => sweepAll(ports));
}

/** Lists the hub first, then reads the records: what is younger than the list is never taken for lost. */
async function sweepAll(ports: Ports): Promise<void> {
  const standing = await listHub(ports);
  const seen = new Set(standing?.map((s) => s.key.id));
  for await (const batch of ports.requests.unsettled()) {
    for (const request of batch) await advance(ports, request);
    const missing = batch.filter((r) => standing && r.state === "active" && !seen.has(r.id));
    for (const { id, role, generation } of missing) await tryRepair(ports, { id, role, generation });
  }
  for (let at = 0; at < (standing?.length ?? 0); at += BATCH)
    await compare(ports, standing?.slice(at, at + BATCH) ?? []);
}

async function listHub({ grants, log }: Ports): Promise<GrantObjects[] | null> {
  try {
    return await grants.list(AbortSignal.timeout(LISTING_WITHIN));
  } catch (error) {
    log.warn({ err: error }, "the hub does not answer; this sweep sees to records only");
    return null;
  }
}

async function advance(ports: Ports, request: AccessRequest): Promise<void> {
  const now = ports.clock.now();
  const step: Step | null = stepDue(request, ports.policy.reminders, now);
  if (step) await enqueue(ports, step, request, now, `sweep-${now}`);
}

async function compare(ports: Ports, standing: GrantObjects[]): Promise<void> {
  const records = await ports.requests.getMany(standing.map((s) => s.key.id));
  for (const [i, one] of standing.entries())
    if (!agrees(records[i] ?? null, one)) await tryRepair(ports, one.key);
}

/** Nothing for the sweep to mend: a live request's own step sees to what is missing. */
function agrees(
  record: AccessRequest | "unreadable" | null,
  { key, account, binding }: GrantObjects,
): boolean {
  // What it says is unknown, so nothing may be taken away for it.
  if (record === "unreadable") return true;
  if (!record || !isOnHub(record) || record.generation !== key.generation) return false;
  return record.state !== "active" || (account !== null && !account.deleting && binding !== null);
}

async function tryRepair(ports: Ports, key: GrantObjects["key"]): Promise<void> {
  try {
    await ports.lease.hold(key.id, (signal) => repairGrant(ports, key, signal));
  } catch (error) {
    ports.log.error({ id: key.id, err: error }, "not repaired yet; the next sweep tries again");
  }
}
