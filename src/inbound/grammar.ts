/**
 * The command's text, taken apart: a request `ROLE [TIME] [from WHEN] [REASON…]`, or one of the other words. Nothing is
 * looked up here: whether there is such a role or request, and who may what, is decided later.
 */
import { checkTerms } from "../policy/limits.ts";
import type { Policy } from "../policy/policy.ts";
import { findRole, type Role } from "../policy/roles.ts";
import { COMMAND_ALIASES, COMMAND_WORDS, MEANINGS, type Word } from "../policy/words.ts";
import { formatDuration } from "../request/durations.ts";
import { type RequestId, readRequestId, UserId } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { nearest } from "./nearest.ts";
import { narrow, parseTerms, takeDuration, type When } from "./times.ts";

export interface AskCommand {
  kind: "ask";
  /** Null: for oneself. */
  requester: UserId | null;
  emergency: boolean;
  /** Null when the line ends before it: the form asks for the rest. */
  role: string | null;
  duration: number | null;
  start: When | null;
  reason: string;
}

export type Command =
  | AskCommand
  | { kind: "more"; id: RequestId | null; role: string | null; duration: number | null; reason: string }
  | { kind: "end"; id: RequestId | null; role: string | null }
  | { kind: "status" | "pending" | "active" | "help" }
  | { kind: "passkey" }
  | { kind: "history"; person: UserId | null }
  | { kind: "show"; id: RequestId }
  | { kind: "revoke"; id: RequestId; reason: string }
  | { kind: "revoke-all"; person: UserId; role: null; reason: string }
  | { kind: "revoke-all"; person: null; role: string; reason: string }
  | { kind: "lockdown" | "lockdown-form"; person: UserId | null; reason: string }
  | { kind: "unlock"; person: UserId | null; reason: string };

/** `text`: as Slack sends it, with mentions as <@U123|name>, and & < > escaped. Throws Refused. */
export function parseCommand(text: string): Command {
  const [word, rest] = takeWord(text);
  switch (meaningFor(word)) {
    case undefined:
      return word === "" ? { kind: "help" } : parseAsk(text);
    case "help":
      return { kind: "help" };
    case "more":
      return parseMore(rest);
    case "end":
      return { kind: "end", ...takeTarget(rest) };
    case "history":
      return parseHistory(rest);
    case "show":
      return { kind: "show", id: takeRequest(rest).id };
    case "revoke":
      return parseRevoke(rest);
    case "lockdown":
      return parseLockdown(rest);
    case "unlock":
      return { kind: "unlock", ...takePersonAndReason(rest) };
    case "status":
      return { kind: "status" };
    case "pending":
      return { kind: "pending" };
    case "active":
      return { kind: "active" };
    case "passkey":
      return { kind: "passkey" };
    case "for":
    case "emergency":
    case "all":
    case "everybody":
    case "from":
      return parseAsk(text);
  }
}

/** Whether it asks for access: only such a line can be put right in the form. */
export function isRequestLine(text: string): boolean {
  const meaning = meaningFor(takeWord(text)[0]);
  return meaning === undefined || meaning === "for" || meaning === "emergency";
}

const meaningFor = (word: string): Word | undefined => MEANINGS.get(narrow(word).toLowerCase());

/** Chinese words of the command, the longest first: no space need follow them. */
const CHINESE = [...COMMAND_WORDS]
  .filter((word) => /^\p{sc=Han}/u.test(word))
  .sort((a, b) => b.length - a.length);

/** The first word and what follows it. */
function takeWord(text: string): [word: string, rest: string] {
  const line = text.trimStart();
  const chinese = CHINESE.find((word) => line.startsWith(word));
  const word = chinese ?? /^\S*/.exec(line)?.[0] ?? "";
  return [word, line.slice(word.length).trimStart()];
}

/** The words before the role: for whom, and whether it is an emergency. */
function takePrefix(text: string): { requester: UserId | null; emergency: boolean; rest: string } {
  const [word, rest] = takeWord(text);
  const meaning = meaningFor(word);
  if (meaning === "emergency") return { ...takePrefix(rest), emergency: true };
  if (meaning !== "for") return { requester: null, emergency: false, rest: text.trimStart() };
  const named = takePerson(rest);
  if (named.person === null) throw new Refused("not-a-person", { typed: readable(takeWord(rest)[0]) });
  return { ...takePrefix(named.rest), requester: named.person };
}

function parseAsk(text: string): AskCommand {
  const { requester, emergency, rest } = takePrefix(text);
  const [role, after] = takeWord(rest);
  const { duration, start, reason } = parseTerms(after);
  const named = role === "" ? null : narrow(role).toLowerCase();
  return { kind: "ask", requester, emergency, role: named, duration, start, reason: readable(reason) };
}

/** `[ROLE|R-…] [TIME] [REASON…]`: the first word is of the reason unless a time or nothing follows it. */
function parseMore(text: string): Command {
  const [, after] = takeWord(text);
  const target = takeTarget(text);
  const isNamed = target.id !== null || (!hasTime(text) && (after === "" || hasTime(after)));
  const { id, role } = isNamed ? target : { id: null, role: null };
  const { duration, start, reason } = parseTerms(isNamed ? after : text);
  if (start) throw new Refused("must-start-now");
  return { kind: "more", id, role, duration, reason: readable(reason) };
}

function hasTime(text: string): boolean {
  const { duration, start } = parseTerms(text);
  return duration !== null || start !== null;
}

function takeTarget(text: string): { id: RequestId | null; role: string | null } {
  const [word] = takeWord(text);
  const id = readRequestId(word);
  return { id, role: id || word === "" ? null : narrow(word).toLowerCase() };
}

function takeRequest(text: string): { id: RequestId; reason: string } {
  const [word, rest] = takeWord(text);
  const id = readRequestId(word);
  if (!id) throw new Refused("unknown-request", { id: word });
  return { id, reason: readable(rest) };
}

function parseHistory(text: string): Command {
  const { person } = takePerson(text);
  if (person === null && text !== "")
    throw new Refused("not-a-person", { typed: readable(takeWord(text)[0]) });
  return { kind: "history", person };
}

function parseRevoke(text: string): Command {
  const [word, rest] = takeWord(text);
  if (meaningFor(word) !== "all") return { kind: "revoke", ...takeRequest(text) };
  const { person, reason } = takePersonAndReason(rest);
  if (person) return { kind: "revoke-all", role: null, ...needReason({ person, reason }) };
  const [role, why] = takeWord(rest);
  if (role === "") throw new Refused("not-a-person", { typed: "" });
  return {
    kind: "revoke-all",
    person: null,
    role: narrow(role).toLowerCase(),
    ...needReason({ reason: readable(why) }),
  };
}

/** Whom it hits is said in so many words: a line that does not, or gives no reason, opens the form. */
function parseLockdown(text: string): Command {
  const { person, reason } = takePersonAndReason(text);
  if (person !== null) return { kind: reason === "" ? "lockdown-form" : "lockdown", person, reason };
  const [word, why] = takeWord(text);
  const isEverybody = meaningFor(word) === "everybody";
  const words = readable(isEverybody ? why : text);
  return { kind: isEverybody && words !== "" ? "lockdown" : "lockdown-form", person: null, reason: words };
}

const MENTION = /^(?:for\s+)?<@([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>\s*/;

/**
 * A person who may be mentioned, and what follows. `@bob` that Slack did not resolve is refused, and so are groups and
 * channels: otherwise `lockdown @bob stolen laptop` would lock everybody down.
 */
function takePerson(text: string): { person: UserId | null; rest: string } {
  const [whole = "", id] = MENTION.exec(text) ?? [];
  if (id) return { person: UserId.parse(id), rest: text.slice(whole.length) };
  const [word] = takeWord(text.replace(/^for\s+/, ""));
  if (/^(?:@|＠|<[!#@])/.test(word)) throw new Refused("not-a-person", { typed: readable(word) });
  return { person: null, rest: text };
}

function takePersonAndReason(text: string): { person: UserId | null; reason: string } {
  const { person, rest } = takePerson(text);
  return { person, reason: readable(rest) };
}

function needReason<T extends { reason: string }>(command: T): T {
  if (command.reason === "") throw new Refused("reason-missing");
  return command;
}

/** As people typed it: Slack's escapes are undone once, mentions and links are their names. */
const readable = (escaped: string): string =>
  escaped
    .replace(/<([@#])([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, sign, id, name) => `${sign}${name || id}`)
    .replace(/<([^<>|]+)(?:\|[^<>]*)?>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .trim();

/** Shorter words are too near to others: `foo` does not mean `for`. */
const OFFERED = Object.values(COMMAND_ALIASES)
  .map(([english]) => english)
  .filter((word) => word.length > 3 && word !== "from");

/**
 * The line put right, escaped as it came: its mistyped first word, or the time that is too long by `longest` (ms). Null when
 * there is none that would be accepted: what is offered is never refused in its turn.
 */
export function correctedLine(
  text: string,
  longest: number | null,
  policy: Policy,
  now: number,
): string | null {
  try {
    const { rest } = takePrefix(text);
    const prefix = text.trim().slice(0, -rest.trimEnd().length);
    const [word, after] = takeWord(rest);
    const typed = narrow(word).toLowerCase();
    const commands = prefix === "" ? OFFERED : [];
    const near = nearest(typed, [...Object.keys(policy.roles), ...commands]);
    if (near === undefined || (near === typed) !== (longest !== null)) return null;
    const terms =
      longest === null ? after : `${formatDuration(longest)} ${takeDuration(after)?.rest ?? after}`;
    const line = `${prefix}${near} ${terms}`.trim();
    const command = parseCommand(line);
    if (command.kind === "ask") checkTerms(policy, withDefaults(command, near, findRole(policy, near)), now);
    return line;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

const withDefaults = (
  { duration, reason, emergency }: AskCommand,
  role: string,
  { duration: times }: Role,
) => ({
  role,
  reason,
  emergency,
  duration: duration ?? times.default,
  startsAt: null,
  follows: null,
  prolongsFrom: null,
});
