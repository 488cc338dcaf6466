/**
 * Proves that access has ended: a token that was made before the account was deleted, and never used, gets a 401 after
 * 11 s. It was never used, so the hub hasn't cached it.
 */
import { MINUTE, SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import type { Proof } from "../request/record.ts";
import type { Hub } from "./create-hub.ts";
import { isReason } from "./errors.ts";
import type { MintedToken } from "./hub.ts";

/** The hub caches a used token for up to 10 s. */
export const PROVE_AFTER = 11 * SECOND;
/** Outlives a short outage of the hub. */
const PROBE_LIFE = 60 * MINUTE;

/** Null: the account is gone or has another uid, so absence is the proof. */
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

/** Call it PROVE_AFTER or later after the deletion. `account-there`: the account exists. `not-proved`: try again. */
export async function proveEnd(
  hub: Hub,
  { id, account, probe }: DeletedAccount,
  now: number,
): Promise<Proof["method"] | "account-there" | "not-proved"> {
  // The hub refuses an expired probe, whether its account exists or not.
  if (!probe || probe.expiresAt - MINUTE < now + hub.clockOffset()) return proveAbsence(hub, id, account);
  if ((await hub.checkLogin(probe.token)) !== "refused") return proveAbsence(hub, id, account);
  // A hub that refuses everybody proves nothing.
  return (await hub.isLoggedIn()) ? "probe" : "not-proved";
}

async function proveAbsence(hub: Hub, id: RequestId, account: string) {
  // With RBAC off, everybody may do everything, whether accounts exist or not.
  if (!(await hub.isEnforcing())) return "not-proved";
  const found = await hub.readAccount(id);
  return found?.uid === account ? "account-there" : "absence";
}
