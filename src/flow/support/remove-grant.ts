/** Both objects of a grant, the binding first: that is refused at once. Throws what the hub throws. */
import type { GrantKey, Grants, Uids } from "../ports.ts";

export async function removeGrant(
  grants: Grants,
  key: GrantKey,
  uids: Uids,
  signal: AbortSignal,
): Promise<void> {
  await grants.removeBinding(key, uids, signal);
  await grants.removeAccount(key, uids, signal);
}
