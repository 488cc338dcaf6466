/** More time that was approved is given to its grant: first its record, then a fresh token that lives as long; where that ends first, whatever asks for more of it closes. extending → extended | refused; requested | pending → refused */

import { SECOND } from "../domain/duration.ts";
import { isDoubtful } from "../domain/epoch.ts";
import { isRenewing } from "../domain/generations.ts";
import type { RequestId } from "../domain/ids.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Failure } from "../domain/request.ts";
import { isChanged, noLonger, roleToday } from "../domain/today.ts";
import { closed, extended, isProlongedBy, prolonged } from "../domain/transitions.ts";
import { type AccessRequest, GrantFailed, type In, type Later, type Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { extendedGone, extendedGrant } from "./support/extended-grant.ts";
import { noteOutage, reportOutage } from "./support/outage.ts";
import { assertOutside } from "./support/outside.ts";
import { settleAll } from "./support/settle-all.ts";
import { assertStillAllowed, waitsForRules } from "./support/still-allowed.ts";
import { underLease } from "./support/under-lease.ts";
import { againWhileLocked } from "./support/while-locked.ts";

const HELD_BACK_MS = 5 * SECOND;

type Dated = Extract<AccessRequest, { expiresAt: number }>;

export const extendGrant = (ports: Ports, id: RequestId): Promise<Later> =>
  underLease(ports, id, (found, { assertHeld }) =>
    againWhileLocked(ports, () => extend(ports, found, assertHeld)),
  );

/** The token that lives as long is in its holder's hands. */
export const finishExtension = (
  ports: Ports,
  id: RequestId,
  { expiresAt }: Pick<In<"active">, "expiresAt">,
): Promise<AccessRequest> => commit(ports, id, (r) => extended(r, expiresAt, ports.clock.now()));

/** Nobody need decide on more time of what ends: whoever asked for it is told so. */
export async function closeExtension(ports: Ports, { id, requester }: AccessRequest): Promise<void> {
  const open = await ports.requests.open(requester.id);
  const asked = open.filter((r) => r.extends?.id === id);
  await Promise.all(
    asked.map((r) =>
      r.state === "extending" ? extendGrant(ports, r.id) : close(ports, r.id, noLonger(r, "ended")),
    ),
  );
}

async function extend(ports: Ports, request: AccessRequest | null, assertHeld: () => void): Promise<Later> {
  if (request?.state !== "extending") return undefined;
  const { id } = request;
  const grant = await extendedGrant(ports, request);
  if (hasIts(request, grant)) return follow(ports, request, grant);
  if (grant && isRenewing(grant)) return { again: ports.clock.now() + HELD_BACK_MS };
  const gone = await extendedGone(ports, request);
  if (gone) return refuse(ports, request, gone, assertHeld);
  const look = () => settleAll([ports.epoch.look(), ports.lockdown.look()]);
  const [epoch, lockdown] = await reportOutage(ports, id, "hub", look);
  const waits = !epoch || lockdown || ports.heldBack() ? "held-back" : await waitsForRules(ports, request);
  if (waits) {
    await noteOutage(ports, id, waits);
    return { again: ports.clock.now() + HELD_BACK_MS };
  }
  if (epoch && isDoubtful(request, epoch))
    return refuse(ports, request, noLonger(request, "restored"), assertHeld);
  const refusal = await refusedNow(ports, request);
  return refusal ? refuse(ports, request, refusal, assertHeld) : give(ports, request, assertHeld);
}

/** Its record alone moves the end: whatever of the rest is lost, the record asks for again. */
async function give(ports: Ports, request: In<"extending">, assertHeld: () => void): Promise<Later> {
  // While this one slept over its lease, another may have closed it.
  if ((await ports.requests.get(request.id))?.state !== "extending") return undefined;
  const grant = await commit(ports, request.extends.id, (r) => {
    assertHeld();
    return prolonged(r, request, ports.clock.now());
  });
  if (isRenewing(grant)) return { again: ports.clock.now() + HELD_BACK_MS };
  if (isProlongedBy(grant, request)) return undefined;
  return refuse(ports, request, noLonger(request, "ended"), assertHeld);
}

/** While this one slept, another may have given it the time: what was given is never called refused. */
async function refuse(
  ports: Ports,
  request: In<"extending">,
  refusal: Refusal,
  assertHeld: () => void,
): Promise<Later> {
  const grant = await extendedGrant(ports, request);
  if (hasIts(request, grant)) return follow(ports, request, grant);
  return close(ports, request.id, refusal, assertHeld);
}

const hasIts = (more: In<"extending">, grant: AccessRequest | null): grant is Dated =>
  grant !== null && "expiresAt" in grant && isProlongedBy(grant, more);

/** It has the time; whoever makes its token says when that is there, unless they died in between. */
async function follow(ports: Ports, { id, outage }: In<"extending">, grant: Dated): Promise<Later> {
  const isToCome = grant.state === "active" && grant.refresh?.for === id;
  if (!isToCome) await finishExtension(ports, id, grant);
  else if (outage) await noteOutage(ports, id, outage.what);
  return undefined;
}

/** What is not extending yet is closed by anybody, without a lease. */
async function close(
  ports: Ports,
  id: RequestId,
  refusal: Refusal,
  assertHeld: () => void = () => {},
): Promise<undefined> {
  await commit(ports, id, (r) => {
    assertHeld();
    return closed(r, refusal, ports.clock.now());
  });
}

/** Throws what Slack, Redis or the company's check throws where it may answer later. */
async function refusedNow(ports: Ports, request: In<"extending">): Promise<Refusal | null> {
  try {
    await reportOutage(ports, request.id, "slack", () => assertStillAllowed(ports, request));
    await assertOutside(ports, request);
    return null;
  } catch (error) {
    if (!(error instanceof GrantFailed)) throw error;
    ports.log.warn(
      { id: request.id, failure: error.failure, err: error },
      "more time is not given after all",
    );
    const role = roleToday(request, ports.policy.roles);
    if (isChanged(role)) return role;
    return error.changed ?? noLonger(request, TERM[error.failure] ?? "approval");
  }
}

const TERM: Partial<Record<Failure, Parameters<typeof noLonger>[1]>> = {
  "recipient-gone": "departed",
  "check-denied": "check",
  "check-silent": "check",
};
