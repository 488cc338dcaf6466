/**
 * Seals the trail once a minute on each replica: a seal signs the hash of all entries so far, and shows if Redis loses
 * or changes one. It then copies the newest seal to the hub, out of reach of an intruder in Redis, and trims entries older
 * than `audit.keep`.
 */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import type { HubNotes } from "../../hub/hub.ts";
import { readText, UNREADABLE } from "../../store/reading.ts";
import { openSeal, type Seal, signSeal } from "../../store/seals.ts";

/** Names of the notes on the hub: the newest seal, the one where the trimmed trail begins, and those that Redis lost. */
export const SEAL_NOTES = { newest: "trail-seal", anchor: "trail-anchor", lost: "trail-seal-lost" } as const;

const MOST_LOST = 20;
const Lost = z.array(z.string());

/** Returns the signed seals that the hub held and Redis did not, until an operator acknowledges them. */
export function readLostSeals(notes: HubNotes): string[] {
  const lost = readText(Lost, notes[SEAL_NOTES.lost]);
  return lost === UNREADABLE ? [notes[SEAL_NOTES.lost] ?? ""] : (lost ?? []);
}

/** Runs all of it once. Throws StoreAway, HubError: the rest is done a minute later. */
export async function sealTrail(bot: Bot): Promise<void> {
  const { seals } = bot.store;
  while (await seals.make());
  const newest = await seals.newest();
  if (newest === null || newest === UNREADABLE) return;
  await tellHub(bot, newest);
  await trimTrail(bot);
}

/** Copies the newest seal to the hub. If Redis lacks the seal there before, entries were lost or changed: that is noted too. */
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

/** Deletes old entries, after the anchor is on the hub: a trail that begins anywhere else was cut. */
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
