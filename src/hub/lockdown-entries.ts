/** Reads and changes the entries of lockdowns on the hub, notes of this instance's own account: one for each person, one for everybody. */
import { type LockdownEntries, type Locked, lockdownEntries } from "../policy/lockdown.ts";
import type { HubClient } from "./client.ts";
import type { Owner } from "./names.ts";
import { changeNotes, readNotes } from "./notes.ts";

const NOTE = "lockdown-";

export async function readLockdowns(client: HubClient, owner: Owner): Promise<LockdownEntries> {
  const notes = Object.entries(await readNotes(client, owner));
  const ours = notes.filter(([name]) => name.startsWith(NOTE));
  return lockdownEntries(Object.fromEntries(ours.map(([name, text]) => [name.slice(NOTE.length), text])));
}

/** Returns the entry to have there; empty: none. */
export type ChangeLockdown = (there: string) => string;

export const changeLockdown = (
  client: HubClient,
  owner: Owner,
  whom: Locked,
  change: ChangeLockdown,
): Promise<void> =>
  changeNotes(client, owner, (notes) => {
    const there = notes[NOTE + whom] ?? "";
    const next = change(there);
    return next === there ? null : { [NOTE + whom]: next || null };
  });
