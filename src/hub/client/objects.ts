/** Accounts and bindings as they stand on the hub, whosever they are: read page by page, deleted by their uid. */
import { z } from "zod";
import { Metadata } from "../grants/names.ts";
import type { HubClient } from "./client.ts";
import { answered, HubError, isAbsence, isStatus } from "./errors.ts";

export const CLUSTER_ROLE_BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
export const accountsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/serviceaccounts`;

export const Subject = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
export type Subject = z.infer<typeof Subject>;

const HubObject = z.object({
  metadata: Metadata.extend({
    namespace: z.string().optional(),
    creationTimestamp: z.coerce.date(),
    finalizers: z.array(z.string()).default([]),
  }),
  /** Of a binding. */
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
  subjects: z.array(Subject).nullish(),
});
export type HubObject = z.infer<typeof HubObject>;

const PAGE = 500;
// A proxy may answer with JSON of its own, which must not pass for an empty list.
const Page = z.object({
  kind: z.string().regex(/List$/),
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(HubObject).nullish(),
});

export interface Listing {
  signal?: AbortSignal | undefined;
  labelSelector?: string;
}

/** Throws HubError, or the signal's reason. */
export async function* objectsAt(
  client: HubClient,
  path: string,
  { signal, labelSelector }: Listing = {},
): AsyncGenerator<HubObject> {
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (labelSelector) query.set("labelSelector", labelSelector);
    if (next) query.set("continue", next);
    const answer = await client.request(`${path}?${query}`, { signal });
    if (answer.status !== 200)
      throw answered(`list ${path}`, answer.status, answer.body, answer.headers["audit-id"]);
    const page = Page.safeParse(answer.body).data;
    if (!page) throw new HubError(`list ${path}`, 200, "unreadable");
    yield* page.items ?? [];
    next = page.metadata.continue;
  } while (next);
}

/** Which object, and no other that came under its name. */
export interface ObjectAt {
  /** Of its kind. */
  path: string;
  name: string;
  uid: string;
}

export const pathOf = ({ path, name }: ObjectAt): string => `${path}/${encodeURIComponent(name)}`;

/** That it is gone already, or another stands there, is fine. Throws HubError, or the signal's reason. */
export async function deleteObject(client: HubClient, object: ObjectAt, signal?: AbortSignal): Promise<void> {
  const { name, uid } = object;
  const at = pathOf(object);
  // No controller runs on the hub: a foreground deletion would leave the object standing for ever.
  const body = { preconditions: { uid }, propagationPolicy: "Background" };
  const answer = await client.request(at, { method: "DELETE", body, signal });
  if (answer.status === 200 || answer.status === 202) return;
  const error = answered(`delete ${at}`, answer.status, answer.body, answer.headers["audit-id"]);
  if (!isAbsence(error, name) && !isStatus(error, 409)) throw error;
}
