/** `audit verify`: every entry and seal is checked again, and the newest seal is compared with the hub's. */
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import type { HubNotes } from "../../hub/hub.ts";
import { readLostSeals, SEAL_NOTES } from "../../life/sweep/seal-trail.ts";
import { formatDuration, MINUTE } from "../../request/durations.ts";
import { UNREADABLE } from "../../store/reading.ts";
import { openSeal, type Seal, sealedAt, sealHash } from "../../store/seals.ts";
import type { StoredEntry } from "../../store/trail.ts";
import { faultsInSignatures } from "./signatures.ts";
import { utcTime } from "./time.ts";

/** The bot seals once a minute: what is not sealed by then was kept from it. */
const SEALED_WITHIN = 5 * MINUTE;

/**
 * Says what is missing or changed; resolves to whether nothing is, but what was acknowledged. `seal`: one that the
 * channel holds, to be compared too. Throws StoreAway.
 */
export async function verifyTrail(
  bot: Bot,
  seal: string | null,
  say: (line: string) => void,
): Promise<boolean> {
  const { newest, counts, faults, acknowledged } = await examineTrail(bot);
  const age = newest ? (await bot.store.now()) - sealedAt(newest) : null;
  const newestText =
    newest && age !== null ? `${timeText(newest)}, ${formatDuration(age)} old` : "of no time";
  say(`${counts.seals} seals over ${counts.entries} entries, the newest ${newestText}.`);
  if (seal !== null) faults.push(...(await compareSeal(bot, seal.trim(), say)));
  if (counts.unsealed > 0) say(`${counts.unsealed} entries since then are not sealed yet.`);
  const known = faults.filter((fault) => acknowledged.has(fault));
  const unknown = faults.filter((fault) => !acknowledged.has(fault));
  for (const fault of known) say(`${fault} (acknowledged by ${acknowledged.get(fault)})`);
  for (const fault of unknown) say(fault);
  if (unknown.length > 0) say("The trail is not whole.");
  else say(known.length > 0 ? "Nothing new: the rest of the trail is whole." : "The trail is whole.");
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

/** `faults`: a sentence each, the same one each time it is found; `acknowledged`: fault → by whom. */
export async function examineTrail(bot: Bot) {
  const notes = await bot.hub.readNotes().catch(nullIfAway);
  const reader = createEntryReader(bot);
  const { newest, seals, faults } = await examineSeals(bot, notes, reader);
  const sealedEntries = reader.count();
  const unsealed = await reader.read(newest, "+");
  const overdue = (await bot.store.now()) - SEALED_WITHIN;
  if (unsealed.some((entry) => sealedAt(entry) < overdue))
    faults.push("Entries older than five minutes are not sealed: something keeps the bot from it.");
  faults.push(...reader.faults, ...(await compareWithHub(bot, newest, notes)));
  return {
    newest,
    counts: { seals, entries: sealedEntries, unsealed: unsealed.length },
    faults: [...new Set(faults)],
    acknowledged: reader.acknowledged,
  };
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
  const versions = new Set<string>();
  let count = 0;

  const examine = async (entry: StoredEntry): Promise<void> => {
    const said = bot.store.trail.open(entry);
    if (said === UNREADABLE) {
      faults.push(`${timeText(entry)}: entry ${entry.id} was not written by this bot.`);
      return;
    }
    const { version, event, by, faults: known } = said;
    const change = typeof version === "string" ? `${said.id} ${version}` : null;
    if (change !== null && versions.has(change))
      faults.push(`${timeText(entry)}: entry ${entry.id} is a copy.`);
    if (change !== null) versions.add(change);
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

function faultsIn(seal: Seal, before: Seal | null, entries: StoredEntry[]): string[] {
  const when = `${before ? `After ${timeText(before)} until` : "Until"} ${timeText(seal)}`;
  const missing = seal.count - entries.length;
  if (missing > 0) return [`${when}: ${missing} of ${seal.count} entries are missing.`];
  if (missing < 0) return [`${when}: ${-missing} entries were added.`];
  return sealHash(before, entries) === seal.hash ? [] : [`${when}: entries, or their seal, were changed.`];
}

async function compareWithHub(
  { store }: Bot,
  newest: Seal | null,
  notes: HubNotes | null,
): Promise<string[]> {
  if (notes === null) return ["Karpor does not answer: the newest seal was compared with nothing."];
  const lost = readLostSeals(notes).map((signed) => lostFault(openSeal(store.signer, signed)));
  const onHub = openSeal(store.signer, notes[SEAL_NOTES.newest]);
  if (onHub === null) return newest ? [...lost, "Karpor holds no seal to compare with."] : lost;
  if (onHub === UNREADABLE) return [...lost, "The seal that Karpor holds was not made by this bot."];
  if (await store.seals.has(onHub)) return lost;
  const isLater = newest === null || sealedAt(onHub) > sealedAt(newest);
  const what = isLater
    ? "Redis ends before it: entries are missing"
    : "Redis holds another one: seals were changed";
  return [...lost, `Karpor holds the seal of ${timeText(onHub)}, and ${what}.`];
}

/** The bot itself saw that Redis did not hold a seal that the hub held. */
const lostFault = (seal: ReturnType<typeof openSeal>): string =>
  seal === null || seal === UNREADABLE
    ? "Karpor held a seal that was not made by this bot."
    : `${timeText(seal)}: Redis lost this seal (${seal.hash.slice(0, 12)}) and what it covers, or was restored from a copy.`;
