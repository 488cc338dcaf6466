/** An end is proved: the probe token is refused, or the account is absent, or the token's own time has run out. ending → ended */
import { SECOND } from "../domain/duration.ts";
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
import type { Verification } from "../domain/request.ts";
import type { Secret } from "../domain/secret.ts";
import { usageAwaited } from "../domain/transitions.ts";
import { uidsOf } from "./mend/repair.ts";
import { type GrantObjects, type Later, NotEnforcing, type Ports } from "./ports.ts";
import { mayAnyBeOlder } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";
import { noteGoing, reportGoing } from "./support/outage.ts";
import { removeGrant } from "./support/remove-grant.ts";
import { sooner } from "./support/sooner.ts";
import { underLease } from "./support/under-lease.ts";

/** A token is taken for 60 s past its end (the leeway of JWTs), and its success is cached for 10 s. */
const DEAD_AFTER_MS = 75 * SECOND;

/** The job for a replica that died with its probe token. */
export const verifyEnd = (ports: Ports, id: RequestId): Promise<Later> =>
  underLease(ports, id, async (request, signal) => {
    let later: Later;
    // One after the other: "ended" waits for those before.
    for (const going of request ? goingFrom(request) : [])
      later = sooner(later, await verifyDeleted(ports, going, null, signal));
    return later;
  });

/** While the request's lease is held. Without a probe, absence is the proof. Throws what the hub throws. */
export async function verifyDeleted(
  ports: Ports,
  going: Going,
  probe: Secret | null,
  signal: AbortSignal,
): Promise<Later> {
  const { deletedAt } = going;
  if (deletedAt === undefined) return undefined;
  const due = deletedAt + VERIFY_AFTER_MS;
  if (ports.clock.now() < due) return { again: due };
  const method = await reportGoing(ports, going, () =>
    proofOf(ports, going, probe, signal).catch((error: unknown) =>
      unlessExpired(ports, going, error, signal),
    ),
  );
  if (method) await settle(ports, going, method, deletedAt);
  else if (hasExpired(ports, going)) await settle(ports, going, "expiry", deletedAt);
  return undefined;
}

/** Nothing else can be shown, and it is said in these words. A hub that takes any token takes this one too; and who slept past their lease missed what it answered. */
function unlessExpired(ports: Ports, going: Going, error: unknown, signal: AbortSignal): "expiry" {
  signal.throwIfAborted();
  if (error instanceof NotEnforcing || !hasExpired(ports, going)) throw error;
  return "expiry";
}

const hasExpired = ({ clock }: Ports, { grant, expiresAt }: Going): boolean =>
  clock.now() >= (grant?.tokenExpiresAt ?? expiresAt) + DEAD_AFTER_MS;

async function proofOf(
  ports: Ports,
  going: Going,
  probe: Secret | null,
  signal: AbortSignal,
): Promise<"probe" | "absence" | null> {
  const { grants } = ports;
  await grants.assertEnforcing(signal);
  if (await stoodSince(ports, going, signal)) {
    await goOnceMore(ports, going);
    return null;
  }
  const isAccepted = probe !== null && (await grants.check(probe, signal)) !== "refused";
  if (probe && !isAccepted) return "probe";
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
  for (const on of others) await removeGrant(ports.grants, on.key, uidsOf(on), signal);
  return others.length > 0;
}

async function goOnceMore(ports: Ports, going: Going): Promise<void> {
  const { version } = await commit(ports, going.id, (r) => generationStands(r, going.generation));
  await enqueue(ports, going, (jobs) => jobs.add("urgent", "end", going.id, version));
}

async function contradict(ports: Ports, going: Going): Promise<void> {
  const { id, generation } = going;
  await commit(ports, id, (r) => generationContradicted(r, generation, ports.clock.now()));
  await noteGoing(ports, going, "accepted");
}

async function settle(
  ports: Ports,
  { id, generation, contradictedAt }: Going,
  method: Verification["method"],
  deletedAt: number,
): Promise<void> {
  const at = ports.clock.now();
  await commit(ports, id, (r) => {
    const now = goingOf(r, generation);
    // What was contradicted or removed anew meanwhile is not proved by what was seen before.
    if (now?.deletedAt !== deletedAt) return null;
    if (method === "absence" && now.contradictedAt !== contradictedAt) return null;
    const gone = generationGone(r, generation, { method, deletedAt, at });
    return ports.hubTells ? usageAwaited(gone) : gone;
  });
}
