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
  /** The bot may not look at the account itself: it is told once, and once more after each rotation. */
  const olderBot = (name: string, seenAt: number): ForeignObject => {
    const account = { namespace: botNamespace(namespace), name };
    const uid = `${accountId(account)} before ${newest}`;
    return { kind: "ServiceAccount", ...account, uid, createdAt: seenAt, older: true };
  };
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
      Math.abs(now - seenAt) < TOLD_AFTER_MS ? [] : [olderBot(name, seenAt)],
    );
  };
}
