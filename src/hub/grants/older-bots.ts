/** Older accounts of the bot that have its rights still: a rotation did not finish, or the hub was restored from before its end. */
import { MINUTE } from "../../domain/duration.ts";
import type { ForeignObject } from "../../flow/ports.ts";
import { botGenerationOf, botNamespace } from "../bot-account.ts";
import { identityOf } from "../kubeconfig/identity.ts";
import { accountId, type ForeignScope } from "./whose.ts";

/** In the midst of a rotation the operator is waited for. */
const TOLD_AFTER_MS = 15 * MINUTE;

/** Is shown at each look which accounts have the bot's rights; what it answers has stood so for longer. */
export type OlderBots = (bots: readonly string[]) => ForeignObject[];

export function createOlderBots({
  client,
  clock,
  namespace,
}: Pick<ForeignScope, "client" | "clock" | "namespace">): OlderBots {
  /** The bot may be put back onto an older one. */
  let newest = 0;
  let since = new Map<string, number>();
  const isOlder = (name: string) => {
    const generation = botGenerationOf(namespace, name);
    return generation !== null && generation < newest;
  };
  return (bots) => {
    const token = client.token();
    const self = token && identityOf(token);
    if (self?.namespace === botNamespace(namespace))
      newest = Math.max(newest, botGenerationOf(namespace, self.name) ?? 0);
    const now = clock.now();
    since = new Map(bots.filter(isOlder).map((name) => [name, since.get(name) ?? now]));
    return [...since].flatMap(([name, seenAt]) =>
      Math.abs(now - seenAt) < TOLD_AFTER_MS ? [] : [olderBot(namespace, name, seenAt)],
    );
  };
}

/** The bot may not look at the account itself; no later one bears its name. */
function olderBot(namespace: string, name: string, seenAt: number): ForeignObject {
  const account = { namespace: botNamespace(namespace), name };
  return { kind: "ServiceAccount", ...account, uid: accountId(account), createdAt: seenAt, older: true };
}
