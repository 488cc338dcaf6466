/** A hub that was restored from before a rotation: the account whose token was stolen stands again, and the bot's own does not. */
import { accountId } from "../../hub/grants/whose.ts";
import { type BotAccount, generationsInUse } from "./accounts.ts";
import type { SetupContext } from "./index.ts";
import { generationIn, type Standing } from "./standing.ts";

/** `standing`: the bot's kubeconfigs, which know how far it had come. Throws one sentence that says what to do. */
export function assertNotRestored(
  { config }: Pick<SetupContext, "config">,
  accounts: readonly BotAccount[],
  standing: readonly Standing[],
): void {
  // One that was made anew has none of them, and takes no token of before.
  if (accounts.length === 0) return;
  const newest = generationsInUse(accounts).at(-1) ?? 1;
  const later = standing.find((one) => generationIn(one, config.hub.namespace) > newest);
  if (!later) return;
  throw new Error(
    `${later.name} holds the token of ${accountId(later.self)}, and the hub gives the bot's rights to an older account alone: ` +
      "it was restored from before a rotation, and whoever had the older one's token has it again. Nothing was changed. Run: npm run setup -- --rotate",
  );
}
