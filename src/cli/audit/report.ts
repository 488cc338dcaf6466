/** `audit report`: who had what, when, why, by whose approval, whether it was used, how it ended, and how that is proved. */
import { stringify } from "csv-stringify/sync";
import { DAY, formatDuration } from "../../request/durations.ts";
import type { Store } from "../../store/store.ts";
import { type CommandMeans, FLAG, readMoment, TEXT, UsageError, type Values } from "../options.ts";
import { NOT_KNOWN, readAccesses, type ToldAccess } from "./accesses.ts";

export const REPORT_OPTIONS = {
  at: TEXT,
  from: TEXT,
  to: TEXT,
  role: TEXT,
  person: TEXT,
  format: TEXT,
  review: FLAG,
};
type Options = Values<typeof REPORT_OPTIONS>;

type Row = Record<string, string>;

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
// A reason that somebody wrote must not run in a spreadsheet.
const csvLine = (cells: string[]): string => stringify([cells], { escape_formulas: true }).trimEnd();

/** Per format: the lines before the first row, and each row. */
const FORMATS: Record<string, { head(columns: string[]): string[]; line(row: Row): string }> = {
  table: {
    head: (columns) => [`| ${columns.join(" | ")} |`, `|${"---|".repeat(columns.length)}`],
    line: (row) => `| ${Object.values(row).map(escapeCell).join(" | ")} |`,
  },
  csv: { head: (columns) => [csvLine(columns)], line: (row) => csvLine(Object.values(row)) },
  jsonl: { head: () => [], line: (row) => JSON.stringify(row) },
};

/** Throws UsageError, StoreAway. */
export async function reportAccess(
  store: Store,
  options: Options,
  now: number,
  say: CommandMeans["say"],
): Promise<true> {
  const format = FORMATS[options.format ?? "table"];
  if (!format) throw new UsageError("--format takes table, csv or jsonl.");
  const isWanted = readFilter(options, now);
  const counts = { all: 0, ended: 0, unproved: 0 };
  const grouped: ToldAccess[] = [];
  let isFirst = true;
  const show = (row: Row): void => {
    if (isFirst) for (const line of format.head(Object.keys(row))) say(line);
    isFirst = false;
    say(format.line(row));
  };
  for await (const access of readAccesses(store)) {
    if (!isWanted(access)) continue;
    if (options.review || options.at !== undefined) grouped.push(access);
    else show(access.row);
    counts.all += 1;
    counts.ended += Number(access.row.Ended !== "");
    counts.unproved += Number(access.row.Proved === "no");
  }
  for (const row of options.review ? reviewRows(grouped, now) : prolongedRows(grouped)) show(row);
  const { all, ended, unproved } = counts;
  if (format === FORMATS.table)
    say(`\n${all} grants: ${all - ended} go on, ${unproved} ended without a proof.`);
  return true;
}

const LAST_DAYS = 30;

/** At one moment, or at any moment of a period: of the last 30 days where none is named. */
function readFilter(options: Options, now: number): (access: ToldAccess) => boolean {
  const { role, person } = options;
  const at = readMoment("--at", options.at);
  const from = readMoment("--from", options.from);
  const to = readMoment("--to", options.to);
  if (at !== null && (from !== null || to !== null)) throw new UsageError("Give --at, or --from and --to.");
  const until = at === null ? (to ?? now + 1) : at + 1;
  const first = at ?? from ?? until - LAST_DAYS * DAY;
  const wanted = person?.replace(/^@/, "").toLowerCase();
  return ({ askedAt, from: begun, to: gone, row }) =>
    (begun ?? askedAt) < until &&
    (gone ?? Number.POSITIVE_INFINITY) > first &&
    (role === undefined || row.Role === role) &&
    (wanted === undefined || [row.Id, row.Name].some((one) => one.toLowerCase() === wanted));
}

const byHolder = ({ row }: ToldAccess): string => `${row.Id} ${row.Role}`;

/** At one moment a person has a role by two grants only where the second prolongs the first: they are one row. */
function prolongedRows(accesses: readonly ToldAccess[]): Row[] {
  return [...Map.groupBy(accesses, byHolder).values()].flatMap((all) => {
    const [first, last] = [all[0], all.at(-1)];
    if (!first || !last) return [];
    const each = (column: "Why" | "Ticket" | "Approved by") =>
      [...new Set(all.map(({ row }) => row[column]))].filter(Boolean).join("; ");
    return {
      ...last.row,
      From: first.row.From,
      Why: each("Why"),
      Ticket: each("Ticket"),
      "Approved by": each("Approved by"),
    };
  });
}

/** An access review: by person and role, how often and how long, used or not, by which rule or approver. */
function reviewRows(accesses: readonly ToldAccess[], now: number): Row[] {
  const groups = Map.groupBy(accesses, byHolder);
  return [...groups.values()].flatMap((all) => {
    const last = all.at(-1)?.row;
    if (!last) return [];
    const time = all.reduce((sum, { from, to }) => sum + (from === null ? 0 : (to ?? now) - from), 0);
    const unused = all.filter(({ row }) => row.Used === "no").length;
    const unknown = all.filter(({ row }) => row.Used === NOT_KNOWN).length;
    return {
      Name: last.Name,
      Id: last.Id,
      Role: last.Role,
      Times: String(all.length),
      "In all": formatDuration(time),
      Used: String(all.length - unused - unknown),
      "Not used": String(unused),
      "Use not known": String(unknown),
      "Approved by": [...new Set(all.flatMap(({ row }) => row["Approved by"].split(", ")))].join(", "),
    };
  });
}
