/** Accounts and bindings in step: the hub lists both by name, so the two of one grant come soon after each other, and little is held. */
import { ahead } from "../../ahead.ts";
import { pagesAt, type Read } from "../client/objects.ts";
import { accountsPath, BINDINGS_PATH, type Hub } from "./find.ts";

export interface KindPage {
  kind: "account" | "binding";
  path: string;
  page: readonly Read[];
}

/** Every account of the grants' namespace, and every binding. Throws HubError, or the signal's reason. */
export async function* sideBySide(
  hub: Pick<Hub, "client" | "namespace">,
  signal?: AbortSignal,
): AsyncGenerator<KindPage> {
  const open = (kind: KindPage["kind"], path: string) => {
    const pages = pagesAt(hub.client, path, { signal });
    return { kind, path, pages, coming: ahead(pages), last: "" };
  };
  let lists = [open("account", accountsPath(hub)), open("binding", BINDINGS_PATH)];
  while (lists.length > 0) {
    const behind = lists.reduce((a, b) => (b.last < a.last ? b : a));
    const { done, value } = await behind.coming;
    if (done) lists = lists.filter((list) => list !== behind);
    else {
      behind.coming = ahead(behind.pages);
      const page = value.items();
      behind.last = page.at(-1)?.metadata?.name ?? behind.last;
      yield { kind: behind.kind, path: behind.path, page };
    }
  }
}
