/** Reads and changes the notes of this bot on the hub (lockdowns, deeds, newest seal): annotations of an account without rights. */
import type { HubClient } from "./client.ts";
import { isAbsent, isReason, readAnswer } from "./errors.ts";
import { Account, nullIfAbsent } from "./grants.ts";
import type { ChangeNotes, HubNotes } from "./hub.ts";
import { instanceAccount, instanceLabels, type Owner, PREFIX } from "./names.ts";

const MOST_NOTE_TRIES = 5;

/** Resolves to no notes where the account does not exist yet. Throws HubError. */
export async function readNotes(client: HubClient, owner: Owner): Promise<HubNotes> {
  return (await readWithVersion(client, owner)).notes;
}

/** Applies `change` to the newest notes, up to five times while another replica is faster. Throws HubError. */
export async function changeNotes(client: HubClient, owner: Owner, change: ChangeNotes): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const { notes, version } = await readWithVersion(client, owner);
    const changed = change(notes);
    if (!changed) return;
    try {
      return await writeNotes(client, owner, changed, version);
    } catch (error) {
      if (tried === MOST_NOTE_TRIES || !wasFaster(error, owner)) throw error;
    }
  }
}

const wasFaster = (error: unknown, { instance }: Owner): boolean =>
  isReason(error, "Conflict") ||
  isReason(error, "AlreadyExists") ||
  isAbsent(error, instanceAccount(instance));

async function readWithVersion(client: HubClient, { instance, namespace }: Owner) {
  const name = instanceAccount(instance);
  const found = await client
    .call(({ core }) => core.readNamespacedServiceAccount({ namespace, name }))
    .catch(nullIfAbsent(name));
  if (!found) return { notes: {}, version: undefined };
  const { annotations, resourceVersion } = readAnswer(`read ${name}`, Account, found).metadata;
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith(PREFIX));
  return {
    notes: Object.fromEntries(ours.map(([key, value]) => [key.slice(PREFIX.length), value])),
    version: resourceVersion,
  };
}

/** Makes the account where there is no version yet, else patches it if it still has this version. */
async function writeNotes(
  client: HubClient,
  { instance, namespace }: Owner,
  notes: Record<string, string | null>,
  resourceVersion: string | undefined,
): Promise<void> {
  const name = instanceAccount(instance);
  // A merge patch deletes what is null.
  const annotations = Object.fromEntries(
    Object.entries(notes).map(([key, value]) => [PREFIX + key, value]),
  ) as HubNotes;
  const metadata = { name, labels: instanceLabels(instance), annotations };
  await client.call(({ core }) =>
    resourceVersion === undefined
      ? core.createNamespacedServiceAccount({ namespace, body: { metadata } })
      : core.patchNamespacedServiceAccount({
          namespace,
          name,
          body: { metadata: { ...metadata, resourceVersion } },
        }),
  );
}
