/** `audit export`: the trail line by line, with the seals that prove it; memory does not grow with it. */
import { createHash } from "node:crypto";
import { isSeal, msOf, type Seal } from "../../domain/seal.ts";
import type { Store } from "../../store/store.ts";
import { lastBefore, readTrail } from "./from-seal.ts";
import { type End, endHash, type Heading } from "./line.ts";
import type { ExportOptions } from "./options.ts";
import { peopleIn } from "./people.ts";

export interface ExportMeans extends Pick<Store, "redis" | "keys" | "clock"> {
  instance: string;
  /** Null: not known, or not wanted. */
  nameOf(person: string): Promise<string | null>;
}

/** A semicolon after which a spreadsheet that separates by them would read a formula in the CSV's last cell: JSON has another way to write it. */
const FORMULA = /;(?=[=+\-@])/g;

/** Each line as JSON. `onNone`: told when nothing that was read is of the role that is asked for. */
export async function* exportTrail(
  means: ExportMeans,
  options: ExportOptions,
  onNone: (role: string) => void = () => {},
): AsyncGenerator<string> {
  const { clock, instance } = means;
  const { since, until, person, role } = options;
  const { first, later, lines } = await readTrail(means, since);
  const last = until === undefined ? null : await lastBefore(means, until);
  const heading: Heading = {
    ...{ audit: 1, instance, made: clock.now(), since, until, person, role },
    ...(first === null ? {} : { first }),
    ...(later ? { later } : {}),
  };
  const digest = createHash("sha256");
  const named = new Set<string>();
  const line = (value: object): string => {
    const json = JSON.stringify(value).replaceAll(FORMULA, "\\u003b");
    digest.update(`${json}\n`);
    return json;
  };
  /** Since the newest seal. */
  const open: { hash: string; isShown: boolean }[] = [];
  /** Of what is shown, whose texts are gone, and what was read does not say yet who removed them. */
  const removed = new Set<unknown>();
  let counts = { entries: 0, seals: 0, newest: 0 };
  let isMet = false;
  yield line(heading);
  for await (const found of lines) {
    const { place, ...entry } = found;
    const { trail, chain } = entry;
    if (isSeal(trail)) {
      yield line({
        ...entry,
        ...leftOf(open.splice(0, begins(trail, first, later) ? 0 : trail.entries.length)),
      });
      counts = { ...counts, seals: counts.seals + 1, newest: trail.seal };
      // All that is asked for is sealed, and whoever removed some of it is named.
      if (isPast(place, until, last) && !open.some((one) => one.isShown) && removed.size === 0) break;
      continue;
    }
    isMet ||= "role" in trail && trail.role === role;
    const isShown = isAsked(trail, options);
    open.push({ hash: chain.hash, isShown });
    if (!isShown) continue;
    for (const id of peopleIn(trail)) {
      const name = named.has(id) ? null : await means.nameOf(id);
      if (name !== null) yield line({ person: id, name });
      named.add(id);
    }
    if ("id" in trail && chain.texts !== undefined && entry.texts === undefined) removed.add(trail.id);
    if ("forgot" in trail) for (const id of trail.forgot) removed.delete(id);
    counts = { ...counts, entries: counts.entries + 1 };
    yield line(entry);
  }
  if (role !== undefined && !isMet) onNone(role);
  const unsealed = open.map(({ hash }) => hash);
  const end = { ...counts, unsealed, left: [], ...leftOf(open), sha256: digest.digest("hex") };
  yield JSON.stringify({ end: { ...end, hash: endHash(end) } satisfies End });
}

/** What the seal that it begins with sealed is not read. */
const begins = ({ seal }: Seal, first: number | null, later: boolean): boolean => later && seal === first;

/** Nothing of before `until` comes behind it. */
const isPast = (place: string, until: number | undefined, last: string | null): boolean =>
  until !== undefined && msOf(place) >= until && (last === null || !isBefore(place, last));

function isBefore(place: string, other: string): boolean {
  const [number = 0, otherNumber = 0] = [place, other].map((one) => Number(one.split("-")[1]));
  return msOf(place) < msOf(other) || (msOf(place) === msOf(other) && number < otherNumber);
}

function leftOf(sealed: readonly { isShown: boolean }[]): { left?: number[] } {
  const left = sealed.flatMap(({ isShown }, i) => (isShown ? [] : [i]));
  return left.length > 0 ? { left } : {};
}

function isAsked(trail: object, { since, until, person, role }: ExportOptions): boolean {
  const { at, forgot, role: of } = trail as { at?: unknown; forgot?: unknown; role?: unknown };
  // Without it, a text that was removed would look stolen; when that was, another machine's clock says.
  if (forgot !== undefined) return true;
  if (typeof at === "number" && ((since !== undefined && at < since) || (until !== undefined && at >= until)))
    return false;
  return (role === undefined || of === role) && (person === undefined || peopleIn(trail).includes(person));
}
