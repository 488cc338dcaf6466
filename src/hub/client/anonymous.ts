/** What the hub gives to whoever shows no token: it is tried, and its role `anonymous` is read. */
import { z } from "zod";
import { ANONYMOUS, type AnonymousAccess, readsOf } from "../../domain/anonymous.ts";
import { roleIfReadable } from "../grants/roles.ts";
import type { HubClient } from "./client.ts";
import { isHubs } from "./errors.ts";
import type { HubAnswer } from "./request.ts";

/** Of no cluster that there is: whether one may ask is answered first. */
const NO_NAME = "karpor-access";
const STREAM = `/rest-api/v1/insight/aggregator/${NO_NAME}`;
/** What all may read, one of each kind; the first is what the dashboard begins with. */
export const READS = [
  ...["/rest-api/v1/clusters", "/rest-api/v1/search", "/rest-api/v1/insight/detail"],
  ...["/rest-api/v1/resource-group-rules", "/apis/cluster.karpor.io/v1beta1/clusters", "/api/v1/secrets"],
];

/** Throws HubError, or the signal's reason. */
export async function lookAtAnonymous(
  client: HubClient,
  signal: AbortSignal = new AbortController().signal,
): Promise<AnonymousAccess> {
  // Each on a connection of its own: kube-apiserver ends an HTTP/2 one on which it refused whoever showed no credential.
  const nobody = async (path: string) => isOpen(await client.request(path, { as: "nobody", signal }));
  const [tried, streams, role] = await Promise.all([
    Promise.all(READS.map(nobody)),
    nobody(STREAM),
    roleIfReadable(client, ANONYMOUS, signal),
  ]);
  const open = READS.filter((_, i) => tried[i]);
  const reads = open.length > 0 ? true : tried.includes(null) ? null : false;
  return { reads, open, streams, allows: readsOf(role?.rules ?? []) };
}

/** Null where another answers than the hub. */
function isOpen(answer: HubAnswer): boolean | null {
  if (!isHubs(answer)) return null;
  if (answer.status === 401 || answer.status === 403) return false;
  // A Kubernetes API server that is no Karpor hub has no such path; what Karpor itself fails at, it let pass.
  const passed = answer.status === 200 || answer.status === 404 || Karpors.safeParse(answer.body).success;
  return passed ? true : null;
}

const Karpors = z.object({ success: z.boolean() });
