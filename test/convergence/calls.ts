/** The kinds of call a replica makes, by what goes over the wire, and the faults each can meet. */
import { createHash } from "node:crypto";
import type { Cut } from "../../sandbox/redis/commands.ts";
import { LANES } from "../../src/flow/ports.ts";

export type System = "Slack" | "hub" | "Redis";

/** Before it takes effect: 429 … hang, killed, paused. After: answer lost, killed after, paused after. */
export const HTTP = ["429", "503", "HTML 404", "401", "answer lost", "hang"] as const;
export const REDIS = ["refused", "cut", "answer lost", "hang"] as const;
export const ANY = ["killed before", "killed after", "paused before", "paused after"] as const;
export type How = (typeof HTTP)[number] | (typeof REDIS)[number] | (typeof ANY)[number] | Spell;

/** What a whole system does for a while. `open`: karpor-server runs without RBAC. */
export type Spell = "down" | "open" | "429" | "503" | "HTML 404" | "401" | "hang" | "refused";
export const SPELLS: Record<System, readonly Spell[]> = {
  Slack: ["down", "429", "503", "HTML 404", "401", "hang"],
  // What makes a false proof comes more often.
  hub: ["down", "503", "HTML 404", "HTML 404", "401", "hang", "open", "open"],
  Redis: ["down", "refused", "hang"],
};

/** A fault and the kind of call it hits. */
export interface Cell {
  system: System;
  call: string;
  how: How;
}

/** But those of a start alone, and what only one person sees for a moment: few sequences have them. */
const CALLS: Record<System, readonly string[]> = {
  Slack: [
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "conversations.open",
    "conversations.members",
    "users.info",
    "usergroups.list",
    "views.open",
    "views.update",
    "response_url",
  ],
  hub: [
    "create account",
    "create binding",
    "mint token",
    "ask login",
    "read account",
    "read binding",
    "change account",
    "delete account",
    "delete binding",
    "list accounts",
    "list bindings",
    "read role",
    "check",
  ],
  Redis: [
    "make request",
    "change record",
    "read record",
    "read person",
    "read unsettled",
    "read anything else",
    "write anything else",
    "take lease",
    "keep lease",
    "release lease",
    "queue a job",
    "take a job",
    "finish a job",
  ],
};

/** Every fault for every call that it can meet. */
export const CELLS: readonly Cell[] = (Object.keys(CALLS) as System[]).flatMap((system) =>
  CALLS[system].flatMap((call) =>
    [...(system === "Redis" ? REDIS : HTTP), ...ANY].map((how): Cell => ({ system, call, how })),
  ),
);

const VERBS: Record<string, string> = { POST: "create", PATCH: "change", DELETE: "delete" };

export function hubCall(method: string, path: string): string {
  if (path === "/rest-api/v1/authn") return "ask login";
  const [, kind = "", name, token] =
    /\/(serviceaccounts|clusterrolebindings|clusterroles)(?:\/([^/]+))?(?:\/(token))?$/.exec(path) ?? [];
  // What else is asked for shows how the hub is set up.
  if (kind === "") return "check";
  if (token) return "mint token";
  const noun = { serviceaccounts: "account", clusterrolebindings: "binding", clusterroles: "role" }[kind];
  if (method === "GET") return name ? `read ${noun}` : `list ${noun}s`;
  return `${VERBS[method] ?? method} ${noun}`;
}

/** Of what scripts do, only what changes something; looking for stalled jobs is no call of ours. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/^add|^reprocessJob|^updateJobScheduler/, "queue a job"],
  [/^moveToActive/, "take a job"],
  [/^moveToFinished|^moveToDelayed|^retryJob/, "finish a job"],
  [/^makeRequest/, "make request"],
  [/^swapRequest|^adoptRequest/, "change record"],
  [/^takeLease/, "take lease"],
  [/^returnLease/, "release lease"],
  [/^renewLease/, "keep lease"],
];

/** Empty for what is not worth naming. `scripts`: by their hash. */
export function redisCall(command: Cut, scripts: ReadonlyMap<string, string>): string {
  const name = command.word(0).toLowerCase();
  const isScript = name === "eval" || name === "evalsha";
  const script = isScript && scripts.get(name === "eval" ? sha1(command.word(1)) : command.word(1));
  if (script) return SCRIPTS.find(([pattern]) => pattern.test(script))?.[1] ?? "";
  // One that has no name reads, by keys.
  const key = command.word(isScript ? 3 : 1);
  const [, noun = ""] = /^\{karpor-access:[^}]+\}:([\w-]+)/.exec(key) ?? [];
  if (noun === "ping") return noun;
  if (noun === "request") return "read record";
  if (noun === "person" || noun === "unsettled") return `read ${noun}`;
  if (noun === "" || QUEUES.has(noun) || isScript) return "";
  if (READS.test(name)) return "read anything else";
  return WRITES.test(name) ? "write anything else" : "";
}

/** BullMQ's own. */
const QUEUES = new Set<string>(LANES);
const READS =
  /^(h?m?get|hgetall|exists|[sz]card|zscore|zrange\w*|smembers|sismember|s?scan|xrange|xrevrange)$/;
/** What a full Redis refuses. */
const WRITES = /^(set|hm?set|hincrby|incr|sadd|zadd|xadd)$/;

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");
