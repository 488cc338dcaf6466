/** What a row of the CSV shows, out of the JSON that its last cell holds. Pure. */
import { formatDuration } from "../../domain/duration.ts";
import { isSeal } from "../../domain/seal.ts";
import { wholeOf } from "../../store/chain.ts";
import { type Line, readLine } from "./line.ts";
import { nameOf } from "./name.ts";

const COLUMNS = [
  "time",
  "what",
  "request",
  "role",
  "duration",
  "from",
  "to",
  "who",
  "name of who",
  "requester",
  "name of requester",
  "reason",
  "why",
  "through",
  "until",
  "line",
] as const;

export const TITLES: readonly string[] = COLUMNS;

/** Names as far as they were read before. */
export type Names = Map<string, string>;

/** All but the last; null where that is no line of an export. A name is kept. */
export function cellsOf(json: string, names: Names): string[] | null {
  const line = readLine(json);
  if (!line) return null;
  const found = shown(line, names);
  return COLUMNS.slice(0, -1).map((column) => found[column as keyof typeof found] ?? "");
}

type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

function shown(line: Line, names: Names): Cells {
  if (line.kind === "heading") return { time: time(line.made), what: `trail of ${line.instance}` };
  if (line.kind === "end") return { what: `end: ${line.entries} entries, ${line.seals} seals` };
  if (line.kind === "name") {
    names.set(line.person, line.name);
    return { what: "name", who: line.person, "name of who": line.name };
  }
  const trail = wholeOf(line) as Record<string, unknown>;
  if (isSeal(trail)) return { time: time(trail.at), what: `seal ${trail.seal}` };
  const word = (field: string): string => (typeof trail[field] === "string" ? (trail[field] as string) : "");
  const { id, at, duration, expiresAt } = trail;
  return {
    time: time(at),
    what: id === undefined || "attempt" in trail ? nameOf(trail) : "change",
    request: word("id"),
    role: word("role"),
    duration: typeof duration === "number" ? formatDuration(duration) : "",
    from: word("from"),
    to: word("to"),
    reason: word("reason"),
    why: word("why"),
    through: word("qualified"),
    ...{ who: word("who"), "name of who": names.get(word("who")) ?? "" },
    ...{ requester: word("requester"), "name of requester": names.get(word("requester")) ?? "" },
    until: time(expiresAt),
  };
}

const time = (ms: unknown): string => (typeof ms === "number" ? new Date(ms).toISOString() : "");
