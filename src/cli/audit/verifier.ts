/** Whether a trail is whole: told its lines one after the other, it finds the first that was edited, removed, inserted or moved. No I/O. */
import { HOUR } from "../../domain/duration.ts";
import { cameAt, headText, isSeal, msOf, type Seal, type Witnessed } from "../../domain/seal.ts";
import { hashesOf, type TrailLine } from "../../store/chain.ts";
import { nameOf } from "./name.ts";
import { time } from "./time.ts";

/** `left`: which entries of a seal are not shown, by their places in it, from 0. */
export type Left = readonly number[] | "all";

export interface VerifyOptions {
  /** Seals as witnesses have them. */
  heads?: readonly Pick<Witnessed, "seal" | "hash">[];
  /** What is shown is some requests', or of some roles: others' entries between them are none missing. */
  isPart?: boolean;
  /** What it shows of is of this time, ms since the epoch; `until` is not shown itself. */
  since?: number | undefined;
  until?: number | undefined;
  /** It begins with a seal whose entries are not shown. */
  isLater?: boolean;
  /** The seal that it begins with, where that is known. */
  first?: number | undefined;
  /** Texts may be missing: a shipper of logs left them out. */
  mayLackTexts?: boolean;
}

export interface Fault {
  /** Where: the line's number. */
  at: number;
  what: string;
}

export interface Verdict {
  /** The first of them first. */
  faults: Fault[];
  /** What is no fault and should be known. */
  notes: string[];
  entries: number;
  seals: number;
  /** Entries since the newest seal. */
  unsealed: number;
  from: Pick<Seal, "seal" | "at"> | null;
  newest: Witnessed | null;
}

/** What lists the entries that no seal does yet. */
export const AT_END = "the last line";

interface Waiting {
  at: number;
  hash: string;
  name: string;
  /** When it came to the trail. */
  came: number;
}

/** Seals in a row of what had come long before: since when, and when the last of them was made. */
interface Late {
  since: number;
  at: number;
  first: number;
  last: number;
}

/** As its last line says. */
export interface KnownEnd {
  /** The newest seal; 0 where there is none. */
  newest: number;
  /** The hashes of all entries since. */
  unsealed: readonly string[];
  left: Left;
}

export interface Verifier {
  /** An entry or a seal, in the order of the trail. */
  line(line: TrailLine<object>, at: number, left?: Left): void;
  end(at: number, known?: KnownEnd): Verdict;
}

export function createVerifier(options: VerifyOptions = {}): Verifier {
  const { heads = [], isPart = false, isLater = false, mayLackTexts = false } = options;
  const faults: Fault[] = [];
  const notes: string[] = [];
  const links = new Map<string, { n: number; hash: string }>();
  /** Ids whose texts are gone, and the first line where. */
  const lacking = new Map<string, { at: number; name: string }>();
  const forgotten = new Set<string>();
  let waiting: Waiting[] = [];
  let from: Verdict["from"] = null;
  let last: (Witnessed & Pick<Seal, "to">) | null = null;
  const gaps: { from: number; to: number; by: string }[] = [];
  const lates: Late[] = [];
  let counts = { entries: 0, seals: 0 };
  const fault = (at: number, what: string) => void faults.push({ at, what });

  const entry = (line: TrailLine<object>, at: number) => {
    const { trail, chain } = line;
    const name = nameOf(trail);
    counts = { ...counts, entries: counts.entries + 1 };
    const found = hashesOf(line);
    if (found.hash !== chain.hash) fault(at, `${name} was edited`);
    else if (found.texts === "other") fault(at, `what somebody typed in ${name} was edited`);
    const id = idOf(trail);
    if (found.texts === "gone" && !mayLackTexts && !lacking.has(id)) lacking.set(id, { at, name });
    if ("forgot" in trail && Array.isArray(trail.forgot))
      for (const one of trail.forgot) forgotten.add(String(one));
    if (chain.n !== undefined) follow(id, { ...chain, n: chain.n, trail }, { at, name });
    waiting.push({ at, hash: found.hash, name, came: cameAt(trail, last) });
  };

  /** Against the entry before it of the same request. */
  const follow = (
    id: string,
    { n, prev, hash, trail }: { n: number; prev?: string | undefined; hash: string; trail: object },
    { at, name }: { at: number; name: string },
  ) => {
    const before = links.get(id);
    links.set(id, { n, hash });
    // A record that was lost is made anew of what stands on the hub.
    if (n === 1 && prev === undefined) {
      if (before && !("from" in trail && trail.from === null)) fault(at, `${name} stands out of its order`);
      return;
    }
    if (!before) {
      if (!isLater && !isPart) fault(at, `of ${id} ${between(0, n)} missing before ${name}`);
    } else if (n === before.n + 1) {
      if (prev !== before.hash)
        fault(at, `${name} does not follow the entry of ${id} before it, which was edited`);
    } else if (n <= before.n)
      fault(at, `${name} stands out of its order: it is entry ${n} of ${id}, after ${before.n}`);
    else if (!isPart) fault(at, `of ${id} ${between(before.n, n)} missing before ${name}`);
  };

  const seal = ({ trail, chain }: TrailLine<Seal>, at: number, left: Left) => {
    const name = `seal ${trail.seal}`;
    counts = { ...counts, seals: counts.seals + 1 };
    const isEdited = hashesOf({ trail, chain }).hash !== chain.hash;
    if (isEdited) fault(at, `${name} was edited`);
    if (last && trail.seal <= last.seal) {
      fault(at, `${name} stands out of its order, after seal ${last.seal}`);
      return;
    }
    const lost = missingSeals(trail, last, options.first);
    if (lost) fault(at, `${lost} missing before ${name}`);
    else if (!last && trail.prev !== undefined && options.first !== undefined && !isLater)
      fault(at, `what was sealed before ${name} is missing`);
    else if (last && trail.prev !== last.hash && trail.gap?.hash !== last.hash)
      fault(
        at,
        trail.gap
          ? `${name} does not follow seal ${last.seal}: what stands before it was edited, or is missing`
          : `${name} does not follow seal ${last.seal}, which was edited`,
      );
    if (trail.gap && !lost) {
      notes.push(gapNote(trail, trail.gap, last));
      gaps.push({ from: last?.seal ?? 0, to: trail.seal, by: name });
    }
    if (hides(left) && !mayHide(trail, last, options))
      fault(at, `${name} lists entries that are not shown, and all of that time were to be`);
    for (const head of heads)
      if (head.seal === trail.seal && head.hash !== chain.hash)
        fault(at, `${name} is not the one that was witnessed (${headText(head)}): it was made anew`);
    const begins = isLater && last === null && !lost;
    from ??= { seal: trail.seal, at: trail.at };
    last = { seal: trail.seal, hash: chain.hash, at: trail.at, to: trail.to };
    const known = new Set(trail.entries);
    const isKnown = ({ hash }: Waiting) => known.has(hash);
    if (!isEdited) noteLate(trail, Math.min(...waiting.filter(isKnown).map(({ came }) => came)));
    if (isEdited) skipTo(waiting.findLastIndex(isKnown) + 1);
    // Those of the seals that are missing are judged by nobody.
    else if (lost) skipTo(waiting.findIndex(isKnown));
    if (!begins && !isEdited) compare(trail.entries, left, at, name);
  };

  const noteLate = ({ seal: number, at }: Seal, since: number) => {
    if (!(at - since >= LATE_MS)) return;
    const before = lates.at(-1);
    if (before?.last === number - 1) Object.assign(before, { at, last: number });
    else lates.push({ since, at, first: number, last: number });
  };

  const skipTo = (index: number) => {
    waiting = index === -1 ? [] : waiting.slice(index);
  };

  /** What waits against what a seal lists; whatever comes after that waits on. */
  const compare = (listed: readonly string[], left: Left, at: number, by: string) => {
    const hidden = new Set(left === "all" ? listed.keys() : left);
    const shown = listed.filter((_, i) => !hidden.has(i));
    const wrong = shown.findIndex((hash, i) => waiting[i]?.hash !== hash);
    if (wrong === -1) {
      waiting = waiting.slice(shown.length);
      return;
    }
    const [hash = "", found] = [shown[wrong], waiting[wrong]];
    const place = `the ${ordinal(wrong + 1)} of ${shown.length} that ${by} lists`;
    if (!found) fault(at, `an entry is missing before ${by}: ${place}`);
    else if (waiting.some((one) => one.hash === hash)) {
      if (shown.includes(found.hash)) fault(found.at, `${found.name} stands out of its order, before ${by}`);
      else fault(found.at, `${found.name} was inserted: ${by} does not list it`);
    } else if (shown.includes(found.hash))
      fault(found.at, `an entry is missing before ${found.name}: ${place}`);
    else fault(found.at, `${found.name} was edited: ${by} lists another in its place`);
    const known = new Set(shown);
    // So that what comes after is judged by itself.
    const lastKnown = waiting.findLastIndex((one) => known.has(one.hash));
    skipTo(lastKnown === -1 ? Math.min(shown.length, waiting.length) : lastKnown + 1);
  };

  return {
    line: (line, at, left = []) =>
      isSeal(line.trail) ? seal({ ...line, trail: line.trail }, at, left) : entry(line, at),
    end(at, known) {
      notes.push(...lates.map(lateNote));
      const count = waiting.length;
      const newest = last?.seal ?? 0;
      if (known && newest < known.newest) {
        fault(at, `${between(newest, known.newest + 1, "seal")} missing before ${AT_END}`);
        skipTo(waiting.findIndex(({ hash }) => known.unsealed.includes(hash)));
      }
      if (known && hides(known.left) && !mayHide(null, last, options))
        fault(at, `${AT_END} lists entries that are not shown, and all were to be`);
      if (known) compare(known.unsealed, known.left, at, AT_END);
      const [extra] = known ? waiting : [];
      if (extra) fault(extra.at, `${extra.name} was inserted: ${AT_END} does not list it`);
      for (const head of heads) {
        notes.push(...missingHead(head, last, from, (what) => fault(at, what)));
        const gap = gaps.find((one) => head.seal > one.from && head.seal < one.to);
        if (gap && from && head.seal >= from.seal)
          notes.push(`Seal ${head.seal}, which was witnessed, went with what was lost before ${gap.by}.`);
      }
      for (const [id, { at: where, name }] of lacking)
        if (!forgotten.has(id))
          fault(where, `what somebody typed in ${name} is gone, and no entry says who removed it`);
      faults.sort((a, b) => a.at - b.at);
      const newestSeal = last && { seal: last.seal, hash: last.hash, at: last.at };
      return { faults, notes, ...counts, unsealed: count, from, newest: newestSeal };
    },
  };
}

function missingHead(
  { seal, hash }: Pick<Witnessed, "seal" | "hash">,
  last: Witnessed | null,
  from: Verdict["from"],
  fault: (what: string) => void,
): string[] {
  if (from && seal < from.seal)
    return [`Seal ${seal}, which was witnessed, is older than the first one here.`];
  if (!last || seal > last.seal)
    fault(
      `it ends with ${last ? `seal ${last.seal}` : "no seal"}, and ${headText({ seal, hash })} was witnessed: its end is cut off`,
    );
  return [];
}

/** Null: none. A seal that names a gap says itself what is missing. */
function missingSeals({ seal, gap }: Seal, last: Witnessed | null, first: number | undefined): string | null {
  const before = last?.seal ?? (first === undefined ? null : first - 1);
  if (before === null || gap || seal <= before + 1) return null;
  return between(before, seal, "seal");
}

/** The seals of one number that are two: a Redis that lost the first made the other while the hub was away, or somebody made it anew. */
function gapNote({ seal, at }: Seal, gap: Witnessed, last: Witnessed | null): string {
  const isOther = last !== null && last.seal >= gap.seal && last.hash !== gap.hash;
  const anew = isOther
    ? ` What stands here up to seal ${last.seal} is not what was witnessed: it was made anew.`
    : "";
  return `Between seal ${gap.seal} (${time(gap.at)}) and seal ${seal} (${time(at)}) Redis was lost or restored from an older copy: what the hub witnessed as ${headText(gap)} is not here.${anew}`;
}

/** What waited so long, where a minute is the rule, could be changed meanwhile. */
const LATE_MS = 2 * HOUR;

const lateNote = ({ since, at, first, last }: Late): string =>
  `What came from ${time(since)} on was not sealed before ${time(at)}, by ${first === last ? `seal ${first}` : `seals ${first} to ${last}`}: until then whoever had Redis could change it.`;

const hides = (left: Left): boolean => left === "all" || left.length > 0;

/** What an entry says of itself may be behind its place by so much. */
const AHEAD_MS = HOUR;

/** Whether some of what a seal lists may be of another time than is shown. Null: what no seal lists yet. */
function mayHide(
  seal: Pick<Seal, "at" | "to"> | null,
  before: Pick<Seal, "at" | "to"> | null,
  { isPart, since, until }: VerifyOptions,
): boolean {
  if (isPart) return true;
  // Places never go back: after a clock that was ahead for a while, the seals' own times alone say when it was.
  const begun = before && Math.min(msOf(before.to), before.at, seal?.at ?? before.at);
  const isEarlier = since !== undefined && (begun === null || begun < since + AHEAD_MS);
  return isEarlier || (until !== undefined && (seal === null || msOf(seal.to) >= until));
}

/** A request's, an allowance's; what is neither stands for itself. */
const idOf = (trail: object): string => ("id" in trail ? String(trail.id) : nameOf(trail));
/** What lies between two numbers, and the verb. */
const between = (a: number, b: number, what: "entry" | "seal" = "entry"): string =>
  b === a + 2 ? `${what} ${a + 1} is` : `${what === "entry" ? "entries" : "seals"} ${a + 1} to ${b - 1} are`;
const ordinal = (n: number): string => {
  const tens = n % 100;
  const word = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${word}`;
};
