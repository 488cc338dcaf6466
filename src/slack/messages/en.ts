/** English. Each sentence starts with the state in bold; `say` makes it blocks or plain words. */
import { durationParts } from "../../domain/duration.ts";
import type { End } from "../../domain/request.ts";
import type { Facts } from "./facts.ts";
import { type Grammar, name, type Say } from "./formatter.ts";
import {
  type ByAction,
  type ByFailure,
  type ByPhase,
  type ByRefusal,
  type ByStanding,
  type ByState,
  roleOf,
  type Sentence,
  upperFirst,
} from "./wording.ts";

const UNITS = { d: "d", h: "h", m: "min" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

const grammar: Grammar = {
  span,
  until: (time) => `until ${time}`,
  left: (left) => `for ${left}`,
  at: (time) => `at ${time}`,
  on: (day) => `on ${day}`,
  ago: (passed) => `${passed} ago`,
  ahead: (left) => `in ${left}`,
  justNow: "just now",
  since: (time) => ` since ${time}`,
  any: (mentions, more) => {
    const last = more ? "others" : mentions.at(-1);
    const rest = more ? mentions : mentions.slice(0, -1);
    return [rest.join(", "), last].filter(Boolean).join(" or ");
  },
  tidy: (text) => text,
  oneOf: (mentions, more) => {
    const [only, ...others] = mentions;
    if (only?.startsWith("<@") && others.length === 0) return only;
    return `one of ${mentions.join(", ")}${more ? " and others" : ""}`;
  },
};

const APPROVER = "an approver";
const approvers = (f: Facts, say: Say) => say.oneOf(f.approvers, APPROVER);
const what = (f: Facts) => `${f.role} for ${span(f.duration)}`;
const mine = (f: Facts) => `your ${f.role} access to ${f.hub}`;
const theirs = (f: Facts, say: Say) => `${f.role} for ${say.who(f.requester)}`;
const silent = (f: Facts) => (f.slow.what === "hub" ? "the hub does not answer" : "Slack does not answer");
const decided: Sentence = (f, say) =>
  f.decidedBy === "policy"
    ? "Approved by policy."
    : `Approved by ${say.who(f.decidedBy)} ${say.at(f.decidedAt)}.`;
const proof: Sentence = (f, say) =>
  f.proof === "witness"
    ? `The hub refuses the token${say.since(f.goneAt)}.`
    : `The token's account is gone from the hub${say.since(f.goneAt)}.`;

const failure: ByFailure = {
  "name-taken": () =>
    "Something else of that name stands on the hub, so nothing was granted. Asking again takes a new name; tell an administrator.",
  "hub-refuses": () =>
    "The hub refused to set it up, so there is no access. An administrator must mend the bot's rights; then ask again.",
  "no-cluster-role": () =>
    "The hub does not have the ClusterRole of this role, so there is no access. An administrator must mend that; then ask again.",
  "recipient-gone": (f, say) =>
    `${say.who(f.requester)} is no longer a member of this workspace, so there is no access.`,
  "dm-closed": (f, say) =>
    `The bot cannot write to ${say.who(f.requester)}, so the token was not delivered and is taken back. Open a DM with the bot, then ask again.`,
};
const failed: Sentence = (f, say) =>
  f.end.failure ? failure[f.end.failure](f, say) : "There is no access. Ask again, or tell an administrator.";

function cause(end: End, say: Say, holder: boolean): string {
  const why = end.reason ? `: ${say.quoted(end.reason)}` : "";
  const by = end.by ? ` by ${say.who(end.by)}` : "";
  const said = {
    expired: "time ran out",
    released: holder ? "you released it" : `released${by}`,
    revoked: `revoked${by}${why}`,
    failed: "it could not be set up",
    lost: "the hub no longer had it whole",
  };
  return said[end.cause];
}

const card: ByPhase = {
  pending: (f, say) =>
    `${say.b("Pending:")} ${say.who(f.requester)} asks for ${say.b(f.role)} for ${say.b(span(f.duration))}.`,
  withdrawn: (f, say) => `${say.b("Withdrawn:")} ${say.who(f.requester)} no longer asks for ${what(f)}.`,
  lapsed: (f, say) =>
    `${say.b("Lapsed:")} ${say.who(f.requester)} asked for ${what(f)}, and nobody decided in time.`,
  denied: (f, say) =>
    `${say.b("Denied:")} ${what(f)} for ${say.who(f.requester)}${
      f.decidedBy === "policy" ? "" : `, by ${say.who(f.decidedBy)} ${say.at(f.decidedAt)}`
    }.`,
  "setting-up": (f, say) =>
    `${say.b("Setting up:")} ${what(f)} for ${say.who(f.requester)}. ${decided(f, say)}`,
  trouble: (f, say) =>
    `${say.b("Not set up yet:")} ${theirs(f, say)}. ${upperFirst(silent(f))}; still trying. ${decided(f, say)}`,
  active: (f, say) => `${say.b(`Active ${say.until(f.endsAt)}:`)} ${theirs(f, say)}. ${decided(f, say)}`,
  removing: (f, say) => `${say.b("Removing:")} ${theirs(f, say)}; ${cause(f.end, say, false)}.`,
  unproven: (f, say) => `${say.b("Removing:")} ${theirs(f, say)}. ${upperFirst(silent(f))}; still trying.`,
  failed: (f, say) => `${say.b("Failed:")} ${theirs(f, say)}. ${failed(f, say)}`,
  ended: (f, say) =>
    `${say.b(`Ended ${say.when(f.goneAt)}:`)} ${theirs(f, say)}; ${cause(f.end, say, false)}; ${
      f.proof === "witness" ? "token refused by the hub" : "its account is gone from the hub"
    }.`,
};

const waiting: ByPhase = {
  pending: (f, say) => `${say.b("Waiting:")} ${what(f)}, for ${approvers(f, say)}.`,
  withdrawn: (f, say) => `${say.b("Withdrawn:")} you no longer ask for ${what(f)}.`,
  lapsed: (f, say) => `${say.b("Lapsed:")} ${what(f)}. Nobody decided in time.`,
  denied: (f, say) =>
    `${say.b("Denied:")} ${what(f)}${
      f.decidedBy === "policy" ? "" : `, by ${say.who(f.decidedBy)} ${say.at(f.decidedAt)}`
    }.`,
  "setting-up": (f, say) =>
    `${say.b("Setting up:")} ${what(f)}. ${decided(f, say)} The token comes in a message of its own.`,
  trouble: (f, say) => `${say.b("Not set up yet:")} ${silent(f)}. You have no access; we keep trying.`,
  active: (f, say) => `${say.b(`Active ${say.until(f.endsAt)}:`)} ${mine(f)}. ${decided(f, say)}`,
  removing: (f, say) => `${say.b("Ending:")} ${mine(f)}.`,
  unproven: (f, say) =>
    `${say.b("Ending, not yet confirmed:")} ${silent(f)}. Your token may still work; we keep trying.`,
  failed: (f, say) => `${say.b("Failed:")} ${what(f)}. ${failed(f, say)}`,
  ended: (f, say) => `${say.b("Ended:")} ${mine(f)}. ${proof(f, say)}`,
};

const token = {
  "setting-up": (f, say) =>
    `${say.b("Setting up:")} ${what(f)} on ${say.b(f.hub)}. The token comes in seconds.`,
  trouble: waiting.trouble,
  ready: (f, say) =>
    `${say.b("Ready:")} ${f.role} on ${say.b(f.hub)} ${say.untilDay(f.endsAt)}. Approved by ${
      f.decidedBy === "policy" ? "policy" : say.who(f.decidedBy)
    }.`,
  shown: (f, say) =>
    `${say.b("Active:")} ${f.role} on ${say.b(f.hub)} ${say.untilDay(f.endsAt)}. The token is not in this message.`,
  hidden: (f, say) =>
    `${say.b("Hidden:")} the token is off this message. ${upperFirst(mine(f))} goes on ${say.untilDay(f.endsAt)}.`,
  ending: waiting.removing,
  ended: waiting.ended,
  failed: (f, say) => `${say.b("Failed:")} ${what(f)}. There is no token.`,
} satisfies Record<string, Sentence>;

const unproven = { open: waiting.unproven, proven: waiting.ended } satisfies Record<string, Sentence>;

const alert = {
  unproven: (f, say) =>
    `${say.b("Ending, not yet confirmed:")} ${theirs(f, say)} on ${f.hub}. The hub does not answer${say.since(
      f.slow.since,
    )}. The token may still work; we keep trying.`,
  proven: (f, say) => `${say.b("Ended:")} ${theirs(f, say)} on ${f.hub}. ${proof(f, say)}`,
  failed: card.failed,
} satisfies Record<string, Sentence>;

const standing: ByStanding = {
  member: "this account cannot ask for access",
  guest: "guests of this workspace cannot have access",
  bot: "bots cannot have access",
  stranger: "people of other workspaces cannot have access",
  deactivated: "a deactivated account cannot have access",
};

const states: ByState = {
  asked: "pending",
  pending: "pending",
  refused: "refused",
  withdrawn: "withdrawn",
  lapsed: "lapsed",
  denied: "denied",
  approved: "being set up",
  delivering: "being set up",
  active: "active",
  ending: "ending",
  ended: "ended",
};

const refusal: ByRefusal = {
  "unknown-role": ({ role, roles, line }, say) =>
    `${say.b("Not sent:")} there is no role ${say.code(role)}. ${
      line
        ? `Did you mean ${say.code(roleOf(line))}?`
        : roles.length > 0
          ? `You can ask for ${roles.slice(0, 15).map(say.code).join(", ")}.`
          : "There is no role you can ask for."
    }`,
  "bad-duration": ({ text }, say) =>
    `${say.b("Not sent:")} ${say.code(text)} is no duration. Write it like 90m, 8h, 2d or 1h30m.`,
  "too-short": ({ min }, say) => `${say.b("Not sent:")} the shortest time is ${span(min)}.`,
  "too-long": ({ role, max }, say) => `${say.b("Not sent:")} ${say.code(role)} lasts at most ${span(max)}.`,
  "no-reason": ({ role }, say) =>
    `${say.b("Not sent:")} ${say.code(role)} needs a reason. Add it at the end of the line.`,
  "reason-too-long": ({ max }, say) =>
    `${say.b("Not sent:")} the reason is longer than ${max} characters. This is its beginning:`,
  "open-already": ({ id, role, state }, say) =>
    `${say.b("Not sent:")} ${id} for ${say.code(role)} is still open (${
      states[state as keyof ByState] ?? "open"
    }). See ${say.code(`${say.command} status`)}.`,
  "not-served": (r, say) => `${say.b("Refused:")} ${standing[r.standing]}.`,
  "may-not-ask": ({ role, who }, say) =>
    `${say.b("Refused:")} only ${say.any(who, "certain people")} can ask for ${say.code(role)}.`,
  "nobody-can-approve": ({ role, approvers: by }, say) =>
    `${say.b("Refused:")} ${say.code(role)} needs ${say.oneOf(by, APPROVER)}, and nobody but you is there to approve.`,
  "not-approver": ({ approvers: by }, say) =>
    `${say.b("Nothing changed:")} only ${say.any(by, APPROVER)} can decide this request.`,
  "own-request": ({ approvers: by }, say) =>
    `${say.b("Nothing changed:")} you cannot approve your own request. ${upperFirst(say.any(by, APPROVER))} ${
      by.length === 1 ? "has been asked" : "can"
    }.`,
  "not-yours": ({ id }, say) => `${say.b("Nothing changed:")} ${id} belongs to someone else.`,
  late: ({ did, by, at }, say) =>
    did === "lapsed" || !by
      ? `${say.b("Too late:")} this was ${did === "lapsed" ? "left to lapse" : did} ${say.at(at)}; your click changed nothing.`
      : `${say.b("Too late:")} ${name(by)} ${did === "withdrawn" ? "withdrew" : did} this ${say.at(at)}; your click changed nothing.`,
  stale: ({ id }, say) =>
    `${say.b("Nothing changed:")} ${id} was changed after this button was drawn. Use the newest message.`,
  "unknown-request": ({ id }, say) => `${say.b("Nothing changed:")} there is no request ${say.code(id)}.`,
  "nothing-to-revoke": ({ who }, say) =>
    `${say.b("Nothing to revoke:")} ${who ? `${say.user(who, "this person")} has` : "you have"} no access.`,
  "look-up-failed": (_, say) =>
    `${say.b("Nothing changed:")} Slack does not say who may do this. Try again in a minute.`,
  "store-down": (_, say) =>
    `${say.b("Nothing changed:")} the bot cannot reach its records. Try again in a minute.`,
  unsure: (_, say) =>
    `${say.b("Not certain:")} the bot's records did not answer in time. See ${say.code(
      `${say.command} status`,
    )} before you try again.`,
};

const button: ByAction = {
  approve: "Approve",
  deny: "Deny…",
  withdraw: "Withdraw",
  release: "Release now",
  revoke: "Revoke…",
  hide: "Hide token",
  again: "Ask again",
  send: "Send this line",
  open: "Open dashboard",
};

const label: ByAction = {
  approve: "Approve",
  deny: "Deny",
  withdraw: "Withdraw",
  release: "Release",
  revoke: "Revoke",
  hide: "Hide the token of",
  again: "Ask again for",
  send: "Send the corrected line for",
  open: "Open the dashboard with",
};

export const en = {
  grammar,
  card,
  waiting,
  token,
  unproven,
  alert,
  refusal,
  button,
  /** For screen readers: "Approve admin for Bob, R-7K2Q9FXT". */
  label: (action: keyof ByAction, role: string, who: string, id: string): string =>
    `${label[action]} ${role}${who ? ` for ${who}` : ""}${id ? `, ${id}` : ""}`,
  cardText: (f: Facts, reason: string): string =>
    `${name(f.requester)} asks for ${what(f)}${reason ? `: ${reason}` : ""}`,
  /** To the administrators: the bot's own token could not be renewed. */
  credential: (left: number, hub: string): string =>
    `*Ends in ${span(left)}:* the bot's own access to ${hub}, which it could not renew. Run npm run setup, then npm run doctor; without it nobody gets access, and none is taken away.`,
  notice: {
    denied: waiting.denied,
    lapsed: waiting.lapsed,
    failed: waiting.failed,
    ended: waiting.ended,
  },
  reminder: {
    open: (f: Facts, say: Say, lead: number): string =>
      `${say.b(`Ends in ${span(lead)}:`)} ${mine(f)}${say.rich ? `, ${say.at(f.endsAt)}` : ""}.`,
    closed: (f: Facts, say: Say, lead: number): string =>
      `${say.b(`Reminded ${span(lead)} before the end:`)} ${mine(f)}.`,
  },
  asked: (f: Facts, say: Say): string =>
    `${say.b("Asked:")} ${what(f)}. ${upperFirst(approvers(f, say))} must approve.`,
  byPolicy: (f: Facts, say: Say): string =>
    `${say.b("Approved by policy:")} ${what(f)}. The token arrives in your DM in seconds.`,
  answerByDm: "the answer comes by DM",
  lapses: (f: Facts, say: Say): string => `lapses ${say.when(f.lapsesAt)}`,
  /** Not `named`: to mention the approvers here would ping them. */
  decides: (f: Facts, say: Say, named: boolean): string =>
    `${named ? `anyone in ${say.any(f.approvers, APPROVER)}` : "any approver"} except ${name(f.requester)}`,
  allows: (description: string): string => `Allows: ${description}`,
  deniedBecause: "Why it was denied:",
  cause,
  paste: "Copy it, open the dashboard, paste, Login. Do not forward it.",
  shortened: (most: string): string => `The hub allows at most ${most}, so this ends earlier than you asked.`,
  confirm: {
    release: {
      title: "Release access",
      text: "End your access now? The token stops within about 10 seconds.",
      yes: "Release now",
      no: "Keep it",
    },
    revoke: {
      title: "Revoke access",
      text: "End this access now? The token stops within about 10 seconds, and the holder is told who revoked it.",
      yes: "Revoke",
      no: "Keep it",
    },
  },
  done: {
    approved: (f: Facts, say: Say) => `${say.b("Approved:")} ${theirs(f, say)} is being set up.`,
    denied: (f: Facts, say: Say) => `${say.b("Denied:")} ${theirs(f, say)}. The requester is told why.`,
    withdrawn: waiting.withdrawn,
    hidden: token.hidden,
    ending: (f: Facts, say: Say) =>
      `${say.b("Ending:")} ${theirs(f, say)}. The token stops within about 10 seconds.`,
  },
  help: {
    head: (hub: string, say: Say, example: string | undefined): string =>
      example
        ? `${say.b(`Access to Karpor ${hub}.`)} Type role, time, reason: ${say.code(`${say.command} ${example}`)}`
        : `${say.b(`Access to Karpor ${hub}.`)} There is no role you can ask for.`,
    reason: "checking the search page",
    time: (most: string, usual: string): string => `at most ${most}, without a time ${usual}`,
    reasonNeeded: "needs a reason",
    byPolicy: "approved by policy",
    approvedBy: (by: string, within: string): string => `${by} approves within ${within}`,
    commands: (say: Say): string =>
      `${say.code(`${say.command} status`)} shows what you have open, ${say.code(`${say.command} revoke`)} ends it.`,
    threads: "Slack allows no app commands in threads; use the message box.",
  },
  status: {
    head: (count: number, hub: string, say: Say): string =>
      count > 0
        ? `${say.b(`${count} open:`)} what you asked for and hold on ${hub}.`
        : `${say.b("Nothing open:")} you have no request and no access on ${hub}.`,
    more: (shown: number, all: number): string => `${shown} of ${all} shown, oldest first`,
    none: (say: Say): string => `${say.code(`${say.command} help`)} shows what you can ask for.`,
  },
  revoke: {
    head: (count: number, say: Say): string => `${say.b(`${count} live:`)} choose which access to end.`,
  },
  refusedFooter: "Nothing was changed.",
  yourReason: "your reason",
  trouble: (id: string | undefined, say: Say): string =>
    `${say.b("Not finished:")} something went wrong on the bot's side. Try again in a minute; if it stays, tell an administrator${
      id ? ` the number ${id}` : ""
    }.`,
  deny: {
    title: "Deny a request",
    head: (role: string, who: string, say: Say): string => `${say.b("Denying:")} ${role} for ${who}.`,
    label: "Reason",
    hint: "The requester and the approvals channel see it.",
    submit: "Deny",
    cancel: "Cancel",
    blank: "Write a reason.",
    close: "Close",
  },
  states,
};
