/** `audit verify`: every entry and seal is checked again, and the newest seal is compared with the hub's. */
import { createHash } from "node:crypto";
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import type { HubNotes } from "../../hub/hub.ts";
import { readLostSeals, SEAL_NOTES } from "../../life/trail/seal-trail.ts";
import { formatDuration } from "../../request/durations.ts";
import { UNREADABLE } from "../../store/reading.ts";
import { openSeal, SEALED_WITHIN, type Seal, sealedAt, sealHash } from "../../store/seals.ts";
import type { Signer } from "../../store/signed.ts";
import type { StoredEntry } from "../../store/trail.ts";
import { faultsInSignatures } from "./signatures.ts";
import { utcTime } from "./time.ts";

/**
 * Says what is missing or changed; resolves to whether nothing is, but what was acknowledged. `seal`: one that the
 * channel holds, to be compared too. Throws StoreAway.
 */
export async function verifyTrail(
  bot: Bot,
  seal: string | null,
  say: (line: string) => void,
): Promise<boolean> {
  const { newest, counts, faults, troubles, acknowledged } = await examineTrail(bot);
  const age = newest ? (await bot.store.now()) - sealedAt(newest) : null;
  const newestText =
    newest && age !== null ? `${timeText(newest)}, ${formatDuration(age)} old` : "of no time";
  say(`${counts.seals} seals over ${counts.entries} entries, the newest ${newestText}.`);
  if (seal !== null) faults.push(...(await compareSeal(bot, seal.trim(), say)));
  if (counts.unsealed > 0) say(`${counts.unsealed} entries since then are not sealed yet.`);
  const unknown = [...faults.filter((fault) => !acknowledged.has(fault)), ...troubles];
  // Also what is not to be seen any more, such as a seal that was lost.
  for (const [fault, by] of acknowledged) say(`${fault} (acknowledged by ${by})`);
  for (const fault of unknown) say(fault);
  if (unknown.length > 0) say("The trail is not whole.");
  else say(acknowledged.size > 0 ? "Nothing new: the rest of the trail is whole." : "The trail is whole.");
  return unknown.length === 0;
}

/** By its hash, as the channel shows it. */
async function compareSeal({ store }: Bot, hash: string, say: (line: string) => void): Promise<string[]> {
  for await (const { seal } of store.seals.read())
    if (seal !== UNREADABLE && seal.hash === hash) {
      say(`The trail holds that seal, of ${timeText(seal)}.`);
      return [];
    }
  return [
    `The trail does not hold the seal ${hash}: what it covers was lost or changed, or is older than audit.keep.`,
  ];
}

/**
 * `faults`: a sentence each on what was lost or changed, the same one each time it is found; `acknowledged`: fault → by
 * whom. `troubles`: what keeps the trail from being sealed or compared now; no acknowledgement covers them.
 */
export async function examineTrail(bot: Bot) {
  const notes = await bot.hub.readNotes().catch(nullIfAway);
  const reader = createEntryReader(bot);
  const { newest, seals, faults } = await examineSeals(bot, notes, reader);
  const sealedEntries = reader.count();
  const unsealed = await reader.read(newest, "+");
  faults.push(...reader.faults, ...lostFaults(bot, notes));
  return {
    newest,
    counts: { seals, entries: sealedEntries, unsealed: unsealed.length },
    faults: [...new Set(faults)],
    troubles: [...(await findSealingTroubles(bot)), ...(await compareWithHub(bot, newest, notes))],
    acknowledged: reader.acknowledged,
  };
}

async function findSealingTroubles({ store }: Bot): Promise<string[]> {
  const newest = await store.seals.newest();
  if (newest === UNREADABLE)
    return ["The newest seal in Redis was not made by this bot: nothing is sealed after it."];
  const isLate = (await store.trail.waiting(newest?.id ?? null)) > SEALED_WITHIN;
  return isLate
    ? [
        "Entries older than five minutes, or of a time to come, are not sealed: something keeps the bot from it.",
      ]
    : [];
}

function nullIfAway(error: unknown): null {
  if (error instanceof HubError) return null;
  throw error;
}

async function examineSeals(bot: Bot, notes: HubNotes | null, reader: EntryReader) {
  const anchor = openSeal(bot.store.signer, notes?.[SEAL_NOTES.anchor]);
  const faults: string[] = [];
  let seals = 0;
  let newest: Seal | null = null;
  for await (const { id, seal } of bot.store.seals.read()) {
    seals += 1;
    if (seal === UNREADABLE) {
      faults.push(`${timeText({ id })}: seal ${id} was not made by this bot.`);
      continue;
    }
    // The oldest seal outlives its entries, and the hub knows which one that is.
    const isAnchor = newest === null && anchor !== null && anchor !== UNREADABLE && anchor.hash === seal.hash;
    if (!isAnchor) faults.push(...faultsIn(seal, newest, await reader.read(newest, seal.id)));
    newest = seal;
  }
  return { newest, seals, faults };
}

type EntryReader = ReturnType<typeof createEntryReader>;

/** Reads entries in their order, and notes what is wrong with each by itself. */
function createEntryReader(bot: Bot) {
  const faults: string[] = [];
  const acknowledged = new Map<string, string>();
  const seen = new Set<string>();
  let count = 0;

  const examine = async (entry: StoredEntry): Promise<void> => {
    const said = bot.store.trail.open(entry);
    if (said === UNREADABLE) {
      faults.push(`${timeText(entry)}: entry ${entry.id} was not written by this bot.`);
      return;
    }
    const { version, event, by, faults: known } = said;
    // What changes no record has no version.
    const change = typeof version === "string" ? `${said.id} ${version}` : entry.text;
    if (seen.has(change)) faults.push(`${timeText(entry)}: entry ${entry.id} is a copy.`);
    seen.add(change);
    for (const fault of await faultsInSignatures(bot.config, said))
      faults.push(`${timeText(entry)}: ${fault}`);
    if (event === "trail.acknowledged" && Array.isArray(known))
      for (const fault of known) acknowledged.set(String(fault), by ?? "nobody");
  };

  return {
    faults,
    acknowledged,
    count: () => count,
    /** After one seal's last entry, up to another's. */
    async read(after: Seal | null, to: string): Promise<StoredEntry[]> {
      const entries: StoredEntry[] = [];
      for await (const entry of bot.store.trail.read(after ? `(${after.id}` : "-", to)) {
        entries.push(entry);
        await examine(entry);
        count += 1;
      }
      return entries;
    },
  };
}

const timeText = (sealed: { id: string }): string => `${utcTime(sealedAt(sealed))} UTC`;

/** Each names the hash of what is there now: what is changed once more after it was acknowledged is another fault. */
function faultsIn(seal: Seal, before: Seal | null, entries: StoredEntry[]): string[] {
  const found = sealHash(before, entries);
  if (found === seal.hash) return [];
  const when = `${before ? `After ${timeText(before)} until` : "Until"} ${timeText(seal)}`;
  const missing = seal.count - entries.length;
  const now = `(now ${found.slice(0, 12)})`;
  if (missing > 0) return [`${when}: ${missing} of ${seal.count} entries are missing ${now}.`];
  if (missing < 0) return [`${when}: ${-missing} entries were added ${now}.`];
  return [`${when}: entries, or their seal, were changed ${now}.`];
}

const lostFaults = ({ store }: Bot, notes: HubNotes | null): string[] =>
  readLostSeals(notes ?? {}).map((signed) => lostFault(store.signer, signed));

async function compareWithHub(
  { store }: Bot,
  newest: Seal | null,
  notes: HubNotes | null,
): Promise<string[]> {
  if (notes === null) return ["Karpor does not answer: the newest seal was compared with nothing."];
  const onHub = openSeal(store.signer, notes[SEAL_NOTES.newest]);
  if (onHub === null) return newest ? ["Karpor holds no seal to compare with."] : [];
  if (onHub === UNREADABLE) return ["The seal that Karpor holds was not made by this bot."];
  if (await store.seals.has(onHub)) return [];
  const isLater = newest === null || sealedAt(onHub) > sealedAt(newest);
  const what = isLater
    ? "Redis ends before it: entries are missing"
    : "Redis holds another one: seals were changed";
  return [`Karpor holds the seal of ${timeText(onHub)}, and ${what}.`];
}

/** The bot itself saw that Redis did not hold a seal that the hub held. */
export function lostFault(signer: Signer, signed: string): string {
  const seal = openSeal(signer, signed);
  if (seal === null || seal === UNREADABLE) {
    const digest = createHash("sha256").update(signed).digest("hex");
    return `Karpor held a seal (${digest.slice(0, 12)}) that was not made by this bot.`;
  }
  return `${timeText(seal)}: Redis lost this seal (${seal.hash.slice(0, 12)}) and what it covers, or was restored from a copy.`;
}
