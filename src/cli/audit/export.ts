/** `audit export`: the entries of the trail as JSON lines, oldest first, each with the seal that covers it. */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { UsageError } from "../options.ts";

const text = { type: "string" } as const;
export const EXPORT_OPTIONS = { from: text, to: text, format: text };

/** `entry` is exactly what was stored, so that a seal can be computed from the lines. */
export async function exportTrail(
  { store }: Bot,
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
  for await (const { id, text: entry } of store.trail.read(
    String(first),
    String(readMoment("--to", to) - 1),
  )) {
    while (seal && isEarlier(seal.id, id)) seal = (await seals.next()).value;
    say(`{"stream":"${id}","seal":${JSON.stringify(seal?.hash ?? null)},"entry":${entry}}`);
  }
  return true;
}

const Moment = z.union([z.iso.date(), z.iso.datetime()]).transform((day) => Date.parse(day));

function readMoment(option: string, given: string): number {
  const { data } = Moment.safeParse(given);
  if (data === undefined)
    throw new UsageError(`${option} takes a day such as 2026-11-01, or a time such as 2026-11-01T09:00:00Z.`);
  return data;
}

/** Ids of a stream: milliseconds, and a number within them. */
function isEarlier(one: string, other: string): boolean {
  const [ms = 0, number = 0] = one.split("-").map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}
