/** The bot's accounts on the hub: one, and while a rotation runs, or where one did not finish, two. */
import { botAccountName, botClusterRole, botGenerationOf, botNamespace } from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { type ObjectAt, objectsAt } from "../../hub/client/objects.ts";
import { accountsPath, BINDINGS_PATH } from "../../hub/grants/find.ts";

export interface BotAccount extends ObjectAt {
  generation: number;
  namespace: string;
  /** It has the bot's rights. */
  bound: boolean;
}

/** The oldest first. Throws HubError. */
export async function botAccounts(client: HubClient, namespace: string): Promise<BotAccount[]> {
  const bound = await boundNames(client, namespace);
  const path = accountsPath({ namespace: botNamespace(namespace) });
  const found: BotAccount[] = [];
  for await (const { metadata } of objectsAt(client, path)) {
    const { name, uid } = metadata;
    const generation = botGenerationOf(namespace, name);
    if (generation === null) continue;
    found.push({ path, name, uid, generation, namespace: botNamespace(namespace), bound: bound.has(name) });
  }
  return found.sort((a, b) => a.generation - b.generation);
}

async function boundNames(client: HubClient, namespace: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { roleRef, subjects } of objectsAt(client, BINDINGS_PATH))
    if (roleRef?.name === botClusterRole(namespace))
      for (const one of subjects ?? []) if (one.namespace === botNamespace(namespace)) names.add(one.name);
  return names;
}

/** Whose rights a set-up keeps: those in use, or where none are, those of the newest account. */
export function generationsInUse(accounts: readonly BotAccount[]): number[] {
  const bound = accounts.filter((one) => one.bound).map(({ generation }) => generation);
  return bound.length > 0 ? bound : [accounts.at(-1)?.generation ?? 1];
}

export const botAccount = (namespace: string, generation: number) => ({
  name: botAccountName(namespace, generation),
  namespace: botNamespace(namespace),
});
