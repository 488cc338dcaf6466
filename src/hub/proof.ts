/**
 * Proves that an access has ended, by a probe: another token of the account, made before the account is deleted and first
 * used 11 s after. The hub has not cached it, so a 401 shows that the account is gone. `life/states/ending.ts` calls it.
 */
import { MINUTE, SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import type { Proof } from "../request/record.ts";
import type { Hub } from "./create-hub.ts";
import { isReason } from "./errors.ts";
import type { MintedToken } from "./hub.ts";

/** Milliseconds. The hub's cache takes a token that was used for up to 10 s after its account is gone. */
export const PROVE_AFTER = 11 * SECOND;
/** Long enough for a hub that is away for a while. */
const PROBE_LIFE = 60 * MINUTE;

/** Resolves to null when the account is gone already, or has another uid: then absence is the proof. Throws HubError. */
export async function mintProbe(hub: Hub, id: RequestId, account: string): Promise<MintedToken | null> {
  try {
    const probe = await hub.mintToken(id, PROBE_LIFE);
    return probe.account === account ? probe : null;
  } catch (error) {
    if (isReason(error, "NotFound")) return null;
    throw error;
  }
}

export interface DeletedAccount {
  id: RequestId;
  account: string;
  probe: MintedToken | null;
}

/**
 * Must be called PROVE_AFTER or later after the deletion; `now` in ms. `probe` and `absence` are proofs. `account-there`:
 * the account exists; `not-proved`: try again. Throws HubError when the hub is away.
 */
export async function proveEnd(
  hub: Hub,
  { id, account, probe }: DeletedAccount,
  now: number,
): Promise<Proof["method"] | "account-there" | "not-proved"> {
  // The hub refuses a probe that has run out, whether its account exists or not.
  if (!probe || probe.expiresAt - MINUTE < now + hub.clockOffset()) return proveAbsence(hub, id, account);
  if ((await hub.checkLogin(probe.token)) !== "refused") return proveAbsence(hub, id, account);
  // A hub that refuses everybody proves nothing.
  return (await hub.isLoggedIn()) ? "probe" : "not-proved";
}

async function proveAbsence(hub: Hub, id: RequestId, account: string) {
  // With RBAC off everybody may do everything, whether accounts exist or not.
  if (!(await hub.isEnforcing())) return "not-proved";
  const found = await hub.readAccount(id);
  return found?.uid === account ? "account-there" : "absence";
}
