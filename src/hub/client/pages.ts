/** A list of the hub, page by page, as it comes: memory does not grow with what stands there. */
import { z } from "zod";
import type { HubClient } from "./client.ts";
import { answered, HubError } from "./errors.ts";

const PAGE = 500;
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
  items: readonly T[];
}

/** Undefined where it is no list. */
export function readPage(body: unknown): ReadPage<unknown> | undefined {
  const page = Page.safeParse(body).data;
  return page && { ...page, items: page.items ?? [] };
}

export interface Paging {
  signal?: AbortSignal | undefined;
  labelSelector?: string;
  accept?: string;
  /** Is told of which moment the list is: a watch goes on from there. */
  version?: (resourceVersion: string | undefined) => void;
}

/** Throws HubError, or the signal's reason. */
export async function* listPages<T>(
  client: HubClient,
  path: string,
  { signal, labelSelector, accept, version }: Paging,
  read: (body: unknown) => ReadPage<T> | undefined,
): AsyncGenerator<readonly T[]> {
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (labelSelector) query.set("labelSelector", labelSelector);
    if (next) query.set("continue", next);
    const answer = await client.request(`${path}?${query}`, { signal, accept });
    if (answer.status !== 200)
      throw answered(`list ${path}`, answer.status, answer.body, answer.headers["audit-id"]);
    const page = read(answer.body);
    if (!page) throw new HubError(`list ${path}`, 200, "unreadable");
    version?.(page.metadata.resourceVersion);
    yield page.items;
    next = page.metadata.continue;
  } while (next);
}
