/** The lines of an export, as JSON: its heading, names, entries with their seals, and its end. */
import { z } from "zod";
import { parseJson } from "../../domain/json.ts";
import { canonical } from "../../domain/trail-entry.ts";
import { Beside, Chain, isOfTrail, Ms, sha256, type TrailLine } from "../../store/chain.ts";

/** What the export shows. */
export const Heading = z.strictObject({
  /** Of this form. */
  audit: z.literal(1),
  instance: z.string(),
  made: Ms,
  since: Ms.optional(),
  until: Ms.optional(),
  person: z.string().optional(),
  role: z.string().optional(),
  /** The first seal of it. */
  first: z.int().positive().optional(),
  /** What that sealed is not shown: the trail was trimmed, or is shown from later on. */
  later: z.literal(true).optional(),
});
export type Heading = z.infer<typeof Heading>;

/** Looked up when the export was made: no part of the trail. */
const Name = z.strictObject({ person: z.string(), name: z.string() });
export type Name = z.infer<typeof Name>;

const LeftOut = z.union([z.array(z.int().nonnegative()), z.literal("all")]);

const Entry = z.strictObject({
  trail: z.looseObject({}).refine(isOfTrail),
  texts: Beside.strict().optional(),
  chain: Chain.strict(),
  /** Of a seal: which of its entries are not shown, by their places in it, from 0. */
  left: LeftOut.optional(),
});
type Entry = TrailLine<object> & Pick<z.infer<typeof Entry>, "left">;

/** The last line. */
const End = z.strictObject({
  end: z.strictObject({
    entries: z.int(),
    seals: z.int(),
    /** The newest of them; 0 where there is none. */
    newest: z.int(),
    /** The hashes of all entries since the newest seal, and which of those are not shown. */
    unsealed: z.array(z.string()),
    left: LeftOut,
    /** Of all lines before, as JSON, each with its line feed. */
    sha256: z.string(),
    /** Of the other fields. */
    hash: z.string(),
  }),
});
export type End = z.infer<typeof End>["end"];

export const endHash = ({
  entries,
  seals,
  newest,
  unsealed,
  left,
  sha256: lines,
}: Omit<End, "hash">): string => sha256(canonical({ entries, seals, newest, unsealed, left, sha256: lines }));

export type Line =
  | ({ kind: "heading" } & Heading)
  | ({ kind: "name" } & Name)
  | ({ kind: "entry" } & Entry)
  | ({ kind: "end" } & End);

/** Null: no line of an export. */
export function readLine(json: string): Line | null {
  const value = parseJson(json);
  const heading = Heading.safeParse(value).data;
  if (heading) return { kind: "heading", ...heading };
  const name = Name.safeParse(value).data;
  if (name) return { kind: "name", ...name };
  const end = End.safeParse(value).data;
  if (end) return { kind: "end", ...end.end };
  const entry = Entry.safeParse(value).data;
  return entry ? { kind: "entry", ...(entry as Entry) } : null;
}
