/** An operator ends a grant from where the bot runs: the record as a revocation ends it, or, without records, what stands on the hub. scheduled → ended; approved | delivering | active → ending */
import { SECOND } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import { dueOf, VERIFY_AFTER_MS } from "../../domain/lifecycle.ts";
import { Refused } from "../../domain/refusal.ts";
import { isGranted } from "../../domain/request.ts";
import { endingOrLate } from "../../domain/transitions.ts";
import { endGrant, mustLeave } from "../end.ts";
import { repairGrant, uidsOf } from "../mend/repair.ts";
import type { AccessRequest, GrantKey, GrantObjects, Ports } from "../ports.ts";
import { followOnHub, mayBeOlder } from "../support/as-on-hub.ts";
import { commit } from "../support/commit.ts";
import { removeGrant } from "../support/remove-grant.ts";
import { verifyEnd } from "../verify.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
const REMOVING_WITHIN_MS = 15 * SECOND;
const LOOK_MS = SECOND / 2;

export interface EndByOperator {
  id: RequestId;
  operator: string;
  reason?: string | undefined;
}

/** What has not begun is over at once. Throws Refused, StoreDown, StoreUnsure, and what the hub throws of what Redis does not know. */
export async function endByOperator(
  ports: Ports,
  { id, operator, reason }: EndByOperator,
): Promise<AccessRequest> {
  const request = await ports.requests.get(id);
  const isSeen = request ? await followOnHub(ports, { id }) : await adoptFromHub(ports, id);
  if (!isSeen && request?.state === "scheduled" && (await mayBeOlder(ports, request)))
    throw new Refused({ kind: "stands-unknown" });
  const end = () => ({ cause: "revoked" as const, operator, reason, at: ports.clock.now() });
  return commit(ports, id, (r) => endingOrLate(r, end()), { replicated: true });
}

/** Redis lost it, and no sweep has come round yet. */
async function adoptFromHub(ports: Ports, id: RequestId): Promise<true> {
  const standing = await ports.grants.list(AbortSignal.timeout(LISTING_WITHIN_MS));
  for (const { key } of standing.filter((on) => on.key.id === id))
    await ports.lease.hold(id, ({ signal }) => repairGrant(ports, key, signal));
  return true;
}

/** Goes on with ends as the bot's jobs do, and beside them, until each is proved or the time is over: the records of then. */
export const carryThrough = (
  ports: Ports,
  ids: readonly RequestId[],
  until: number,
): Promise<(AccessRequest | null)[]> => Promise.all(ids.map((id) => carryOne(ports, id, until)));

async function carryOne(ports: Ports, id: RequestId, until: number): Promise<AccessRequest | null> {
  const { requests, clock, log } = ports;
  for (;;) {
    const request = await requests.get(id);
    if (!request || !isGranted(request) || clock.now() >= until) return request;
    await stepOf(ports, request).catch((error: unknown) => log.warn({ id, err: error }, "not ended yet"));
    await clock.sleep(LOOK_MS, ports.stopping);
  }
}

async function stepOf(ports: Ports, request: AccessRequest): Promise<void> {
  if (mustLeave(request).length > 0) await endGrant(ports, request.id);
  // Not sooner: a probe token that this process, or a bot, holds is the better proof.
  else if (dueOf(request, ports.policy).some(({ step, at }) => step === "verify" && at <= ports.clock.now()))
    await verifyEnd(ports, request.id);
}

export interface OffHub {
  key: GrantKey;
  /** Neither account nor binding stands: seen once the hub has forgotten its tokens. */
  confirmed: boolean;
}

/** Without records; the hub remembers it for the bot, before anything is removed. Throws what the hub throws when it lists or is to remember. */
export async function endOnHub(
  ports: Pick<Ports, "grants" | "hubEnds" | "clock" | "log">,
  who: Pick<EndByOperator, "operator" | "reason">,
  isMeant: (on: GrantObjects) => boolean,
): Promise<OffHub[]> {
  const { grants, hubEnds, clock, log } = ports;
  const standing = await grants.list(AbortSignal.timeout(LISTING_WITHIN_MS));
  const tried = async (key: GrantKey, work: (signal: AbortSignal) => Promise<unknown>) => {
    try {
      return await work(AbortSignal.timeout(REMOVING_WITHIN_MS));
    } catch (error) {
      log.warn({ id: key.id, err: error }, "not taken off the hub");
      return false;
    }
  };
  const meant = standing.filter(isMeant);
  if (meant.length === 0) return [];
  const ids = [...new Set(meant.map(({ key }) => key.id))];
  await hubEnds.remember({ ...who, ids, at: clock.now() });
  await Promise.all(
    meant.map((on) => tried(on.key, (signal) => removeGrant(grants, on.key, uidsOf(on), signal))),
  );
  await clock.sleep(VERIFY_AFTER_MS);
  return Promise.all(
    meant.map(async ({ key }) => ({
      key,
      confirmed: (await tried(key, (signal) => grants.isAbsent(key, signal))) === true,
    })),
  );
}
