/** Accounts and bindings as they stand on the hub, whosever they are: read page by page, deleted by their uid. */
import { z } from "zod";
import { Metadata } from "../grants/names.ts";
import type { HubClient } from "./client.ts";
import { answered, HubError, isAbsence, isHubs, isStatus } from "./errors.ts";
import { listPages, type Paging, type ReadPage, readPage } from "./pages.ts";
import { ListedMetadata, PROTOBUF, readList } from "./protobuf.ts";

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

/** As far as it can be read. */
export interface Read {
  metadata: Metadata | undefined;
  object: HubObject | undefined;
}

const Bare = z.object({ metadata: Metadata });

export const readMetadata = (item: unknown): Metadata | undefined => Bare.safeParse(item).data?.metadata;

function readWhole(item: unknown): Read {
  const object = readObject(item);
  return { object, metadata: object?.metadata ?? readMetadata(item) };
}

// A server, or a proxy before it, that knows the one form only answers in it.
const EITHER = `${PROTOBUF},application/json`;

function readEither(body: unknown): ReadPage<Read> | undefined {
  if (!Buffer.isBuffer(body)) {
    const page = readPage(body);
    return page && { ...page, items: () => page.items().map(readWhole) };
  }
  const list = readList(body);
  return (
    list && { ...list, items: () => list.items().map((object) => ({ object, metadata: object?.metadata })) }
  );
}

/** Without looking at the others, where they were not looked at yet. */
export const annotationOf = (metadata: Metadata, name: string): string | undefined =>
  metadata instanceof ListedMetadata ? metadata.annotation(name) : metadata.annotations[name];

type Which = Pick<Paging, "signal" | "labelSelector">;

/** Page by page. Throws HubError, or the signal's reason. */
export async function* pagesAt(
  client: HubClient,
  path: string,
  paging: Which = {},
): AsyncGenerator<ReadPage<Read>> {
  yield* listPages(client, path, { ...paging, accept: EITHER }, readEither);
}

/** Throws HubError, or the signal's reason: what cannot be read hides nothing. */
export async function* objectsAt(
  client: HubClient,
  path: string,
  paging: Which = {},
): AsyncGenerator<HubObject> {
  for await (const { items } of pagesAt(client, path, paging))
    yield* items().map((read) => wholeOf(path, read));
}

/** Throws HubError. */
export function wholeOf(path: string, { object }: Read): HubObject {
  if (!object) throw new HubError(`list ${path}`, 200, "unreadable");
  return object;
}

/** Which object, and no other that came under its name. */
export interface ObjectAt {
  /** Of its kind. */
  path: string;
  name: string;
  uid: string;
}

export const objectPath = ({ path, name }: ObjectAt): string => `${path}/${encodeURIComponent(name)}`;

/**
 * This very object, by itself, since the Kubernetes client takes as long again for each of thousands. That it is gone
 * already is fine. Throws HubError, 409 where another stands there, or the signal's reason.
 */
export async function deleteExactly(
  client: HubClient,
  object: ObjectAt,
  signal?: AbortSignal,
  doing = `DELETE ${objectPath(object)}`,
): Promise<void> {
  const { name, uid } = object;
  // No controller runs on the hub: a foreground deletion would leave the object standing for ever.
  const body = { preconditions: { uid }, propagationPolicy: "Background" };
  const answer = await client.request(objectPath(object), { method: "DELETE", body, signal });
  if (isHubs(answer) && (answer.status === 200 || answer.status === 202)) return;
  const error = answered(doing, answer);
  if (!isAbsence(error, name)) throw error;
}

/** Also that another stands there is fine. Throws HubError, or the signal's reason. */
export async function deleteObject(client: HubClient, object: ObjectAt, signal?: AbortSignal): Promise<void> {
  try {
    await deleteExactly(client, object, signal, `delete ${objectPath(object)}`);
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
  }
}
