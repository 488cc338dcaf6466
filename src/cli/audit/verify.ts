/** `audit verify`: every seal is computed again from its entries, and the newest is compared with the hub's. */
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import { parseSeal, SEAL_LOST, SEAL_NOTE, type Seal, sealedAt, sealHash } from "../../store/seals.ts";
import type { StoredEntry } from "../../store/trail.ts";
import { utcTime } from "./time.ts";

/** Says what is missing or changed; resolves to whether nothing is. Throws StoreAway. */
export async function verifyTrail(bot: Bot, say: (line: string) => void): Promise<boolean> {
  const { newest, counts, faults } = await verifySeals(bot);
  const unsealed = await readEntries(bot, newest, "+");
  faults.push(...unsealed.flatMap(lossIn), ...(await compareNewestSeal(bot, newest)));
  say(
    `${counts.seals} seals over ${counts.entries} entries, the newest ${newest ? timeOf(newest) : "of no time"}.`,
  );
  if (unsealed.length > 0) say(`${unsealed.length} entries since then are not sealed yet.`);
  for (const fault of faults) say(fault);
  say(faults.length === 0 ? "The trail is whole." : "The trail is not whole.");
  return faults.length === 0;
}

async function verifySeals(bot: Bot) {
  const keptSince = (await bot.store.now()) - bot.config.audit.keep;
  const counts = { seals: 0, entries: 0 };
  const faults: string[] = [];
  let newest: Seal | null = null;
  for await (const seal of bot.store.seals.read()) {
    // The oldest seal outlives its entries: the next one goes on from it.
    const isTrimmed = newest === null && sealedAt(seal) <= keptSince;
    const entries = isTrimmed ? [] : await readEntries(bot, newest, seal.id);
    if (!isTrimmed) faults.push(...faultsOf(seal, newest, entries), ...entries.flatMap(lossIn));
    counts.seals += 1;
    counts.entries += entries.length;
    newest = seal;
  }
  return { newest, counts, faults };
}

/** After one seal's last entry, up to another's. */
async function readEntries({ store }: Bot, after: Seal | null, to: string): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const entry of store.trail.read(after ? `(${after.id}` : "-", to)) entries.push(entry);
  return entries;
}

const timeOf = (seal: Seal): string => `${utcTime(sealedAt(seal))} UTC`;

function faultsOf(seal: Seal, before: Seal | null, entries: StoredEntry[]): string[] {
  const when = `${before ? `After ${timeOf(before)} until` : "Until"} ${timeOf(seal)}`;
  const missing = seal.count - entries.length;
  if (missing > 0) return [`${when}: ${missing} of ${seal.count} entries are missing.`];
  if (missing < 0) return [`${when}: ${-missing} entries were added.`];
  return sealHash(before, entries) === seal.hash ? [] : [`${when}: entries, or their seal, were changed.`];
}

/** The bot itself saw that Redis did not hold the seal that the hub held. */
function lossIn({ id, text }: StoredEntry): string[] {
  if (!text.includes(`"what":"${SEAL_LOST}"`)) return [];
  return [`${utcTime(sealedAt({ id }))} UTC: the bot found an older or changed trail in Redis: ${text}`];
}

async function compareNewestSeal({ hub, store }: Bot, newest: Seal | null): Promise<string[]> {
  const notes = await hub.readNotes().catch((error: unknown) => {
    if (error instanceof HubError) return null;
    throw error;
  });
  if (notes === null) return ["Karpor does not answer: the newest seal was compared with nothing."];
  const onHub = parseSeal(notes[SEAL_NOTE]);
  if (onHub === null) return newest ? ["Karpor holds no seal to compare with."] : [];
  if (await store.seals.has(onHub)) return [];
  const isLater = newest === null || sealedAt(onHub) > sealedAt(newest);
  const what = isLater
    ? "Redis ends before it: entries are missing"
    : "Redis holds another one: seals were changed";
  return [`Karpor holds the seal of ${timeOf(onHub)}, and ${what}.`];
}
