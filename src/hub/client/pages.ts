/** A list of the hub, page by page, as it comes: memory does not grow with what stands there. */
import { z } from "zod";
import type { HubClient } from "./client.ts";
import { answered, HubError, TOO_LONG } from "./errors.ts";

/** Objects of a page; fewer where so many are too long for one answer, down to what fits whatever they hold. */
const PAGES = [500, 50, 5];
// A proxy may answer with JSON of its own, which must not pass for an empty list.
const Page = z.object({
  kind: z.enum([
    "PartialObjectMetadataList",
    "ServiceAccountList",
    "ClusterRoleBindingList",
    "RoleBindingList",
    "ClusterRoleList",
  ]),
  metadata: z.object({ continue: z.string().optional(), resourceVersion: z.string().optional() }).default({}),
  items: z.array(z.unknown()).nullish(),
});

export interface ReadPage<T> {
  metadata: { continue?: string | undefined; resourceVersion?: string | undefined };
  /** Where somebody looks at them: of a page that only waits, nothing is held but its bytes. */
  items(): readonly T[];
}

/** Undefined where it is no list. */
export function readPage(body: unknown): ReadPage<unknown> | undefined {
  const page = Page.safeParse(body).data;
  return page && { metadata: page.metadata, items: () => page.items ?? [] };
}

export interface Paging {
  signal?: AbortSignal | undefined;
  labelSelector?: string;
  accept?: string;
}

/** Throws HubError, or the signal's reason. */
export async function* listPages<T>(
  client: HubClient,
  path: string,
  { labelSelector, ...asked }: Paging,
  read: Read<T>,
): AsyncGenerator<ReadPage<T>> {
  let next: string | undefined;
  do {
    const query = new URLSearchParams();
    if (labelSelector) query.set("labelSelector", labelSelector);
    if (next) query.set("continue", next);
    const page = await shortPageOf(client, path, query, asked, read);
    yield page;
    next = page.metadata.continue;
  } while (next);
}

/** Of which moment the list is now: a watch goes on from there. Throws HubError, or the signal's reason. */
export async function versionNow(client: HubClient, path: string, signal: AbortSignal): Promise<string> {
  const { metadata } = await pageOf(client, path, new URLSearchParams({ limit: "1" }), { signal }, readPage);
  if (!metadata.resourceVersion) throw new HubError(`list ${path}`, 200, "unreadable");
  return metadata.resourceVersion;
}

type Read<T> = (body: unknown) => ReadPage<T> | undefined;

async function shortPageOf<T>(
  ...[client, path, query, ...how]: Parameters<typeof pageOf<T>>
): Promise<ReadPage<T>> {
  const [limit = 1, ...fewer] = PAGES.filter((one) => one < Number(query.get("limit") ?? Infinity));
  query.set("limit", String(limit));
  try {
    return await pageOf(client, path, query, ...how);
  } catch (error) {
    const isTooLong = error instanceof HubError && error.reason === TOO_LONG;
    if (!isTooLong || fewer.length === 0) throw error;
    return shortPageOf(client, path, query, ...how);
  }
}

async function pageOf<T>(
  client: HubClient,
  path: string,
  query: URLSearchParams,
  asked: Pick<Paging, "signal" | "accept">,
  read: Read<T>,
): Promise<ReadPage<T>> {
  const answer = await client.request(`${path}?${query}`, asked);
  const page = answer.status === 200 ? read(answer.body) : undefined;
  if (page) return page;
  throw answered(`list ${path}`, answer);
}
