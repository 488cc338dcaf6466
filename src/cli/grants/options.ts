/** What may follow `grants` on the command line. */

import { EVERYBODY, type Locked } from "../../policy/lockdown.ts";
import { type Operator, type RequestId, readRequestId, UserId } from "../../request/ids.ts";
import { operatorNamed } from "../operator.ts";
import { readWords, UsageError } from "../options.ts";

export const GRANTS_USAGE = `grants list [--json]
grants show ID [--json]
grants end ID… [REASON] [--as NAME] [--json]
grants end --all [REASON] [--as NAME] [--json]
grants lockdown [@USER] REASON [--as NAME] [--json]
grants unlock [@USER] REASON [--as NAME] [--json]`;

export type GrantsCommand =
  | { kind: "list" }
  | { kind: "show"; id: RequestId }
  /** Without ids: everything that is granted. */
  | { kind: "end"; ids: RequestId[] | null; reason: string }
  | { kind: "lockdown" | "unlock"; whom: Locked; reason: string };

const OPTIONS = { json: { type: "boolean" }, all: { type: "boolean" }, as: { type: "string" } } as const;
const LONGEST_REASON = 500;

/** `operator`: who runs it, as the trail says it. Throws UsageError. */
export function grantsOptions(args: string[]): { command: GrantsCommand; json: boolean; operator: Operator } {
  const { json = false, all = false, as, words: typed } = readWords(args, OPTIONS);
  const [name = "", ...words] = typed;
  if (all && name !== "end") throw new UsageError("--all goes with end alone.");
  return { command: commandFrom(name, words, all), json, operator: operatorNamed(as) };
}

function commandFrom(name: string, words: string[], all: boolean): GrantsCommand {
  switch (name) {
    case "list":
      return { kind: "list" };
    case "show": {
      const id = readRequestId(words.join(" "));
      if (!id) throw new UsageError("show takes the id of one request; grants list has them.");
      return { kind: "show", id };
    }
    case "end":
      return endFrom(words, all);
    case "lockdown":
    case "unlock":
      return lockdownFrom(name, words);
    default:
      throw new UsageError("Say what to do: list, show, end, lockdown or unlock.");
  }
}

/** The ids that the words begin with; what follows them is a reason. */
function readIds(words: string[]): RequestId[] {
  const ids = words.map(readRequestId);
  const count = ids.includes(null) ? ids.indexOf(null) : ids.length;
  return ids.slice(0, count).flatMap((id) => id ?? []);
}

function endFrom(words: string[], all: boolean): GrantsCommand {
  const ids = readIds(words);
  if (all && ids.length > 0) throw new UsageError("Give ids or --all, not both.");
  if (!all && ids.length === 0)
    throw new UsageError("Say which: grants end R-7K2Q9FXT3M; grants list has them.");
  return { kind: "end", ids: all ? null : ids, reason: reasonIn(words.slice(ids.length)) };
}

function lockdownFrom(kind: "lockdown" | "unlock", words: string[]): GrantsCommand {
  const [first = "", ...rest] = words;
  const isPerson = /^<?@/.test(first);
  const user = UserId.safeParse(first.replace(/^<?@|>$/g, "")).data;
  if (isPerson && !user)
    throw new UsageError(`${first} is no Slack user id such as @U0123ABCD; their profile in Slack has it.`);
  const reason = reasonIn(isPerson ? rest : words);
  if (reason === "") throw new UsageError(`Say why: grants ${kind} REASON.`);
  return { kind, whom: isPerson && user ? user : EVERYBODY, reason };
}

function reasonIn(words: string[]): string {
  const reason = words.join(" ").trim();
  if (reason.length > LONGEST_REASON)
    throw new UsageError(`Say why in ${LONGEST_REASON} characters at most.`);
  return reason;
}
