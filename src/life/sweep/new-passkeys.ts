/**
 * Tells a person and the approvals channel when a passkey of theirs is new in the file: somebody else may have added it.
 * Each second sweep looks. It changes no record; Redis keeps digests of the passkeys that were told.
 */
import { createHash } from "node:crypto";
import type { Bot } from "../../bot.ts";
import { type Passkey, passkeyLine } from "../../policy/passkeys.ts";
import { DAY, MINUTE } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import { drawNewPasskey } from "../../slack/messages/notices.ts";
import { SlackRefusal } from "../../slack/slack.ts";

const KNOWN = "known-passkeys";
const KNOWN_FOR = 3650 * DAY;
const TOLD_WITHIN = MINUTE;

/** Tells of the new ones; an emptied Redis has all told again. Throws StoreAway, SlackAway; SlackRefusal of the channel. */
export async function tellNewPasskeys(bot: Bot): Promise<void> {
  const passkeys = Object.values(bot.config.passkeys).flatMap((some = []) => some);
  if (passkeys.length === 0) return;
  const digests = passkeys.map(digestFor).sort().join(" ");
  const known = (await bot.store.kept(KNOWN)) ?? "";
  if (known === digests) return;
  const fresh = passkeys.filter((passkey) => !known.includes(digestFor(passkey)));
  // Each replica finds them, and one of them tells.
  if (fresh.length > 0 && !(await bot.store.once(`told:passkeys:${digests}`, TOLD_WITHIN))) return;
  for (const user of new Set(fresh.map((passkey) => passkey.user))) await tellPasskey(bot, user);
  await bot.store.keep(KNOWN, digests, KNOWN_FOR);
}

const digestFor = (passkey: Passkey): string =>
  createHash("sha256").update(passkeyLine(passkey)).digest("base64url").slice(0, 22);

async function tellPasskey(bot: Bot, user: UserId): Promise<void> {
  const { config, slack, log } = bot;
  const { channel, language } = config.slack;
  log.warn({ user }, "a passkey of theirs is new in the configuration");
  await slack.post(channel, drawNewPasskey({ config, locale: language }, user));
  try {
    const own = drawNewPasskey({ config, locale: await slack.localeFor(user) }, null);
    await slack.post(await slack.openDm(user), own);
  } catch (error) {
    // A person who left, or closed their DM, is not told; the channel is.
    if (!(error instanceof SlackRefusal)) throw error;
  }
}
