/** Access is taken away from the hub, however long that takes: what is over, and what gave way to a new token. approved | delivering | active → ending */
import { goingFrom } from "../domain/generations.ts";
import type { RequestId } from "../domain/ids.ts";
import { isGranted, isRevocable } from "../domain/request.ts";
import { ending } from "../domain/transitions.ts";
import { closeExtension } from "./extend-grant.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { asOnHub, mayBeOlder } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { leaveHub } from "./support/leave-hub.ts";
import { settleAll } from "./support/settle-all.ts";

const BUSY_MS = 250;
const UNBOUND_WITHIN_MS = 5_000;

/** Ends what is over, and takes off the hub what must go. */
export async function endGrant(ports: Ports, id: RequestId): Promise<Later> {
  const request = await withLaterEnd(ports, await ports.requests.get(id));
  if (!request || !isGranted(request)) return undefined;
  const now = ports.clock.now();
  let known: AccessRequest = request;
  if (request.state !== "ending") {
    if (now < request.expiresAt && mustLeave(request).length === 0) return { again: request.expiresAt };
    const end = { cause: "expired", at: now } as const;
    known = await commit(ports, id, (r) => (isOver(r, now) ? ending(r, end) : null), { doing: "end" });
  }
  const [held] = await settleAll([
    ports.lease.holdRequest(id, (found, { signal }) => takeAway(ports, found, signal)),
    // Slept over, its end may be a later one by now.
    ...(known.state === "ending" || isOver(known, now) ? [closeExtension(ports, known)] : []),
  ]);
  return held ? held.done : unbindMeanwhile(ports, id);
}

/** Redis may be older than more time that was given. Where nobody can say so, it ends all the same. */
async function withLaterEnd(ports: Ports, request: AccessRequest | null): Promise<AccessRequest | null> {
  if (!request || !isRevocable(request) || !isOver(request, ports.clock.now())) return request;
  if (!(await mayBeOlder(ports, request))) return request;
  return asOnHub(ports, request).catch((error: unknown) => {
    ports.log.warn({ id: request.id, err: error }, "ended without a look at what the hub knows of it");
    return request;
  });
}

/** Somebody else is at it, perhaps waiting for Slack: what must be refused is refused meanwhile, known by its uid. */
export async function unbindMeanwhile(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  const unbound = (request ? mustLeave(request) : []).map(
    (going) =>
      going.grant && ports.grants.removeBinding(going, going.grant, AbortSignal.timeout(UNBOUND_WITHIN_MS)),
  );
  // Whoever holds the lease tries on, and says what keeps it.
  await Promise.allSettled(unbound);
  return { again: ports.clock.now() + BUSY_MS };
}

const isOver = (r: object, now: number): boolean => "expiresAt" in r && now >= Number(r.expiresAt);

/** What is off the hub is proved by whoever holds its probe token, or at its timer: to look sooner would foil the probe. */
export const mustLeave = (request: AccessRequest) =>
  goingFrom(request).filter(({ deletedAt }) => deletedAt === undefined);

async function takeAway(ports: Ports, request: AccessRequest | null, signal: AbortSignal): Promise<Later> {
  if (request) await settleAll(mustLeave(request).map((going) => leaveHub(ports, going, signal).gone));
  return undefined;
}
