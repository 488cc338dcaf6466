/** `audit export`: the entries of the trail as JSON lines, oldest first, each with the seal that covers it. */
import { UNREADABLE } from "../../store/reading.ts";
import { splitSigned } from "../../store/signed.ts";
import type { Store } from "../../store/store.ts";
import { UsageError } from "../options.ts";
import { readMoment } from "./time.ts";

const text = { type: "string" } as const;
export const EXPORT_OPTIONS = { from: text, to: text, format: text };

/** `entry` is what was stored, and `mac` what was before it, so that a seal can be computed from the lines. */
export async function exportTrail(
  store: Store,
  {
    from = "1970-01-01",
    to = "9999-01-01",
    format = "jsonl",
  }: { from?: string; to?: string; format?: string },
  say: (line: string) => void,
): Promise<true> {
  if (format !== "jsonl") throw new UsageError("--format takes jsonl alone.");
  const first = readMoment("--from", from);
  const seals = store.seals.read(String(first));
  let seal = (await seals.next()).value;
  const until = String(readMoment("--to", to) - 1);
  for await (const stored of store.trail.read(String(first), until)) {
    while (seal && isEarlier(seal.id, stored.id)) seal = (await seals.next()).value;
    const covering = seal === undefined || seal.seal === UNREADABLE ? null : seal.seal.hash;
    const { mac, text } = splitSigned(stored.text);
    // JSON as it was signed; what somebody else wrote is a text.
    const entry = store.trail.open(stored) === UNREADABLE ? JSON.stringify(stored.text) : text;
    say(
      `{"stream":"${stored.id}","seal":${JSON.stringify(covering)},"mac":${JSON.stringify(mac)},"entry":${entry}}`,
    );
  }
  return true;
}

/** Ids of a stream: milliseconds, and a number within them. */
function isEarlier(one: string, other: string): boolean {
  const [ms = 0, number = 0] = one.split("-").map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}
