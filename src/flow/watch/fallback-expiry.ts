/** The hub alone is enough to end: without records, our objects whose time is over, that are ending, or that an operator or this process ended are deleted all the same; locked down, all of them. */
import { SECOND } from "../../domain/duration.ts";
import { latestGenerations, repairFor, uidsOf } from "../mend/repair.ts";
import type { GrantObjects, HubEnds, LockdownKeeper, Ports } from "../ports.ts";
import { removeGrant } from "../support/remove-grant.ts";
import { takeOffUnrecorded } from "../support/take-off-unrecorded.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
const REMOVING_WITHIN_MS = 15 * SECOND;
const AT_ONCE = 8;

type Needed = Pick<Ports, "grants" | "notifier" | "clock" | "log" | "stopping"> & {
  lockdown: Pick<LockdownKeeper, "onHub">;
  hubEnds: Pick<HubEnds, "all" | "begun">;
};

/** Needs no lease: deleting what is over twice does no harm. Each is tried, whatever becomes of the others. Throws when the hub does not answer. */
export async function fallbackExpiry(ports: Needed, closing: AbortSignal): Promise<void> {
  const standing = await ports.grants.list(within(LISTING_WITHIN_MS, closing));
  // After the list: what was granted since it was lifted is not on that.
  const locked = await ports.lockdown.onHub().catch(() => null);
  const ended = await ports.hubEnds.all().catch(() => ports.hubEnds.begun());
  const latest = latestGenerations(standing);
  const isSuperseded = ({ key: { id, generation } }: GrantObjects) => generation < (latest.get(id) ?? 0);
  const isDue = (on: GrantObjects) =>
    repairFor(ports, "unreadable", on, { superseded: isSuperseded(on) }) === "remove";
  const over = standing.filter((on) => locked || ended.has(on.key.id) || isDue(on));
  const worker = async () => {
    for (let on = over.pop(); on && !closing.aborted; on = over.pop()) await end(ports, on, closing);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const within = (ms: number, closing: AbortSignal): AbortSignal =>
  AbortSignal.any([closing, AbortSignal.timeout(ms)]);

async function end(ports: Needed, on: GrantObjects, closing: AbortSignal): Promise<void> {
  const { grants, log } = ports;
  const { id } = on.key;
  try {
    // Should the hub's answer be lost, the account is, which alone knows of it.
    takeOffUnrecorded(ports, "unreadable", on);
    await removeGrant(grants, on.key, uidsOf(on), within(REMOVING_WITHIN_MS, closing));
    log.warn({ id }, "ended from the hub alone");
  } catch (error) {
    log.error({ id, err: error }, "not ended from the hub alone yet; trying on");
  }
}
