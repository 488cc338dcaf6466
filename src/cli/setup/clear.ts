/** What a thief of the bot's token may have made is taken off the hub: foreign objects, live grants, and what names the old accounts. */
import { SECOND } from "../../domain/duration.ts";
import type { ForeignObject } from "../../flow/ports.ts";
import { botClusterRole } from "../../hub/bot-account.ts";
import { type ObjectAt, objectsAt, type Subject } from "../../hub/client/objects.ts";
import { accountsPath, BINDINGS_PATH } from "../../hub/grants/find.ts";
import { surveyHub } from "../../hub/grants/foreign.ts";
import { keyOf, selector } from "../../hub/grants/names.ts";
import { accountId } from "../../hub/grants/whose.ts";
import { describeObject, foreignScope } from "../checks/foreign.ts";
import { shellWord } from "../shell.ts";
import type { BotAccount } from "./accounts.ts";
import type { SetupContext } from "./index.ts";
import { removeAll } from "./remove.ts";

/** A hub of several replicas takes a moment to know that a binding is gone. */
const SETTLED_AFTER_MS = SECOND;
const ROUNDS = 10;

export const foreignNow = async ({ client, config, means }: SetupContext): Promise<ForeignObject[]> =>
  (await surveyHub({ ...foreignScope(client, config, means.clock), strict: true })).foreign;

/** Resolves to whether there was any. Those first that can make others. */
export async function removeForeign(context: SetupContext): Promise<boolean> {
  const { client, config, means } = context;
  const found = await foreignNow(context);
  const own = botClusterRole(config.hub.namespace);
  const waveOf = ({ kind, clusterRole }: ForeignObject) =>
    kind === "ServiceAccount" ? "accounts" : clusterRole === own ? "makers" : "bindings";
  const waves = Map.groupBy(found, waveOf);
  for (const wave of ["makers", "bindings", "accounts"] as const) {
    const objects = waves.get(wave) ?? [];
    await removeAll(
      client,
      objects.map((one) => ({ ...one, path: collectionOf(one) })),
    );
    for (const one of objects) means.say(`  removed    ${describeObject(one)}`);
  }
  return found.length > 0;
}

const collectionOf = ({ namespace }: Pick<ForeignObject, "namespace">): string =>
  namespace === undefined ? BINDINGS_PATH : accountsPath({ namespace });

/** What was made while the old token still worked goes too. */
export async function removeUntilNone(context: SetupContext): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await context.means.clock.sleep(SETTLED_AFTER_MS);
    if (!(await removeForeign(context))) return;
  }
  throw new Error(
    "Others go on making what was removed, with rights that are not the bot's: npm run doctor lists it.",
  );
}

export async function grantsNow({ client, config }: SetupContext) {
  const { instance, hub } = config;
  const at = async (path: string): Promise<ObjectAt[]> => {
    const found: ObjectAt[] = [];
    for await (const { metadata } of objectsAt(client, path, { labelSelector: selector(instance) }))
      if (keyOf(instance, metadata)) found.push({ path, name: metadata.name, uid: metadata.uid });
    return found;
  };
  const [bindings, accounts] = await Promise.all([at(BINDINGS_PATH), at(accountsPath(hub))]);
  return { bindings, accounts };
}

export async function endGrants(context: SetupContext): Promise<void> {
  const { bindings, accounts } = await grantsNow(context);
  await removeAll(context.client, bindings);
  await removeAll(context.client, accounts);
  if (accounts.length > 0) context.means.say(`  removed    ${accounts.length} live grants`);
}

const ROLE_BINDINGS = "/apis/rbac.authorization.k8s.io/v1/rolebindings";

/** Whatever else was bound to them alone: their names are not used again. */
export async function removeBindingsOf(
  { client, means }: SetupContext,
  old: readonly BotAccount[],
): Promise<void> {
  const names = new Set(old.map(accountId));
  const isOld = (one: Subject) => one.kind === "ServiceAccount" && names.has(accountId(one));
  for (const path of [BINDINGS_PATH, ROLE_BINDINGS])
    for await (const { metadata, subjects } of objectsAt(client, path)) {
      if (!subjects?.length || !subjects.every(isOld)) continue;
      const { name, uid, namespace } = metadata;
      const at = namespace ? path.replace(/(?=rolebindings$)/, `namespaces/${namespace}/`) : path;
      await removeAll(client, [{ path: at, name, uid }]);
      const what = namespace ? `RoleBinding ${namespace}/` : "ClusterRoleBinding ";
      means.say(`  removed    ${what}${shellWord(name)}`);
    }
}
