/** What is known of a grant only later, added to its account: for whoever finds it when Redis lost its record. */
import type { GrantKey, MoreAnnotations } from "../../flow/ports.ts";
import { writeMore } from "./annotations.ts";
import { type Hub, nullIfAbsent, readAccount } from "./find.ts";
import { isOf, objectName } from "./names.ts";

export async function annotate(
  hub: Hub,
  key: GrantKey,
  more: MoreAnnotations,
  signal: AbortSignal,
): Promise<void> {
  const found = await readAccount(hub, key, signal);
  if (!found || !isOf(hub.instance, key, found)) return;
  const { client, namespace } = hub;
  const name = objectName(key);
  // With the uid, the patch cannot reach another account that came under this name meanwhile.
  const body = { metadata: { uid: found.uid, annotations: writeMore(more) } };
  await client
    .call(`annotate ServiceAccount ${name}`, signal, (options) =>
      client.core.patchNamespacedServiceAccount({ name, namespace, body }, options),
    )
    .catch(nullIfAbsent(name));
}
