/** Draws the cards of lockdowns in the approvals channel: posted when one is set, edited when it is lifted. */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { EVERYBODY, type Lockdown, Locked } from "../../policy/lockdown.ts";
import { DAY, SECOND } from "../../request/durations.ts";
import { drawLockdown } from "../../slack/messages/notices.ts";
import { orNull, readText } from "../../store/reading.ts";
import { accessApprovedBy } from "./enforce.ts";
import { readLockdowns } from "./read.ts";

/** Each card, and the hash of the entry that it shows; empty once it says that it was unlocked. */
const Cards = z.partialRecord(Locked, z.object({ hash: z.string(), channel: z.string(), ts: z.string() }));
const CARDS = "lockdown-cards";
const YEAR = 365 * DAY;

/** One replica draws; if it dies, another one draws after this time. */
const DRAWING = "lockdown-cards-drawing";
const DRAWN_WITHIN = 20 * SECOND;

/** Draws each card that isn't up to date. Throws StoreAway, SlackAway, SlackRefusal. */
export async function drawLockdowns(bot: Bot): Promise<void> {
  if (!(await bot.store.once(DRAWING, DRAWN_WITHIN))) return;
  try {
    await drawEach(bot);
  } finally {
    await bot.store.forget(DRAWING);
  }
}

async function drawEach(bot: Bot): Promise<void> {
  const { slack, store, config } = bot;
  const held = await readLockdowns(bot);
  const cards = orNull(readText(Cards, await store.kept(CARDS))) ?? {};
  for (const whom of new Set([...held.keys(), ...(Object.keys(cards) as Locked[])])) {
    const [entry, card] = [held.get(whom), cards[whom]];
    if (entry && entry.hash === card?.hash) continue;
    const shown = entry ?? (await store.lockdowns.readUnlock(card?.hash ?? ""));
    if (!shown) continue;
    const message = await drawOne(bot, whom, shown, entry !== undefined);
    const isEdited = !entry && card && (await slack.update(card, message));
    const place = isEdited ? card : await slack.post(config.slack.channel, message);
    cards[whom] = { ...place, hash: entry?.hash ?? "" };
    await store.keep(CARDS, JSON.stringify(cards), YEAR);
  }
}

async function drawOne(bot: Bot, whom: Locked, { by, words, at }: Lockdown, locked: boolean) {
  const { config, slack } = bot;
  const resting = locked && whom !== EVERYBODY ? await accessApprovedBy(bot, whom) : [];
  const name = slack.knownName(whom) ?? "";
  return drawLockdown(
    { config, locale: config.slack.language },
    { whom, name, locked, by, words, at, resting },
  );
}
