/** Taking a grant's objects away; nothing that is not ours is touched. What is absent is no failure. */
import type { GrantKey, Uids } from "../../flow/ports.ts";
import { isStatus } from "../client/errors.ts";
import { deleteExactly } from "../client/objects.ts";
import { accountsPath, BINDINGS_PATH, type Hub, isOurs, readAccount, readBinding } from "./find.ts";
import { type Metadata, objectName } from "./names.ts";

export async function removeBinding(
  hub: Hub,
  key: GrantKey,
  { bindingUid }: Uids,
  signal: AbortSignal,
): Promise<void> {
  await removeOurs({
    uid: bindingUid,
    read: async () => (await readBinding(hub, key, signal))?.metadata ?? null,
    isOurs: (found) => isOurs(hub, key, found, bindingUid),
    remove: (uid) => deleteBinding(hub, key, uid, signal),
  });
}

export async function removeAccount(
  hub: Hub,
  key: GrantKey,
  { accountUid }: Uids,
  signal: AbortSignal,
): Promise<void> {
  await removeOurs({
    uid: accountUid,
    read: () => readAccount(hub, key, signal),
    isOurs: (found) => isOurs(hub, key, found, accountUid),
    remove: (uid) => deleteAccount(hub, key, uid, signal),
  });
}

interface Removal {
  /** As recorded. */
  uid: string | undefined;
  read(): Promise<Metadata | null>;
  isOurs(found: Metadata): boolean;
  remove(uid: string): Promise<void>;
}

/** By the recorded uid at once; it is read first where none is recorded, or where another object took its name. */
async function removeOurs({ uid, read, isOurs, remove }: Removal): Promise<void> {
  if (uid !== undefined) {
    try {
      return await remove(uid);
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
    }
  }
  const found = await read();
  if (found && isOurs(found)) await remove(found.uid);
}

export const deleteBinding = (hub: Hub, key: GrantKey, uid: string, signal: AbortSignal): Promise<void> =>
  deleteExactly(hub.client, { path: BINDINGS_PATH, name: objectName(key), uid }, signal);

export const deleteAccount = (hub: Hub, key: GrantKey, uid: string, signal: AbortSignal): Promise<void> =>
  deleteExactly(hub.client, { path: accountsPath(hub), name: objectName(key), uid }, signal);
