/** `audit report`: who had what, when, why, by whose approval, whether it was used, how it ended, and how that is proved. */
import { stringify } from "csv-stringify/sync";
import { DAY, formatDuration } from "../../request/durations.ts";
import type { Store } from "../../store/store.ts";
import { UsageError } from "../options.ts";
import { type Grant, NOT_KNOWN, readGrants } from "./grants.ts";
import { readMoment, utcTime } from "./time.ts";

const text = { type: "string" } as const;
export const REPORT_OPTIONS = {
  at: text,
  from: text,
  to: text,
  role: text,
  person: text,
  format: text,
  review: { type: "boolean" },
} as const;
type Options = Partial<Record<"at" | "from" | "to" | "role" | "person" | "format", string>> & {
  review?: boolean;
};

type Row = Record<string, string>;
type Format = (row: Row) => string;

const asCell = (value: string): string => value.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
const tableLine: Format = (row) => `| ${Object.values(row).map(asCell).join(" | ")} |`;
// What somebody wrote as a reason must not run in a spreadsheet.
const csvLine = (cells: string[]): string => stringify([cells], { escape_formulas: true }).trimEnd();

/** Per format: the lines before the first row, and each row. */
const FORMATS: Record<string, { head(columns: string[]): string[]; line: Format }> = {
  table: {
    head: (columns) => [`| ${columns.join(" | ")} |`, `|${"---|".repeat(columns.length)}`],
    line: tableLine,
  },
  csv: { head: (columns) => [csvLine(columns)], line: (row) => csvLine(Object.values(row)) },
  jsonl: { head: () => [], line: (row) => JSON.stringify(row) },
};

/** Throws UsageError, StoreAway. */
export async function reportAccess(
  store: Store,
  options: Options,
  now: number,
  say: (line: string) => void,
): Promise<true> {
  const format = FORMATS[options.format ?? "table"];
  if (!format) throw new UsageError("--format takes table, csv or jsonl.");
  const isWanted = readFilter(options, now);
  const counts = { all: 0, ended: 0, proved: 0 };
  const grants: Grant[] = [];
  const show = (row: Row, isFirst: boolean): void => {
    if (isFirst) for (const line of format.head(Object.keys(row))) say(line);
    say(format.line(row));
  };
  for await (const grant of readGrants(store)) {
    if (!isWanted(grant)) continue;
    if (options.review) grants.push(grant);
    else show(rowFor(grant), counts.all === 0);
    counts.all += 1;
    counts.ended += Number(grant.endedBy !== "");
    counts.proved += Number(grant.proved !== "");
  }
  for (const [index, row] of reviewRows(grants, now).entries()) show(row, index === 0);
  if (format === FORMATS.table) say(`\n${countsText(counts)}`);
  return true;
}

const LAST_DAYS = 30;

/** At one moment, or at any moment of a period: of the last 30 days where none is named. */
function readFilter({ at, from, to, role, person }: Options, now: number): (grant: Grant) => boolean {
  if (at !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError("Give --at, or --from and --to.");
  const until = at === undefined ? (to === undefined ? now + 1 : readMoment("--to", to)) : null;
  const first =
    at === undefined
      ? from === undefined
        ? (until ?? now) - LAST_DAYS * DAY
        : readMoment("--from", from)
      : readMoment("--at", at);
  const wanted = person?.replace(/^@/, "").toLowerCase();
  return (grant) =>
    (grant.from ?? grant.askedAt) < (until ?? first + 1) &&
    (grant.to ?? Number.POSITIVE_INFINITY) > first &&
    (role === undefined || grant.role === role) &&
    (wanted === undefined || [grant.person, grant.name].some((one) => one.toLowerCase() === wanted));
}

function rowFor(grant: Grant): Row {
  const { id, person, name, role, reason, ticket, approvedBy, endedBy, proved, used, review } = grant;
  return {
    Name: name,
    Id: person,
    Role: role,
    From: grant.from === null ? NOT_KNOWN : utcTime(grant.from),
    To:
      grant.to === null
        ? `goes on until ${grant.endsAt ? utcTime(grant.endsAt) : NOT_KNOWN}`
        : utcTime(grant.to),
    Why: reason,
    Ticket: ticket,
    "Approved by": approvedBy,
    Ended: endedBy,
    Proved: proved || (endedBy ? "no" : ""),
    Used: used,
    Review: review,
    Request: id,
  };
}

/** An access review: by person and role, how often and how long, used or not, by which rule or approver. */
function reviewRows(grants: readonly Grant[], now: number): Row[] {
  const groups = Map.groupBy(grants, ({ person, role }) => `${person} ${role}`);
  return [...groups.values()].flatMap((all) => {
    const last = all.at(-1);
    if (!last) return [];
    const time = all.reduce((sum, { from, to }) => sum + (from === null ? 0 : (to ?? now) - from), 0);
    const unused = all.filter(({ used }) => used === "no").length;
    const unknown = all.filter(({ used }) => used === NOT_KNOWN).length;
    return {
      Name: last.name,
      Id: last.person,
      Role: last.role,
      Times: String(all.length),
      "In all": formatDuration(time),
      Used: String(all.length - unused - unknown),
      "Not used": String(unused),
      "Use not known": String(unknown),
      "Approved by": [...new Set(all.flatMap(({ approvedBy }) => approvedBy.split(", ")))].join(", "),
    };
  });
}

const countsText = ({ all, ended, proved }: Record<"all" | "ended" | "proved", number>): string =>
  `${all} grants: ${all - ended} go on, ${ended - proved} ended without a proof.`;
