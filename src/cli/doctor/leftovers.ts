/** What a doctor that was interrupted left on the hub, its probe account or its canary: found by its label, and taken away. */
import type { Config } from "../../config.ts";
import type { Clock } from "../../flow/ports.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { deleteObject, type ObjectAt, objectsAt } from "../../hub/client/objects.ts";
import { accountsPath, BINDINGS_PATH } from "../../hub/grants/find.ts";
import { selector } from "../../hub/grants/names.ts";
import { doctorInstance, TRIAL_DONE_AFTER_MS } from "../../hub/grants/whose.ts";
import { type Finding, ok } from "../checks/finding.ts";

/** Leaves alone what a doctor of this moment works with. Throws HubError. */
export async function clearLeftovers(
  client: HubClient,
  { instance, hub }: Pick<Config, "instance" | "hub">,
  clock: Clock,
): Promise<Finding[]> {
  const left: ObjectAt[] = [];
  const labelSelector = selector(doctorInstance(instance));
  for (const path of [BINDINGS_PATH, accountsPath(hub)])
    for await (const { metadata } of objectsAt(client, path, { labelSelector }))
      if (clock.now() - metadata.creationTimestamp.getTime() >= TRIAL_DONE_AFTER_MS)
        left.push({ path, name: metadata.name, uid: metadata.uid });
  for (const one of left) await deleteObject(client, one);
  if (left.length === 0) return [];
  return [ok("hub leftovers", `${left.length} objects that an interrupted doctor left are taken away`)];
}
