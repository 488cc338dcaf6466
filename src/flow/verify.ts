/** An end is proved: the probe token is refused, or the account is absent, or the token's own time has run out. ending → ended */
import { MINUTE, SECOND } from "../domain/duration.ts";
import { isDoubtful } from "../domain/epoch.ts";
import {
  type Going,
  generationContradicted,
  generationGone,
  generationStands,
  goingFrom,
  goingOf,
} from "../domain/generations.ts";
import type { RequestId } from "../domain/ids.ts";
import { VERIFY_AFTER_MS } from "../domain/lifecycle.ts";
import { toldOutage } from "../domain/outage.ts";
import type { AccessRequest, Verification } from "../domain/request.ts";
import { usageAwaited } from "../domain/transitions.ts";
import { uidsOf } from "./mend/repair.ts";
import {
  type GrantObjects,
  type Held,
  type Later,
  type MintedToken,
  NotEnforcing,
  type Ports,
} from "./ports.ts";
import { mayAnyBeOlder } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";
import { noteGoing, reportGoing } from "./support/outage.ts";
import { removeGrant } from "./support/remove-grant.ts";
import { sooner } from "./support/sooner.ts";
import { takeOffUnrecorded } from "./support/take-off-unrecorded.ts";
import { underLease } from "./support/under-lease.ts";

/** A token is taken for 60 s past its end (the leeway of JWTs), and its success is cached for 10 s. */
const DEAD_AFTER_MS = 75 * SECOND;
/** So long before its end a probe is asked for nothing any more: that it is refused then would prove nothing. */
const UNUSED_MS = MINUTE;
/** So long it is looked again before nothing is said to be shown. */
const LOOKED_FOR_MS = MINUTE;

/** The job for a replica that died with its probe token. */
export const verifyEnd = (ports: Ports, id: RequestId): Promise<Later> =>
  underLease(ports, id, async (request, held) => {
    let later: Later;
    // One after the other: "ended" waits for those before.
    for (const going of request ? goingFrom(request) : [])
      later = sooner(later, await verifyDeleted(ports, going, null, held));
    return later;
  });

/** While the request's lease is held. Without a probe, absence is the proof. Throws what the hub throws. */
export async function verifyDeleted(
  ports: Ports,
  going: Going,
  probe: MintedToken | null,
  held: Held,
): Promise<Later> {
  const { deletedAt } = going;
  if (deletedAt === undefined) return undefined;
  const due = deletedAt + VERIFY_AFTER_MS;
  if (ports.clock.now() < due) return { again: due };
  const method = await reportGoing(ports, going, () =>
    proofOf(ports, going, probe, held.signal).catch((error: unknown) => unlessExpired(ports, going, error)),
  );
  if (method) await settle(ports, going, method, held);
  else if (hasExpired(ports, going)) await settle(ports, going, "expiry", held);
  return undefined;
}

/**
 * Nothing else can be shown, and it is said in these words. A hub that took any token when it last answered may take
 * this one too; and one look that failed shows nothing: its process may have slept, or the hub just starts.
 */
function unlessExpired(ports: Ports, going: Going, error: unknown): "expiry" {
  const { outage, deletedAt = 0 } = going;
  const told = toldOutage({ state: "ending", outage });
  const isLasting = told !== undefined && ports.clock.now() >= deletedAt + LOOKED_FOR_MS;
  const isOpen = error instanceof NotEnforcing || outage?.what === "open-hub";
  if (isOpen || !isLasting || !hasExpired(ports, going)) throw error;
  return "expiry";
}

const hasExpired = ({ clock }: Ports, { grant, expiresAt }: Going): boolean =>
  clock.now() >= (grant?.tokenExpiresAt ?? expiresAt) + DEAD_AFTER_MS;

export const isSpent = ({ clock }: Pick<Ports, "clock">, { expiresAt }: MintedToken): boolean =>
  clock.now() >= expiresAt - UNUSED_MS;

async function proofOf(
  ports: Ports,
  going: Going,
  probe: MintedToken | null,
  signal: AbortSignal,
): Promise<"probe" | "absence" | null> {
  const { grants } = ports;
  await grants.assertEnforcing(signal);
  if (await stoodSince(ports, going, signal)) {
    await goOnceMore(ports, going);
    return null;
  }
  const isAccepted = probe !== null && (await grants.check(probe.token, signal)) !== "refused";
  // The process may have slept before it asked.
  if (probe && !isAccepted && !isSpent(ports, probe)) return "probe";
  const isDoubted = isAccepted || going.contradictedAt !== undefined;
  if (!isDoubted && (await grants.isAbsent(going, signal))) return "absence";
  const { account, binding, foreign } = await grants.find(going, going.grant ?? {}, signal);
  if (account || binding) {
    // A restored hub brought it back: what its token was good for meanwhile contradicts nothing.
    await goOnceMore(ports, going);
    return null;
  }
  if (isAccepted) await contradict(ports, going);
  if (isDoubted) return null;
  // What others made does not matter to a request of which nobody ever held a token.
  if (!going.grant) return "absence";
  if (foreign) await noteGoing(ports, going, "made-again");
  return null;
}

/** Of an older copy of Redis a later token may be the one that works: it goes first. Throws what the hub throws. */
async function stoodSince(ports: Ports, { id, generation }: Going, signal: AbortSignal): Promise<boolean> {
  if (!(await mayAnyBeOlder(ports))) return false;
  const request = await ports.requests.get(id);
  if (request?.state !== "ending" || request.generation !== generation) return false;
  if (!isDoubtful(request, { before: ports.epoch.before() })) return false;
  const isOther = ({ key }: GrantObjects) => key.generation !== generation || key.role !== request.role;
  const others = (await ports.grants.standingOf(id, signal)).filter(isOther);
  for (const on of others) {
    takeOffUnrecorded(ports, request, on);
    await removeGrant(ports.grants, on.key, uidsOf(on), signal);
  }
  return others.length > 0;
}

async function goOnceMore(ports: Ports, going: Going): Promise<void> {
  const { version } = await commit(ports, going.id, (r) =>
    isSame(r, going) ? generationStands(r, going.generation) : null,
  );
  await enqueue(ports, going, (jobs) => jobs.add("urgent", "end", going.id, version));
}

async function contradict(ports: Ports, going: Going): Promise<void> {
  const { id, generation } = going;
  const now = await commit(ports, id, (r) =>
    isSame(r, going) ? generationContradicted(r, generation, ports.clock.now()) : null,
  );
  if (isSame(now, going)) await noteGoing(ports, going, "accepted");
}

/** Not removed anew meanwhile: then nothing holds of it that was seen before. */
const isSame = (r: AccessRequest, { generation, deletedAt }: Going): boolean =>
  goingOf(r, generation)?.deletedAt === deletedAt;

async function settle(
  ports: Ports,
  going: Going,
  method: Verification["method"],
  { assertHeld }: Held,
): Promise<void> {
  const { id, generation, deletedAt = 0, contradictedAt } = going;
  const at = ports.clock.now();
  await commit(ports, id, (r) => {
    assertHeld();
    if (!isSame(r, going)) return null;
    // What was contradicted meanwhile is not proved by what was seen before.
    if (method === "absence" && goingOf(r, generation)?.contradictedAt !== contradictedAt) return null;
    const gone = generationGone(r, generation, { method, deletedAt, at });
    return ports.hubTells ? usageAwaited(gone) : gone;
  });
}
