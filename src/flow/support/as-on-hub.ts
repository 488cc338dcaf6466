/** What is about to be ended by time, or closed, of a Redis that may be an older copy: the hub is asked first, and the record follows it. */
import { SECOND } from "../../domain/duration.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import { rowOf } from "../../domain/lifecycle.ts";
import { adoptGrant, isAhead, repairFor, wasDelivered } from "../mend/repair.ts";
import { type AccessRequest, type GrantObjects, isStoreAway, type Later, type Ports } from "../ports.ts";

const HUB_WITHIN_MS = 10 * SECOND;
const AGAIN_MS = 30 * SECOND;

/** Whether something may have come to it since Redis was copied; where the hub does not answer, by its last word. Never rejects. */
export async function mayBeOlder({ epoch }: Pick<Ports, "epoch">, request: AccessRequest): Promise<boolean> {
  await epoch.look().catch(() => null);
  return isDoubtful(request, { before: epoch.before() });
}

/**
 * Before what never began is closed by time: when to try again, where the hub does not answer. Nobody misses anything
 * meanwhile, and should it be live there, closing it would take that away. Where it is live, its record says so now.
 */
export async function unlessOnHub(ports: Ports, request: AccessRequest): Promise<Later> {
  // More time has nothing of its own there.
  if (request.extends) return undefined;
  try {
    await asOnHub(ports, request);
    return undefined;
  } catch (error) {
    if (isStoreAway(error)) throw error;
    ports.log.warn({ id: request.id, err: error }, "its time is over; the hub is asked first what stands");
    return { again: ports.clock.now() + AGAIN_MS };
  }
}

/** The record, once it says what the hub knows of it. Needs no lease: whatever is done meanwhile wins. Throws what the hub throws. */
export async function asOnHub(ports: Ports, request: AccessRequest): Promise<AccessRequest> {
  const on = await aheadOnHub(ports, request);
  if (!on) return request;
  await adoptGrant(ports, on);
  return (await ports.requests.get(request.id)) ?? request;
}

/** What stands of it and is more than its record knows. Throws what the hub throws. */
export async function aheadOnHub(ports: Ports, request: AccessRequest): Promise<GrantObjects | undefined> {
  const standing = await ports.grants.standingOf(request.id, AbortSignal.timeout(HUB_WITHIN_MS));
  const ahead = standing.filter((on) => knowsMore(ports, request, on));
  return ahead.sort((a, b) => b.key.generation - a.key.generation)[0];
}

/** What is being set up has no token yet, for all that its record knows. */
const knowsMore = (ports: Ports, request: AccessRequest, on: GrantObjects): boolean =>
  repairFor(ports, request, on, { ahead: isAhead(ports, request, on) }) === "adopt" ||
  (rowOf(request).onHub === "may-stand" && request.generation === on.key.generation && wasDelivered(on));
