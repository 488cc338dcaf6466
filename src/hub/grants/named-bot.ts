/** Whether a user of the hub is the account of another bot, one that hub.instances names. */
import { accountOf } from "../../domain/hub-write.ts";
import { botGenerationOf, grantsNamespace } from "../bot-account.ts";
import { ownerOf } from "./owner.ts";
import type { ForeignScope } from "./whose.ts";

/** Throws HubError. */
export async function isNamedBot(
  { client, instances }: Pick<ForeignScope, "client" | "instances">,
  who: string,
): Promise<boolean> {
  const account = accountOf(who);
  const namespace = account && grantsNamespace(account.namespace);
  if (!namespace || instances.length === 0 || botGenerationOf(namespace, account.name) === null) return false;
  const owner = await ownerOf(client, namespace);
  return owner !== null && instances.includes(owner);
}
