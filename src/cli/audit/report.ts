/** `audit report`: a month of access, for a review by people; Markdown, or one row a grant as CSV. */
import {
  type Access,
  type AccessReport,
  approversOf,
  buildReport,
  heldFor,
  heldUntil,
  isConfirmedLate,
  isContradictedIn,
  isEndedLate,
  type ReportRange,
} from "../../domain/access-report.ts";
import { formatDuration, MINUTE } from "../../domain/duration.ts";
import { headText, type Seal } from "../../domain/seal.ts";
import { type SeenUse, usesIn } from "../../domain/use.ts";
import { wholeOf } from "../../store/chain.ts";
import { csvRow } from "./csv.ts";
import type { ExportMeans } from "./export.ts";
import { proving, type Witnesses } from "./live.ts";
import type { ReportOptions } from "./options.ts";
import { unsealedWords } from "./verdict.ts";
import type { Verdict } from "./verifier.ts";

type NameOf = (id: string) => Promise<string>;

const LONGEST = 10;

export type ReportMeans = ExportMeans & Pick<Witnesses, "hub">;

export interface MonthReport {
  lines: string[];
  /** Whether the trail that it was made of is whole, as its first lines say; CSV has none. */
  isWhole: boolean;
  proof: string[];
}

export async function reportOn(
  means: ReportMeans,
  { month, from, to, format }: ReportOptions,
): Promise<MonthReport> {
  const now = means.clock.now();
  const { report, verdict, later } = await read(means, { from, to, now });
  const nameOf: NameOf = async (id) => (/^[UW]/.test(id) ? ((await means.nameOf(id)) ?? id) : id);
  const proof = [
    ...proofOf(verdict),
    ...(later && verdict.from ? [beginning(verdict.from)] : []),
    ...(now < to ? [`The month is not over: this is what was known at ${time(now)}.`] : []),
  ];
  const lines =
    format === "csv"
      ? csvOf(report, nameOf)
      : markdownOf(report, { nameOf, month, instance: means.instance, proof });
  return { lines: await lines, isWhole: verdict.faults.length === 0, proof };
}

/** The same reading proves it. */
async function read(means: ReportMeans, range: ReportRange) {
  const { lines, later, verdict } = await proving(means, { heads: [], hub: means.hub });
  const builder = buildReport(range);
  for await (const line of lines) builder.line(wholeOf(line));
  return { report: builder.report(), verdict: verdict(), later };
}

interface Context {
  nameOf: NameOf;
  month: string;
  instance: string;
  proof: string[];
}

async function markdownOf(report: AccessReport, context: Context): Promise<string[]> {
  const { nameOf, month, instance, proof } = context;
  const named = async (ids: readonly string[]) => (await Promise.all(ids.map(nameOf))).join(", ");
  const { asked, held } = report;
  const denied = asked.filter((one) => one.denied);
  const emergencies = held.filter((one) => one.isEmergency);
  const late = [
    ...held.flatMap((one) => lateEnds(one, report)),
    ...report.contradicted.flatMap((one) =>
      lateEnds(one, report).filter((end) => isContradictedIn(end, report)),
    ),
  ];
  const longest = held.toSorted((a, b) => heldFor(b, report) - heldFor(a, report)).slice(0, LONGEST);
  const who = async (one: Access) => [await nameOf(one.requester), one.role];
  return [
    `# Access in ${month}, ${instance}`,
    "",
    ...proof,
    "",
    ...totals(report),
    "",
    "## Who held what",
    "",
    ...table(
      ["Person", "Role", "Grants", "Together", "Longest", "Approved by", "Uses", "Changes"],
      await holders(report, named),
    ),
    "",
    "## Longest",
    "",
    ...(await tableOf(
      ["Person", "Role", "For", "From", "Until", "Approved by", "Request"],
      longest,
      async (one) => [
        ...(await who(one)),
        ...[span(heldFor(one, report)), time(one.begun), time(heldUntil(one, report))],
        ...[await named(approversOf(one)), one.id],
      ],
    )),
    "",
    "## Denied",
    "",
    ...(await tableOf(["When", "Person", "Role", "By", "Why", "Request"], denied, async (one) => [
      ...[time(one.stateAt), ...(await who(one)), await nameOf(one.denied?.by ?? "")],
      ...[one.denied?.why ?? "", one.id],
    ])),
    "",
    "## Taken in an emergency",
    "",
    ...(await tableOf(
      ["When", "Person", "Role", "Reason", "Reviewed by", "Request"],
      emergencies,
      async (one) => [
        ...[time(one.begun), ...(await who(one)), one.reason],
        ...[(await named(one.reviewedBy)) || "nobody yet", one.id],
      ],
    )),
    "",
    "## Ends late, or not confirmed at once",
    "",
    ...(await tableOf(
      ["Was to end", "Ended", "Person", "Role", "Confirmed", "How", "Request"],
      late,
      async ({ of, dueAt, ended, confirmed, contradicted, what }) => [
        ...[time(dueAt), ended ? time(ended.at) : "not yet", ...(await who(of))],
        ...[confirmed ? time(confirmed.at) : "not yet", howOf({ confirmed, contradicted }), what],
      ],
    )),
    "",
    "## Tried by who may not",
    "",
    ...(await tableOf(
      ["When", "Person", "What", "Whose", "Why not", "Request"],
      report.attempts,
      async ({ at, by, what, of, why, id }) => [
        ...[time(at), await nameOf(by), what, await nameOf(of), why, id],
      ],
    )),
    "",
    "## Lockdowns, restores and changes of the policy",
    "",
    ...table(
      ["When", "What", "By", "Why"],
      [
        ...(await Promise.all(
          report.lockdowns.map(async ({ at, what, by, why }) => [
            time(at),
            `lockdown ${what}`,
            await nameOf(by),
            why,
          ]),
        )),
        ...(await Promise.all(
          report.restores.map(async ({ at, by }) => [
            time(at),
            "restored Redis confirmed",
            await nameOf(by),
            "",
          ]),
        )),
        ...report.policies.map(({ at, took }) => [time(at), `policy ${took.slice(0, 8)} in force`, "", ""]),
      ].toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    ),
  ];
}

/** Of its tokens that gave way, and its own. */
const lateEnds = (one: Access, report: AccessReport) => [
  ...one.former
    .filter(isConfirmedLate)
    .map((token) => ({ ...token, of: one, dueAt: null, what: `${one.id} token ${token.generation}` })),
  ...(isEndedLate(one, report) || isConfirmedLate(one)
    ? [{ ...one, of: one, dueAt: one.expiresAt, what: one.id }]
    : []),
];

const AGAINST = { used: "used", accepted: "a token accepted", returned: "stood again" };

/** How it was proved, and what contradicts that. */
const howOf = ({ confirmed, contradicted }: Pick<Access, "confirmed" | "contradicted">): string =>
  [
    ...(confirmed ? [confirmed.method] : []),
    ...contradicted.map(({ what, at }) => `${AGAINST[what]} ${time(at)}`),
  ].join("; ");

function proofOf({ faults: [fault], newest, unsealed, notes }: Verdict): string[] {
  const whole = newest
    ? `The trail it was made of is whole up to seal ${headText(newest)} of ${time(newest.at)}.`
    : "Nothing of the trail it was made of is sealed yet.";
  return [
    fault ? `**The trail it was made of is not whole:** ${cell(fault.what)}.` : whole,
    ...unsealedWords(unsealed),
    ...notes,
  ];
}

const beginning = ({ seal, at }: Pick<Seal, "seal" | "at">): string =>
  `The trail begins with seal ${seal} (${time(at)}): nothing is known of what was before, and access that was given before counts from then on.`;

function totals({ asked, held }: AccessReport): string[] {
  const of = (...states: string[]) => asked.filter(({ state }) => states.includes(state)).length;
  const people = new Set(held.map(({ requester }) => requester)).size;
  // What was approved, and withdrawn or refused before anything came of it, is counted as that.
  const approved = asked.filter(
    ({ approvedBy, state }) => approvedBy.length > 0 && state !== "withdrawn" && state !== "refused",
  );
  const byPolicy = approved.filter(
    ({ approvedBy, isEmergency }) => approvedBy.includes("policy") && !isEmergency,
  ).length;
  const emergencies = approved.filter(({ isEmergency }) => isEmergency).length;
  return [
    `${asked.length} requests: ${approved.length - byPolicy - emergencies} approved by people, ${byPolicy} by policy, ${emergencies} taken in an emergency, ${of("denied")} denied, ${of("refused")} refused by policy, ${of("timedOut")} that nobody decided, ${of("withdrawn")} withdrawn, ${of("requested", "pending")} still waiting.`,
    `${held.length} grants were held, by ${people} people.`,
  ];
}

async function holders(report: AccessReport, named: (ids: readonly string[]) => Promise<string>) {
  const groups = Map.groupBy(report.held, ({ requester, role }) => `${requester} ${role}`);
  const rows = await Promise.all(
    [...groups.values()].map(async (all) => {
      const times = all.map((one) => heldFor(one, report));
      const [one] = all;
      const approvers = [...new Set(all.flatMap(approversOf))];
      return [
        ...[await named(one ? [one.requester] : []), one?.role ?? "", `${all.length}`],
        ...[span(times.reduce((a, b) => a + b, 0)), span(Math.max(...times)), await named(approvers)],
        ...[sumOf(all, usesIn), sumOf(all, ({ changed }) => changed)],
      ];
    }),
  );
  return rows.toSorted(
    ([a = "", b = ""], [c = "", d = ""]) => a.localeCompare(c, "en") || b.localeCompare(d, "en"),
  );
}

/** Of those that are known: the rest is told as not known, or not all known. */
function sumOf(all: readonly Access[], count: (use: SeenUse) => number): string {
  const known = all.flatMap(({ use }) => use ?? []);
  if (known.length === 0) return "not known";
  const isAll = known.length === all.length && known.every(({ gaps }) => gaps.length === 0);
  return `${isAll ? "" : "at least "}${known.reduce((sum, use) => sum + count(use), 0)}`;
}

async function csvOf(report: AccessReport, nameOf: NameOf): Promise<string[]> {
  const rows = await Promise.all(
    [...report.held, ...report.contradicted].map(async (one) => [
      ...[one.id, one.requester, await nameOf(one.requester), one.role, one.reason, time(one.askedAt)],
      ...[(await Promise.all(approversOf(one).map(nameOf))).join("; "), one.isEmergency ? "yes" : "no"],
      ...[(await Promise.all(one.reviewedBy.map(nameOf))).join("; "), time(one.begun), time(one.expiresAt)],
      ...[time(one.ended?.at ?? null), one.ended?.cause ?? "", one.ended ? await nameOf(one.ended.by) : ""],
      ...[time(one.confirmed?.at ?? null), one.confirmed?.method ?? "", confirmedAtOnce(one)],
      `${Math.round(heldFor(one, report) / MINUTE)}`,
      ...useCells(one),
    ]),
  );
  return [csvRow(CSV_TITLES), ...rows.map(csvRow)];
}

const CSV_TITLES = [
  "request",
  "person",
  "name",
  "role",
  "reason",
  "asked",
  "approved by",
  "emergency",
  "reviewed by",
  "begun",
  "until",
  "ended",
  "why",
  "ended by",
  "confirmed",
  "confirmed by",
  "confirmed at once",
  "minutes in the month",
  "uses",
  "last use",
  "changes",
  "refused",
  "use complete",
];

/** Of its tokens that gave way, too; empty where nothing is late, and it has not ended. */
function confirmedAtOnce(one: Access): string {
  if ([one, ...one.former].some(isConfirmedLate)) return "no";
  return one.ended ? "yes" : "";
}

/** Empty where the hub told nothing of it. */
function useCells({ use }: Access): string[] {
  if (!use) return ["", "", "", "", ""];
  const counts = [`${usesIn(use)}`, time(use.last), `${use.changed}`, `${use.refused}`];
  return [...counts, use.gaps.length > 0 ? "no" : "yes"];
}

const tableOf = async <T>(
  titles: readonly string[],
  items: readonly T[],
  row: (item: T) => Promise<string[]>,
): Promise<string[]> => table(titles, await Promise.all(items.map(row)));

function table(titles: readonly string[], rows: readonly string[][]): string[] {
  if (rows.length === 0) return ["None."];
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)];
}

/** What people typed stays one cell, and no Markdown or HTML of its own. */
const cell = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\|`*_[\]<>]/g, (c) => (c === "<" ? "&lt;" : `\\${c}`));

/** To the minute. */
const span = (ms: number): string => formatDuration(Math.max(MINUTE, Math.round(ms / MINUTE) * MINUTE));
const time = (ms: number | null): string =>
  ms === null ? "" : `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
