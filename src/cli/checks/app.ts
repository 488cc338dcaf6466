/** Redis holds the records of this bot, not those of another that has the same instance. */
import { isStoreAway } from "../../flow/ports.ts";
import { claimedBy, isKnownToken, noteToken } from "../../store/app.ts";
import type { Store } from "../../store/store.ts";
import { type Finding, fail } from "./finding.ts";

/** Whether the records are this bot's, as far as can be known. */
export interface Ownership {
  isOurs: boolean;
  findings: Finding[];
}

/** `botId`: as Slack names this bot; null where it does not, and then `token` tells. That Redis is away has its own finding. */
export async function checkApp(
  store: Pick<Store, "redis" | "keys">,
  botId: string | null,
  token: string,
): Promise<Ownership> {
  try {
    if (botId === null) return await byToken(store, token);
    const first = await claimedBy(store, botId);
    if (first !== botId) return { isOurs: false, findings: [ofAnother(store.keys.app, first, botId)] };
    await noteToken(store, botId, token);
    return { isOurs: true, findings: [] };
  } catch (error) {
    if (isStoreAway(error)) return { isOurs: false, findings: [] };
    throw error;
  }
}

async function byToken(store: Pick<Store, "redis" | "keys">, token: string): Promise<Ownership> {
  const isOurs = await isKnownToken(store, token);
  return { isOurs, findings: isOurs ? [] : [UNTOLD] };
}

const UNTOLD = fail(
  "redis owner",
  "whether what Redis holds of this instance is this bot's is not known, for Slack does not say, and knew that bot by another token: it is left alone, and what is over is ended from the hub alone",
  "Mend what keeps Slack from saying who the bot is, or put back the SLACK_BOT_TOKEN that it took before",
);

const ofAnother = (key: string, first: string, botId: string): Finding => ({
  ...fail(
    "redis instance",
    `what Redis holds of this instance is another Slack app's (its bot is ${first}, this one ${botId}): each would end the other's grants`,
    `Another bot: give it another \`instance\`. This one, by another app from now on: redis-cli set '${key}' ${botId}`,
  ),
  refuses: true,
});
