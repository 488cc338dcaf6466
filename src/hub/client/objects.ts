/** Accounts and bindings as they stand on the hub, whosever they are: read page by page, deleted by their uid. */
import { z } from "zod";
import { Metadata } from "../grants/names.ts";
import type { HubClient } from "./client.ts";
import { answered, HubError, isAbsence, isStatus } from "./errors.ts";
import { listPages, type Paging } from "./pages.ts";

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

export const readObject = (item: unknown): HubObject | undefined => HubObject.safeParse(item).data;

/** Throws HubError, or the signal's reason: what cannot be read hides nothing. */
export async function* objectsAt(
  client: HubClient,
  path: string,
  paging: Pick<Paging, "signal" | "labelSelector"> = {},
): AsyncGenerator<HubObject> {
  for await (const item of listPages(client, path, paging)) {
    const object = readObject(item);
    if (!object) throw new HubError(`list ${path}`, 200, "unreadable");
    yield object;
  }
}

/** Which object, and no other that came under its name. */
export interface ObjectAt {
  /** Of its kind. */
  path: string;
  name: string;
  uid: string;
}

export const objectPath = ({ path, name }: ObjectAt): string => `${path}/${encodeURIComponent(name)}`;

/** That it is gone already, or another stands there, is fine. Throws HubError, or the signal's reason. */
export async function deleteObject(client: HubClient, object: ObjectAt, signal?: AbortSignal): Promise<void> {
  const { name, uid } = object;
  const at = objectPath(object);
  // No controller runs on the hub: a foreground deletion would leave the object standing for ever.
  const body = { preconditions: { uid }, propagationPolicy: "Background" };
  const answer = await client.request(at, { method: "DELETE", body, signal });
  if (answer.status === 200 || answer.status === 202) return;
  const error = answered(`delete ${at}`, answer.status, answer.body, answer.headers["audit-id"]);
  if (!isAbsence(error, name) && !isStatus(error, 409)) throw error;
}
