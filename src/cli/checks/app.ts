/** Redis holds the records of this bot, not those of another that has the same instance. */
import { isStoreAway } from "../../flow/ports.ts";
import { claimedBy } from "../../store/app.ts";
import type { Store } from "../../store/store.ts";
import { type Finding, fail } from "./finding.ts";

/** `botId`: as Slack names this bot. That Redis is away has its own finding. */
export async function checkApp(store: Pick<Store, "redis" | "keys">, botId: string): Promise<Finding[]> {
  try {
    const first = await claimedBy(store, botId);
    return first === botId ? [] : [ofAnother(store.keys.app, first, botId)];
  } catch (error) {
    if (isStoreAway(error)) return [];
    throw error;
  }
}

const ofAnother = (key: string, first: string, botId: string): Finding => ({
  ...fail(
    "redis instance",
    `what Redis holds of this instance is another Slack app's (its bot is ${first}, this one ${botId}): each would end the other's grants`,
    `Another bot: give it another \`instance\`. This one, by another app from now on: redis-cli set '${key}' ${botId}`,
  ),
  refuses: true,
});
