/** With Redis gone the hub alone is enough: our objects whose time is over are deleted all the same. */
import type { Ports } from "./ports.ts";
import { removeGrant } from "./support/remove-grant.ts";

const LISTING_WITHIN = 45_000;

/** Run every minute by each replica, by a plain timer. Needs no lease: deleting what is over twice does no harm. */
export async function fallbackExpiry(
  ports: Pick<Ports, "requests" | "grants" | "clock" | "log">,
): Promise<void> {
  const { requests, grants, clock, log } = ports;
  try {
    return await requests.ping();
  } catch (error) {
    log.error({ err: error }, "Redis does not take writes; ending what is over from the hub alone");
  }
  const signal = AbortSignal.timeout(LISTING_WITHIN);
  for (const { key, account } of await grants.list(signal)) {
    if (!account?.annotations || account.annotations.expiresAt > clock.now()) continue;
    await removeGrant(grants, key, {}, signal);
    log.warn({ id: key.id }, "ended from the hub alone");
  }
}
