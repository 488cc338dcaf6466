/**
 * Seals the trail. The newest seal, the one from which the trail goes on after a trim, and each that Redis lost are also
 * notes on the hub, out of reach of who can write to Redis alone.
 */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import type { HubNotes } from "../../hub/hub.ts";
import { DAY } from "../../request/durations.ts";
import { drawSeal } from "../../slack/messages/notices.ts";
import { readText, UNREADABLE } from "../../store/reading.ts";
import { openSeal, type Seal, signSeal } from "../../store/seals.ts";

/** Names of the notes. */
export const SEAL_NOTES = { newest: "trail-seal", anchor: "trail-anchor", lost: "trail-seal-lost" } as const;

const MOST_LOST = 20;
const Lost = z.array(z.string());

/** The seals that Redis did not hold although the hub did, as they were signed, until an operator acknowledges them. */
export function readLostSeals(notes: HubNotes): string[] {
  const lost = readText(Lost, notes[SEAL_NOTES.lost]);
  return lost === UNREADABLE ? [notes[SEAL_NOTES.lost] ?? ""] : (lost ?? []);
}

/** Throws StoreAway, SlackAway, SlackRefusal, HubError: what was not told is told a minute later. */
export async function sealTrail(bot: Bot): Promise<void> {
  const { seals } = bot.store;
  while (await seals.make());
  const newest = await seals.newest();
  if (newest === null || newest === UNREADABLE) return;
  await tellHub(bot, newest);
  await trimTrail(bot);
  await tellChannel(bot, newest);
}

/** A seal on the hub that Redis does not hold tells of lost or changed entries: that stays noted on the hub. */
async function tellHub(bot: Bot, newest: Seal): Promise<void> {
  const signed = signSeal(bot.store.signer, newest);
  const noted = (await bot.hub.readNotes())[SEAL_NOTES.newest];
  if (noted === signed) return;
  const onHub = openSeal(bot.store.signer, noted);
  const isLost = onHub === UNREADABLE || (onHub !== null && !(await bot.store.seals.has(onHub)));
  if (isLost && noted !== undefined) await noteLost(bot, noted);
  await bot.hub.changeNotes(() => ({ [SEAL_NOTES.newest]: signed }));
}

async function noteLost(bot: Bot, seal: string): Promise<void> {
  bot.log.error(
    { seal },
    "Redis does not hold the seal that the hub holds: what the trail said until then is lost or changed",
  );
  await bot.hub.changeNotes((notes) => {
    const lost = readLostSeals(notes);
    return lost.includes(seal) || lost.length >= MOST_LOST
      ? null
      : { [SEAL_NOTES.lost]: JSON.stringify([...lost, seal]) };
  });
  await bot.store.trail.add({ event: "seal.lost", id: null, at: bot.clock.now(), by: null, seal });
}

/** The anchor is on the hub before anything is deleted: a trail that begins anywhere else was cut. */
async function trimTrail(bot: Bot): Promise<void> {
  const { seals, signer } = bot.store;
  const anchor = await seals.newest(String((await bot.store.now()) - bot.config.audit.keep));
  if (anchor === null || anchor === UNREADABLE) return;
  const signed = signSeal(signer, anchor);
  await bot.hub.changeNotes((notes) =>
    notes[SEAL_NOTES.anchor] === signed ? null : { [SEAL_NOTES.anchor]: signed },
  );
  await seals.trim(anchor);
}

/** With `audit.checkpoint`, once a day. */
async function tellChannel(bot: Bot, newest: Seal): Promise<void> {
  if (bot.config.audit.checkpoint === undefined || (await bot.store.kept("seal-posted"))) return;
  const { channel, language } = bot.config.slack;
  await bot.slack.post(channel, drawSeal({ config: bot.config, locale: language }, newest));
  await bot.store.keep("seal-posted", newest.id, DAY);
}
