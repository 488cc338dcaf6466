/** What may follow `audit` on the command line. */
import { parseArgs } from "node:util";
import { AllowanceId, RequestId, UserId } from "../../domain/ids.ts";
import { headIn, type Witnessed } from "../../domain/seal.ts";
import { operatorName } from "../operator-name.ts";

export const AUDIT_USAGE = `audit export [--from DATE] [--to DATE] [--person U…] [--role ROLE] [--format jsonl|csv] [--no-names]
audit report --month YYYY-MM [--format md|csv] [--no-names]
audit forget R-…|A-…|--person U… [--as NAME] [--yes]
audit verify FILE|--live [--head SEAL:HASH]…`;

export interface ExportOptions {
  /** Milliseconds since the epoch; `until` is not shown itself. */
  since?: number;
  until?: number;
  person?: UserId;
  role?: string;
  format: "jsonl" | "csv";
  names: boolean;
}

export interface VerifyOptions {
  /** Undefined: the trail itself. */
  file?: string;
  heads: Pick<Witnessed, "seal" | "hash">[];
}

export interface ReportOptions {
  /** As it was asked for. */
  month: string;
  /** Milliseconds since the epoch; `to` is the first moment of the next month. Months are UTC's. */
  from: number;
  to: number;
  format: "md" | "csv";
  names: boolean;
}

export interface ForgetOptions {
  /** A request or an allowance; undefined: all that the person asked for, or was asked for them. */
  id?: RequestId | AllowanceId;
  person?: UserId;
  /** Who does it, for the trail, where they say so. */
  as?: string;
  yes: boolean;
}

export type AuditOptions =
  | ({ do: "export" } & ExportOptions)
  | ({ do: "forget" } & ForgetOptions)
  | ({ do: "report" } & ReportOptions)
  | ({ do: "verify" } & VerifyOptions);

const TABLE: Record<AuditOptions["do"], (args: string[]) => AuditOptions> = {
  export: exportOptions,
  forget: forgetOptions,
  report: reportOptions,
  verify: verifyOptions,
};

/** Throws one sentence. */
export function auditOptions([name = "", ...args]: string[]): AuditOptions {
  if (!Object.hasOwn(TABLE, name)) throw new Error(`Say what to do: ${Object.keys(TABLE).join(", ")}.`);
  return TABLE[name as AuditOptions["do"]](args);
}

const text = { type: "string" } as const;

function exportOptions(args: string[]): AuditOptions {
  const { values } = parseArgs({
    ...{ args, strict: true },
    options: {
      ...{ from: text, to: text, person: text, role: text, format: text },
      "no-names": { type: "boolean" },
    },
  });
  const { from, to, person, role, format = "jsonl" } = values;
  if (format !== "jsonl" && format !== "csv") throw new Error("--format is jsonl or csv.");
  const id = person === undefined ? undefined : UserId.safeParse(person).data;
  if (person !== undefined && !id) throw new Error("--person wants a Slack user id, such as U0BOB.");
  return {
    ...{ do: "export", format, names: !values["no-names"] },
    ...(from === undefined ? {} : { since: dateIn("--from", from) }),
    ...(to === undefined ? {} : { until: dateIn("--to", to) }),
    ...(id ? { person: id } : {}),
    ...(role === undefined ? {} : { role }),
  };
}

/** A day begins at midnight UTC. */
function dateIn(option: string, text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new Error(`${option} wants a day or a time, such as 2026-11-26 or 2026-11-26T14:00:00Z.`);
  return at;
}

function forgetOptions(args: string[]): AuditOptions {
  const { values, positionals } = parseArgs({
    ...{ args, strict: true, allowPositionals: true },
    options: { person: text, as: text, yes: { type: "boolean" } },
  });
  const [word, ...more] = positionals;
  const id =
    word === undefined ? undefined : (RequestId.safeParse(word).data ?? AllowanceId.safeParse(word).data);
  const person = values.person === undefined ? undefined : UserId.safeParse(values.person).data;
  if (more.length > 0 || (id === undefined) === (person === undefined))
    throw new Error("Say one request (R-…) or allowance (A-…), or --person with a Slack user id.");
  return {
    ...{ do: "forget", yes: values.yes ?? false },
    ...(values.as === undefined ? {} : { as: operatorName(values.as) }),
    ...(id ? { id } : {}),
    ...(person ? { person } : {}),
  };
}

function reportOptions(args: string[]): AuditOptions {
  const { values } = parseArgs({
    ...{ args, strict: true },
    options: { month: text, format: text, "no-names": { type: "boolean" } },
  });
  const { month = "", format = "md" } = values;
  if (format !== "md" && format !== "csv") throw new Error("--format is md or csv.");
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (!year || !number) throw new Error("--month wants a month, such as 2026-11.");
  const [from, to] = [Number(number) - 1, Number(number)].map((n) => Date.UTC(Number(year), n));
  return { do: "report", month, from: from ?? 0, to: to ?? 0, format, names: !values["no-names"] };
}

function verifyOptions(args: string[]): AuditOptions {
  const { values, positionals } = parseArgs({
    ...{ args, strict: true, allowPositionals: true },
    options: { live: { type: "boolean" }, head: { type: "string", multiple: true } },
  });
  const [file, ...more] = positionals;
  if (more.length > 0 || (file === undefined) !== (values.live === true))
    throw new Error("Say one file, or --live.");
  const heads = (values.head ?? []).map((one) => {
    const head = headIn(one);
    if (!head) throw new Error("--head wants a seal as the log, the hub or the channel has it: NUMBER:HASH.");
    return head;
  });
  return { do: "verify", heads, ...(file === undefined ? {} : { file }) };
}
