/** `setup --rotate`: another account for the bot; whoever had the old one's token has nothing afterwards. */
import { resolve } from "node:path";
import { SECOND } from "../../domain/duration.ts";
import { accountId } from "../../hub/grants/whose.ts";
import { describeObject } from "../checks/foreign.ts";
import { type BotAccount, botAccount, botAccounts } from "./accounts.ts";
import { applyAll } from "./apply.ts";
import {
  endGrants,
  foreignNow,
  grantsNow,
  removeBindingsOf,
  removeForeign,
  removeUntilNone,
} from "./clear.ts";
import type { SetupContext } from "./index.ts";
import { objectsFor } from "./objects.ts";
import { assertKubeconfig, assertOwner } from "./others.ts";
import { writeOwn } from "./own.ts";
import { removeAll } from "./remove.ts";
import { generationIn, kubeconfigPath, ownStanding } from "./standing.ts";

/** The hub trusts a token that it saw good for 10 s more. */
const TOKEN_DEAD_AFTER_MS = 11 * SECOND;

/** Throws HubError, or one sentence that says what to do; run again, it finishes what was begun. */
export async function rotate(context: SetupContext): Promise<void> {
  const { config, client, means } = context;
  await assertOwner(context);
  await assertKubeconfig(context);
  const old = await botAccounts(client, config.hub.namespace);
  const newest = old.at(-1);
  if (!newest)
    throw new Error("The hub has no account of the bot to replace: run setup without --rotate first.");
  // A hub that was restored has forgotten the last: no name is used again.
  const known = (await ownStanding(context)).map((one) => generationIn(one, config.hub.namespace));
  const next = Math.max(newest.generation, ...known) + 1;
  await agree(context, old, next);

  await removeForeign(context);
  const all = [...old.map(({ generation }) => generation), next];
  await applyAll(client, objectsFor(config, all), means.say);
  await writeOwn(context, next);
  await awaitInPlace(context);
  await removeAll(client, old);
  for (const one of old) means.say(`  removed    ServiceAccount ${accountId(one)}, and its tokens with it`);
  // Until then the bot, which reads its kubeconfig anew when it is refused, would be told that it may not.
  await means.clock.sleep(TOKEN_DEAD_AFTER_MS);
  await applyAll(client, objectsFor(config, [next]), means.say);
  await removeBindingsOf(context, old);
  if (!context.options.keepGrants) await endGrants(context);
  await removeUntilNone(context);
}

/** Says all that goes, and asks once. */
async function agree(context: SetupContext, old: readonly BotAccount[], next: number): Promise<void> {
  const { config, options, means } = context;
  means.say(
    `  replace    ${old.map(accountId).join(", ")}, by ${accountId(botAccount(config.hub.namespace, next))}`,
  );
  for (const one of await foreignNow(context)) means.say(`  remove     ${describeObject(one)}`);
  const { accounts } = await grantsNow(context);
  if (accounts.length > 0)
    means.say(`  ${options.keepGrants ? KEPT(accounts.length) : ENDED(accounts.length)}`);
  if (!(await means.confirm("Go on?"))) throw new Error("Nothing was changed.");
}

const ENDED = (count: number) =>
  `end        ${count} live grants: whoever had the bot's token could make tokens for their accounts. Their holders are told, and may ask again`;
const KEPT = (count: number) =>
  `keep       ${count} live grants: tokens that a thief made for their accounts work until each grant ends`;

/** Where the bot reads it only the operator knows: of a file, too, a copy may be in a Secret. */
async function awaitInPlace(context: SetupContext): Promise<void> {
  const { means, config } = context;
  const { kubeconfig } = config.hub;
  const path = kubeconfigPath(context);
  if (kubeconfig && resolve(kubeconfig) !== path)
    means.say(`             then: put it in the place of ${kubeconfig}`);
  if (!(await means.confirm("Is the new kubeconfig where the bot reads it? The old account goes now.")))
    throw new Error("Both accounts stand now. Run setup --rotate again: it makes a third, and removes both.");
}
