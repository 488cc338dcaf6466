/** Whether the lines that a shipper of logs delivered are whole: every entry that a seal lists is among them, as it was. */
import { isSeal, type Seal } from "../../domain/seal.ts";
import { hashesOf, type TrailLine } from "../../store/chain.ts";
import { readLine } from "./line.ts";
import { nameOf } from "./name.ts";
import { createVerifier, type Fault, type Verdict, type VerifyOptions } from "./verifier.ts";
import type { Read } from "./verify-export.ts";

/** Clocks of replicas differ by so much at most. */
const CLOCKS_MS = 10_000;

interface Shipped {
  at: number;
  line: TrailLine<object>;
}

/** In any order, and each as often as it came; what is no line of the trail is passed over. Throws one sentence where they are of several bots. */
export async function verifyShipped(
  lines: AsyncIterable<Read>,
  heads: NonNullable<VerifyOptions["heads"]>,
): Promise<Verdict> {
  const entries = new Map<string, Shipped>();
  const seals = new Map<number, Shipped & { seal: Seal }>();
  const faults: Fault[] = [];
  const bots = new Set<string>();
  for await (const { at, json } of lines) {
    const { line, instance } = trailLine(json) ?? {};
    if (!line) continue;
    if (instance !== undefined) bots.add(instance);
    const { hash } = hashesOf(line);
    if (hash !== line.chain.hash) faults.push({ at, what: `${nameOf(line.trail)} was edited` });
    if (isSeal(line.trail)) seals.set(line.trail.seal, { at, line, seal: line.trail });
    else if (!entries.has(hash)) entries.set(hash, { at, line });
  }
  if (bots.size > 1)
    throw new Error(
      `These are the trails of several bots (${[...bots].join(", ")}), each with seals of its own: verify them one by one, such as by grep '"instance":"${[...bots][0]}"'.`,
    );
  const followers = new Map([...entries.values()].map(({ line }) => [line.chain.prev, line]));
  const missing = (hash: string, by: string): string => {
    const next = followers.get(hash);
    const id = next && "id" in next.trail ? next.trail.id : undefined;
    return id === undefined
      ? `an entry that ${by} lists is missing (${hash.slice(0, 12)})`
      : `entry ${(next?.chain.n ?? 1) - 1} of ${id} is missing, which ${by} lists`;
  };
  // Their order is the seals'.
  const verifier = createVerifier({ heads, isPart: true, mayLackTexts: true });
  const listed = new Set<string>();
  const ordered = [...seals.values()].sort((a, b) => a.seal.seal - b.seal.seal);
  for (const { at, line, seal } of ordered) {
    for (const hash of seal.entries) {
      listed.add(hash);
      const found = entries.get(hash);
      if (found) verifier.line(found.line, found.at);
      else faults.push({ at, what: missing(hash, `seal ${seal.seal}`) });
    }
    const left = [...seal.entries.keys()].filter((i) => !entries.has(seal.entries[i] ?? ""));
    verifier.line(line, at, left);
  }
  const [first, newest] = [ordered[0]?.seal, ordered.at(-1)?.seal];
  const rest = [...entries].filter(([hash]) => !listed.has(hash)).map(([, one]) => one);
  for (const { at, line } of rest)
    if (first && newest && isBetween(line.trail, first.at, newest.at - CLOCKS_MS))
      faults.push({
        at,
        what: `${nameOf(line.trail)} was logged, and no seal lists it: it went from the trail before it was sealed`,
      });
  const verdict = verifier.end(Number.POSITIVE_INFINITY);
  const all = [...verdict.faults, ...faults].sort((a, b) => a.at - b.at);
  return { ...verdict, faults: all, entries: entries.size, unsealed: rest.length };
}

/** A log line may have a heading of its shipper's before it, and fields of its own. */
function trailLine(text: string): { line: TrailLine<object>; instance?: string } | null {
  const begin = text.indexOf("{");
  if (begin === -1 || !text.includes('"chain"')) return null;
  try {
    const { trail, texts, chain, instance } = JSON.parse(text.slice(begin)) as Record<string, unknown>;
    // What looked like a secret, the log hides.
    const isWhole = texts !== undefined && !JSON.stringify(texts).includes("[secret]");
    const line = readLine(JSON.stringify({ trail, ...(isWhole ? { texts } : {}), chain }));
    if (line?.kind !== "entry") return null;
    return typeof instance === "string" ? { line, instance } : { line };
  } catch {
    return null;
  }
}

const isBetween = (trail: object, from: number, to: number): boolean =>
  "at" in trail && typeof trail.at === "number" && trail.at > from && trail.at < to;
