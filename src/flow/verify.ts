/** An end is proved: the probe token is refused, or the account is absent, or the token's own time has run out. ending → ended */
import { SECOND } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { VERIFY_AFTER_MS } from "../domain/lifecycle.ts";
import type { Verification } from "../domain/request.ts";
import type { Secret } from "../domain/secret.ts";
import { contradicted, ended } from "../domain/transitions.ts";
import { type In, type Later, NotEnforcing, type Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { noteOutage, reportOutage } from "./support/outage.ts";

const BUSY_MS = 250;
/** A token is taken for 60 s past its end (the leeway of JWTs), and its success is cached for 10 s. */
const DEAD_AFTER_MS = 75 * SECOND;

/** The job for a replica that died with its probe token. */
export async function verifyEnd(ports: Ports, id: RequestId): Promise<Later> {
  const held = await ports.lease.hold(id, async (signal) => {
    const request = await ports.requests.get(id);
    return request?.state === "ending" && request.deletedAt !== undefined
      ? verifyDeleted(ports, request, null, signal)
      : undefined;
  });
  return held ? held.done : { again: ports.clock.now() + BUSY_MS };
}

/** While the request's lease is held. Without a probe, absence is the proof. Throws what the hub throws. */
export async function verifyDeleted(
  ports: Ports,
  request: In<"ending">,
  probe: Secret | null,
  signal: AbortSignal,
): Promise<Later> {
  const { deletedAt } = request;
  if (deletedAt === undefined) return undefined;
  const due = deletedAt + VERIFY_AFTER_MS;
  if (ports.clock.now() < due) return { again: due };
  const method = await reportOutage(ports, request.id, "hub", () =>
    proofOf(ports, request, probe, signal).catch((error: unknown) => unlessExpired(ports, request, error)),
  );
  if (method) await settle(ports, request, method, deletedAt);
  else if (hasExpired(ports, request)) await settle(ports, request, "expiry", deletedAt);
  return undefined;
}

/** Nothing else can be shown, and it is said in these words. A hub that takes any token takes this one too. */
function unlessExpired(ports: Ports, request: In<"ending">, error: unknown): "expiry" {
  if (error instanceof NotEnforcing || !hasExpired(ports, request)) throw error;
  return "expiry";
}

const hasExpired = ({ clock }: Ports, { grant, expiresAt }: In<"ending">): boolean =>
  clock.now() >= (grant?.tokenExpiresAt ?? expiresAt) + DEAD_AFTER_MS;

async function proofOf(
  ports: Ports,
  request: In<"ending">,
  probe: Secret | null,
  signal: AbortSignal,
): Promise<"probe" | "absence" | null> {
  const { grants } = ports;
  await grants.assertEnforcing(signal);
  if (probe) {
    if ((await grants.check(probe, signal)) === "refused") return "probe";
    await commit(ports, request.id, (r) => contradicted(r, ports.clock.now()));
    await noteOutage(ports, request.id, "accepted");
    return null;
  }
  if (request.contradictedAt !== undefined) return null;
  if (await grants.isAbsent(request, signal)) return "absence";
  return (await standsAgain(ports, request, signal)) ? null : "absence";
}

/**
 * A restored hub brought it back, or somebody made it anew: what is the grant's goes once more. What is not does not
 * matter to a request of which nobody ever held a token.
 */
async function standsAgain(ports: Ports, request: In<"ending">, signal: AbortSignal): Promise<boolean> {
  const found = await ports.grants.find(request, request.grant ?? {}, signal);
  const ours = found.account !== null || found.binding !== null;
  if (!ours && !request.grant) return false;
  if (found.foreign) await noteOutage(ports, request.id, "made-again");
  if (!ours) return true;
  await commit(ports, request.id, (r) => {
    if (r.state !== "ending") return null;
    const { deletedAt: _, ...standing } = r;
    return standing;
  });
  return true;
}

async function settle(
  ports: Ports,
  { id, contradictedAt }: In<"ending">,
  method: Verification["method"],
  deletedAt: number,
): Promise<void> {
  const at = ports.clock.now();
  await commit(ports, id, (r) => {
    // What was contradicted or removed anew meanwhile is not proved by what was seen before.
    if (r.state !== "ending" || r.deletedAt !== deletedAt) return null;
    if (method === "absence" && r.contradictedAt !== contradictedAt) return null;
    return ended(r, { method, deletedAt, at });
  });
}
