/** The hub alone is enough to end: without records, our objects whose time is over or that are ending are deleted all the same. */
import { SECOND } from "../domain/duration.ts";
import type { Ports } from "./ports.ts";
import { repairFor, uidsOf } from "./repair.ts";
import { removeGrant } from "./support/remove-grant.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
const REMOVING_WITHIN_MS = 15 * SECOND;

/** Needs no lease: deleting what is over twice does no harm. Each is tried, whatever becomes of the others. Throws when the hub does not answer. */
export async function fallbackExpiry(ports: Pick<Ports, "grants" | "clock" | "log">): Promise<void> {
  const { grants, log } = ports;
  for (const on of await grants.list(AbortSignal.timeout(LISTING_WITHIN_MS))) {
    if (repairFor(ports, "unreadable", on) !== "remove") continue;
    const signal = AbortSignal.timeout(REMOVING_WITHIN_MS);
    await removeGrant(grants, on.key, uidsOf(on), signal).then(
      () => log.warn({ id: on.key.id }, "ended from the hub alone"),
      (error: unknown) =>
        log.error({ id: on.key.id, err: error }, "not ended from the hub alone yet; trying on"),
    );
  }
}
