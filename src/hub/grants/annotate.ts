/** What is known of a grant only later, added to its account: for whoever finds it when Redis lost its record. */
import type { GrantKey, MoreAnnotations } from "../../flow/ports.ts";
import { writeMore } from "./annotations.ts";
import { type Hub, nullIfAbsent } from "./find.ts";
import { objectName } from "./names.ts";

export async function annotate(
  { client, namespace }: Hub,
  key: GrantKey,
  { uid, more }: { uid: string; more: MoreAnnotations },
  signal: AbortSignal,
): Promise<void> {
  const name = objectName(key);
  // With the uid, the patch cannot reach another account that came under this name meanwhile.
  const body = { metadata: { uid, annotations: writeMore(more) } };
  await client
    .call(`annotate ServiceAccount ${name}`, signal, (api) =>
      api.patchServiceAccount({ namespace, name, body }),
    )
    .catch(nullIfAbsent(name));
}
