/** Lists this bot's bindings and accounts on the hub. */
import { z } from "zod";
import type { HubClient } from "./client.ts";
import { HubError, parseJson, REASON, readAnswer } from "./errors.ts";
import { Account, Binding, describeAccount, describeBinding } from "./grants.ts";
import type { AccountOnHub, BindingOnHub, HubList } from "./hub.ts";
import { instanceAccount, labelSelector, type Owner } from "./names.ts";

const PAGE_SIZE = "500";
/** A hundred thousand objects. A longer list is refused, as one that doesn't end. */
const MOST_PAGES = 200;
export const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
export const BINDINGS_PATH = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
export const accountsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;

export async function listAccounts(client: HubClient, owner: Owner): Promise<HubList<AccountOnHub>> {
  const selector = labelSelector(owner.instance);
  const described = Account.transform(({ metadata }) => describeAccount(owner, metadata));
  const list = await listPages(client, accountsPath(owner.namespace), selector, described, METADATA_ONLY);
  // The account with the instance's notes has the same labels.
  const items = list.items.filter(({ name }) => name !== instanceAccount(owner.instance));
  return { hubTime: list.hubTime, items };
}

export async function listBindings(client: HubClient, owner: Owner): Promise<HubList<BindingOnHub>> {
  const described = Binding.transform((one) => describeBinding(owner, one));
  return listPages(client, BINDINGS_PATH, labelSelector(owner.instance), described);
}

/** Throws if the list doesn't end, since nothing may be decided by a part of it. An empty `selector` selects all. */
export async function listPages<T>(
  client: HubClient,
  path: string,
  selector: string,
  item: z.ZodType<T>,
  accept = "application/json",
): Promise<HubList<T>> {
  const Page = z.object({
    kind: z.string().endsWith("List"),
    metadata: z.object({ continue: z.string().optional() }).default({}),
    items: z.array(item).nullish(),
  });
  const items: T[] = [];
  let hubTime: number | null = null;
  let next: string | undefined = "";
  for (let pages = 0; next !== undefined; pages++) {
    if (pages === MOST_PAGES) throw endless(path);
    const query = new URLSearchParams({ limit: PAGE_SIZE, ...(selector && { labelSelector: selector }) });
    if (next) query.set("continue", next);
    const answer = await client.get(`${path}?${query}`, { accept });
    const page: z.infer<typeof Page> = readAnswer(`list ${path}`, Page, parseJson(answer.text));
    hubTime ??= readAnswer(`list ${path}`, z.number(), Date.parse(answer.headers.date ?? ""));
    for (const one of page.items ?? []) items.push(one);
    next = page.metadata.continue || undefined;
  }
  return { hubTime: hubTime ?? 0, items };
}

const endless = (path: string): HubError =>
  new HubError("", 200, REASON.unreadable, {
    because: `list ${path}: more than ${MOST_PAGES} pages; nothing is decided on a part of it`,
  });
