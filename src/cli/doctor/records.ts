/** Compares Redis with the hub: reports records that cannot be read, an empty Redis, and one that is an older copy. */
import { listAccounts, listBindings } from "../../hub/lists.ts";
import type { RequestId } from "../../request/ids.ts";
import type { Request } from "../../request/record.ts";
import type { Store } from "../../store/store.ts";
import { type Finding, fail, type HubSide, ok, warn } from "./finding.ts";

const RECORDS_CHECK = "redis records";

export async function checkRecords({ config, hub, store }: HubSide): Promise<Finding> {
  const owner = { instance: config.instance, namespace: config.hub.namespace };
  const ids = await store.unfinished();
  const unfinished = await store.readAll(ids);
  const unreadable = await findUnreadable(store, ids, unfinished);
  if (unreadable.length > 0)
    return fail(
      RECORDS_CHECK,
      `${unreadable.length} of ${ids.length} records cannot be read, such as ${unreadable[0]}: somebody changed them, or ` +
        "another version of the bot wrote them",
      "0.3.0 starts with an empty Redis; for a changed record see docs/operations.md",
    );
  const open = unfinished.filter(({ state }) => state !== "ending" && state !== "closed");
  const accounts = new Set((await listAccounts(hub, owner)).items.map(({ uid }) => uid));
  const granted = (await listBindings(hub, owner)).items.flatMap(({ id }) => id ?? []);
  const known = await store.readAll(granted);
  const unknown = granted.length - known.length;
  if (unknown > 0)
    return fail(
      RECORDS_CHECK,
      `${unknown} of ${granted.length} accesses on the hub have no record: this Redis was emptied, is an older copy, ` +
        "or is not the bot's. They were approved and keep their end, but cannot be ended from Slack",
      "Correct REDIS_URL; if the records are lost: npm run grants -- list, and npm run grants -- end",
    );
  const restored = open.filter(({ account }) => !accounts.has(account)).length;
  if (restored > 0)
    return warn(
      RECORDS_CHECK,
      `${restored} of ${open.length} open requests have no account on the hub: this Redis is an older copy. ` +
        "Nobody gets access by them: the bot closes each as restored",
      "Nothing, or correct REDIS_URL; people who still need access ask again",
    );
  if (open.length === 0)
    return ok(
      RECORDS_CHECK,
      "no request is open and no access is on the hub: a new Redis, or an emptied one, gives nobody access",
    );
  return ok(RECORDS_CHECK, `${open.length} open requests; each access on the hub has its record`);
}

/** Returns those that have a record, but are not among the records that could be read. */
async function findUnreadable(
  store: Store,
  ids: readonly RequestId[],
  read: readonly Request[],
): Promise<RequestId[]> {
  const known = new Set(read.map(({ id }) => id));
  const others = ids.filter((id) => !known.has(id));
  const versions = await Promise.all(others.map((id) => store.readVersion(id)));
  return others.filter((_, index) => versions[index] !== null);
}
