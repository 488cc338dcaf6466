/** What may follow `grants` on the command line. Pure. */
import { parseArgs } from "node:util";
import { REASON_MAX } from "../../domain/command.ts";
import { type RequestId, readRequestId } from "../../domain/ids.ts";
import { operatorName } from "../operator-name.ts";

export const GRANTS_USAGE =
  "grants list | show ID | end ID [REASON] | end --all [REASON] | abandon ID [REASON] | lockdown REASON | unlock REASON | confirm-restore [--as NAME] [--json]";

export type GrantsCommand =
  | { do: "list" | "confirm-restore" }
  | { do: "show"; id: RequestId }
  | { do: "end" | "abandon"; id: RequestId; reason: string }
  | { do: "end-all" | "lockdown" | "unlock"; reason: string };

export interface GrantsOptions {
  command: GrantsCommand;
  json: boolean;
  /** Who runs it, where they say so. */
  as?: string;
}

const options = { json: { type: "boolean" }, all: { type: "boolean" }, as: { type: "string" } } as const;

/** Throws one sentence. */
export function grantsOptions(args: string[]): GrantsOptions {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
  const { json = false, all = false, as } = values;
  const [name = "", ...rest] = positionals;
  const read = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
  if (!read) throw new Error(`Say what to do: ${Object.keys(COMMANDS).join(", ")}.`);
  if (all && name !== "end") throw new Error("--all goes with end alone.");
  return { command: read(rest, all), json, ...(as === undefined ? {} : { as: operatorName(as) }) };
}

const COMMANDS = {
  list: alone("list"),
  show: ([id, ...more]: string[]) => {
    if (more.length > 0) throw new Error("show takes one request: grants show R-7K2Q9FXT.");
    return { do: "show" as const, id: idIn(id, "show") };
  },
  end: (words: string[], all: boolean): GrantsCommand => {
    const [id, ...why] = words;
    if (!all) return { do: "end", id: idIn(id, "end"), reason: joined(why) };
    if (id !== undefined && readRequestId(id)) throw new Error("Give an id or --all, not both.");
    return { do: "end-all", reason: joined(words) };
  },
  abandon: ([id, ...why]: string[]) => ({
    do: "abandon" as const,
    id: idIn(id, "abandon"),
    reason: joined(why),
  }),
  lockdown: withReason("lockdown"),
  unlock: withReason("unlock"),
  "confirm-restore": alone("confirm-restore"),
} satisfies Record<string, (rest: string[], all: boolean) => GrantsCommand>;

function alone(name: "list" | "confirm-restore") {
  return (rest: string[]) => {
    if (rest.length > 0) throw new Error(`${name} takes nothing more.`);
    return { do: name };
  };
}

function withReason(name: "lockdown" | "unlock") {
  return (words: string[]) => {
    const reason = joined(words);
    if (reason === "") throw new Error(`Say why: grants ${name} REASON.`);
    return { do: name, reason };
  };
}

function idIn(word: string | undefined, name: string): RequestId {
  if (word === undefined) throw new Error(`Say which: grants ${name} R-7K2Q9FXT; grants list has them.`);
  const id = readRequestId(word);
  if (!id) throw new Error(`${word} is no request id: they look like R-7K2Q9FXT; grants list has them.`);
  return id;
}

function joined(words: string[]): string {
  const reason = words.join(" ").trim();
  if (reason.length > REASON_MAX) throw new Error(`Say why in ${REASON_MAX} characters at most.`);
  return reason;
}
