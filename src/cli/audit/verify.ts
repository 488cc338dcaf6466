/** `audit verify`: every entry and seal is checked again, and the newest seal is compared with the hub's. */
import { createHash } from "node:crypto";
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import type { HubNotes } from "../../hub/hub.ts";
import { readLostSeals, SEAL_NOTES } from "../../life/trail/seal-trail.ts";
import { formatDuration } from "../../request/durations.ts";
import { orNull, UNREADABLE } from "../../store/reading.ts";
import { openSeal, SEALED_WITHIN, type Seal, sealedAt, sealHash } from "../../store/seals.ts";
import type { Signer } from "../../store/signed.ts";
import type { StoredEntry } from "../../store/trail.ts";
import { replaceError } from "../open.ts";
import type { CommandMeans } from "../options.ts";
import { utcTime } from "../print.ts";
import { faultsInSignatures } from "./signatures.ts";

/** Says what is missing or changed; resolves to whether everything that is was acknowledged. Throws StoreAway. */
export async function verifyTrail(bot: Bot, say: CommandMeans["say"]): Promise<boolean> {
  const { newest, seals, entries, unsealed, faults, troubles, acknowledged } = await examineTrail(bot);
  const newestText = newest
    ? `${timeText(newest)}, ${formatDuration((await bot.store.now()) - sealedAt(newest))} old`
    : "of no time";
  say(`${seals} seals over ${entries} entries, the newest ${newestText}.`);
  if (unsealed > 0) say(`${unsealed} entries since then are not sealed yet.`);
  const unknown = [...faults.filter((fault) => !acknowledged.has(fault)), ...troubles];
  // Also what is not to be seen any more, such as a seal that was lost.
  for (const [fault, by] of acknowledged) say(`${fault} (acknowledged by ${by})`);
  for (const fault of unknown) say(fault);
  if (unknown.length > 0) say("The trail is not whole.");
  else say(acknowledged.size > 0 ? "Nothing new: the rest of the trail is whole." : "The trail is whole.");
  return unknown.length === 0;
}

/**
 * `entries`: sealed ones; `unsealed`: those since the newest seal. `faults`: a sentence each on what was lost or changed,
 * the same one each time it is found; `acknowledged`: fault → by whom. `troubles`: what keeps the trail from being sealed
 * or compared now; no acknowledgement covers them.
 */
export async function examineTrail(bot: Bot) {
  const { store, hub } = bot;
  const notes = await hub.readNotes().catch(replaceError(HubError, null));
  const anchor = orNull(openSeal(store.signer, notes?.[SEAL_NOTES.anchor]));
  const reader = createEntryReader(bot);
  const sealFaults: string[] = [];
  const counts = { seals: 0, entries: 0 };
  let newest: Seal | null = null;
  for await (const { id, seal } of store.seals.read()) {
    counts.seals += 1;
    if (seal === UNREADABLE) {
      sealFaults.push(`${timeText({ id })}: seal ${id} was not made by this bot.`);
      continue;
    }
    // The oldest seal outlives its entries, and the hub knows which one that is.
    if (newest !== null || anchor?.hash !== seal.hash) {
      const entries = await reader.read(newest, seal.id);
      const fault = compareEntries(seal, newest, entries);
      if (fault) sealFaults.push(fault);
      counts.entries += entries.length;
    }
    newest = seal;
  }
  const unsealed = (await reader.read(newest, "+")).length;
  const lost = readLostSeals(notes ?? {}).map((signed) => lostFault(store.signer, signed));
  const faults = [...new Set([...sealFaults, ...reader.faults, ...lost])];
  const troubles = [await findSealingTrouble(bot), await compareToHub(bot, newest, notes)].flat();
  return { newest, ...counts, unsealed, faults, troubles, acknowledged: reader.acknowledged };
}

async function findSealingTrouble({ store }: Bot): Promise<string | []> {
  const newest = await store.seals.newest();
  if (newest === UNREADABLE)
    return "The newest seal in Redis was not made by this bot: nothing is sealed after it.";
  if ((await store.trail.waiting(newest?.id ?? null)) <= SEALED_WITHIN) return [];
  return "Entries older than five minutes, or of a time to come, are not sealed: something keeps the bot from it.";
}

/** Reads entries in their order, and notes what is wrong with each by itself. */
function createEntryReader({ store, config }: Bot) {
  const faults: string[] = [];
  const acknowledged = new Map<string, string>();
  const seen = new Set<string>();

  const examine = async (stored: StoredEntry): Promise<string[]> => {
    const entry = store.trail.open(stored);
    if (entry === UNREADABLE) return [`entry ${stored.id} was not written by this bot.`];
    const { version, event, by, faults: known } = entry;
    if (event === "trail.acknowledged" && Array.isArray(known))
      for (const fault of known) acknowledged.set(String(fault), by ?? "nobody");
    // An entry that changes no record has no version.
    const change = typeof version === "string" ? `${entry.id} ${version}` : stored.text;
    const copies = seen.has(change) ? [`entry ${stored.id} is a copy.`] : [];
    seen.add(change);
    return [...copies, ...(await faultsInSignatures(config, entry))];
  };

  return {
    faults,
    acknowledged,
    /** The entries after one seal's last, up to another's. */
    async read(after: Seal | null, to: string): Promise<StoredEntry[]> {
      const entries: StoredEntry[] = [];
      for await (const entry of store.trail.read(after ? `(${after.id}` : "-", to)) {
        entries.push(entry);
        for (const fault of await examine(entry)) faults.push(`${timeText(entry)}: ${fault}`);
      }
      return entries;
    },
  };
}

const timeText = (sealed: { id: string }): string => `${utcTime(sealedAt(sealed))} UTC`;

/** Each names the hash of what is there now: what is changed once more after it was acknowledged is another fault. */
function compareEntries(seal: Seal, before: Seal | null, entries: StoredEntry[]): string | null {
  const found = sealHash(before, entries);
  if (found === seal.hash) return null;
  const when = `${before ? `After ${timeText(before)} until` : "Until"} ${timeText(seal)}`;
  const missing = seal.count - entries.length;
  const now = `(now ${found.slice(0, 12)})`;
  if (missing > 0) return `${when}: ${missing} of ${seal.count} entries are missing ${now}.`;
  if (missing < 0) return `${when}: ${-missing} entries were added ${now}.`;
  return `${when}: entries, or their seal, were changed ${now}.`;
}

async function compareToHub(
  { store }: Bot,
  newest: Seal | null,
  notes: HubNotes | null,
): Promise<string | []> {
  if (notes === null) return "Karpor does not answer: the newest seal was compared with nothing.";
  const onHub = openSeal(store.signer, notes[SEAL_NOTES.newest]);
  if (onHub === null) return newest ? "Karpor holds no seal to compare with." : [];
  if (onHub === UNREADABLE) return "The seal that Karpor holds was not made by this bot.";
  if (await store.seals.has(onHub)) return [];
  const isLater = newest === null || sealedAt(onHub) > sealedAt(newest);
  const what = isLater
    ? "Redis ends before it: entries are missing"
    : "Redis holds another one: seals were changed";
  return `Karpor holds the seal of ${timeText(onHub)}, and ${what}.`;
}

/** The bot itself saw that Redis did not hold a seal that the hub held. */
export function lostFault(signer: Signer, signed: string): string {
  const seal = orNull(openSeal(signer, signed));
  if (!seal) {
    const digest = createHash("sha256").update(signed).digest("hex");
    return `Karpor held a seal (${digest.slice(0, 12)}) that was not made by this bot.`;
  }
  return `${timeText(seal)}: Redis lost this seal (${seal.hash.slice(0, 12)}) and what it covers, or was restored from a copy.`;
}
