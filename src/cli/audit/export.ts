/** `audit export`: the entries of the trail as JSON lines, oldest first, each with the seal that covers it. */
import { orNull, UNREADABLE } from "../../store/reading.ts";
import { splitSigned } from "../../store/signed.ts";
import type { Store } from "../../store/store.ts";
import { type CommandMeans, readMoment, TEXT, type Values } from "../options.ts";

export const EXPORT_OPTIONS = { from: TEXT, to: TEXT };

/** `entry` is what was stored, and `mac` what was before it, so that a seal can be computed from the lines. */
export async function exportTrail(
  store: Store,
  { from, to }: Values<typeof EXPORT_OPTIONS>,
  say: CommandMeans["say"],
): Promise<true> {
  const first = String(readMoment("--from", from) ?? 0);
  const end = readMoment("--to", to);
  const seals = store.seals.read(first);
  let seal = (await seals.next()).value;
  for await (const stored of store.trail.read(first, end === null ? "+" : String(end - 1))) {
    while (seal && byNumbers.compare(seal.id, stored.id) < 0) seal = (await seals.next()).value;
    const covering = orNull(seal?.seal ?? null)?.hash ?? null;
    const { mac, text } = splitSigned(stored.text);
    // JSON as it was signed; what somebody else wrote is a text.
    const entry = store.trail.open(stored) === UNREADABLE ? JSON.stringify(stored.text) : text;
    say(
      `{"stream":"${stored.id}","seal":${JSON.stringify(covering)},"mac":${JSON.stringify(mac)},"entry":${entry}}`,
    );
  }
  return true;
}

/** Compares ids of a stream: milliseconds, and a number within them. */
const byNumbers = new Intl.Collator("en", { numeric: true });
