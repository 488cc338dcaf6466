/** Nobody decides while access is locked down. */
import { Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";

/** Throws Refused(locked-down), StoreDown. */
export async function assertUnlocked({ lockdown }: Pick<Ports, "lockdown">): Promise<void> {
  const standing = await lockdown.standing();
  if (!standing) return;
  const { by, at, reason } = standing;
  throw new Refused({ kind: "locked-down", by, at, reason });
}
