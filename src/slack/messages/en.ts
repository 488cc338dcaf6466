/** English. Each sentence starts with the state in bold; `fmt` makes it blocks or plain words. */
import { durationParts } from "../../domain/duration.ts";
import type { AccessRequest, End } from "../../domain/request.ts";
import type { ForeignObject } from "../../flow/ports.ts";
import type { Facts } from "./facts.ts";
import { bullets, objectCode, subjectCodes } from "./foreign-objects.ts";
import { type Formatter, type Grammar, name } from "./formatter.ts";
import { foreignCode } from "./text.ts";
import {
  type ByAction,
  type ByFailure,
  type ByOutage,
  type ByRefusal,
  type ByStanding,
  type ByState,
  type ByStatus,
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
const approvers = (f: Facts, fmt: Formatter) => fmt.oneOf(f.approvers, APPROVER);
const what = (f: Facts) => `${f.role} for ${span(f.duration)}`;
const mine = (f: Facts) => `your ${f.role} access to ${f.hub}`;
const asks = (f: Facts, fmt: Formatter) =>
  `${fmt.who(f.requester)} asks for ${fmt.b(f.role)} on ${fmt.b(f.hub)} for ${fmt.b(span(f.duration))}`;
/** What stands with "for @Bob" for all others is "your" to Bob. */
const theirs = (f: Facts, fmt: Formatter) =>
  fmt.isReader(f.requester) ? mine(f) : `${f.role} for ${fmt.who(f.requester)}`;
const outage: ByOutage = {
  hub: (f) => `${f.hub} does not answer`,
  slack: () => "Slack does not answer",
  "not-the-hub": (f) => `something else answers in the place of ${f.hub}`,
  "held-back": () => "new access is held back until an administrator has seen to it",
  "open-hub": (f) => `${f.hub} lets anybody in, so that nothing can be confirmed`,
  accepted: (f) => `${f.hub} still accepts a token of the removed account`,
  stuck: (f) => `something on ${f.hub} holds the account that was deleted`,
  other: () => "something is not as it should be",
  "made-again": (f) => `somebody made an account of the same name on ${f.hub} again`,
};
const slow: Sentence = (f, fmt) => outage[f.slow.what](f, fmt);
const decided: Sentence = (f, fmt) =>
  f.decidedBy === "policy"
    ? "Approved by policy."
    : `Approved by ${fmt.who(f.decidedBy)} ${fmt.at(f.decidedAt)}.`;
const proof: Sentence = (f, fmt) =>
  ({
    probe: `The hub refuses the token${fmt.since(f.deletedAt)}.`,
    absence: `The token's account is gone from the hub${fmt.since(f.deletedAt)}.`,
    expiry: "That the hub refuses the token could not be shown; the token's own time has run out.",
  })[f.proof];
const proven: Record<Facts["proof"], string> = {
  probe: "token refused by the hub",
  absence: "its account is gone from the hub",
  expiry: "not confirmed by the hub; the token's own time has run out",
};

const changed = ({ what: term, max }: Facts["changed"]): string =>
  ({
    "role-gone": "the role is no longer offered",
    "other-rights": "the role gives other rights now",
    "too-long": `it lasts at most ${span(max ?? 0)} now`,
    requester: "it is for others now",
    approval: "others must approve it now",
    restored:
      "the bot's records were restored from an older copy, and whether it was decided since is not known",
  })[term];

const closedFor = ({ what: term }: Facts["changed"]): string =>
  term === "restored" ? "Closed:" : "Closed, the rules changed:";

const failure: ByFailure = {
  "name-taken": () =>
    "Something else of that name stands on the hub, so nothing was granted. Asking again takes a new name; tell an administrator.",
  "hub-refuses": () =>
    "The hub refused to set it up, so there is no access. An administrator must mend the bot's rights; then ask again.",
  "no-cluster-role": () =>
    "The hub does not have the ClusterRole of this role, so there is no access. An administrator must mend that; then ask again.",
  "recipient-gone": (f, fmt) =>
    `${fmt.who(f.requester)} is no longer a member of this workspace, so there is no access.`,
  "terms-changed": () =>
    "The rules of this role changed before the access was made, so there is none. Ask again under today's rules.",
  restored: () =>
    "The bot's records were restored from an older copy, and whether this access has ended since is not known: so it was not made again. Ask again.",
  "dm-closed": (f, fmt) =>
    `The bot cannot write to ${fmt.who(f.requester)}, so the token was not delivered and is taken back. Open a DM with the bot, then ask again.`,
};
const failed: Sentence = (f, fmt) =>
  f.end.failure ? failure[f.end.failure](f, fmt) : "There is no access. Ask again, or tell an administrator.";

function cause(end: End, fmt: Formatter, holder: boolean): string {
  const why = end.reason ? `: ${fmt.quoted(end.reason)}` : "";
  const by = end.by ? ` by ${fmt.who(end.by)}` : "";
  const said = {
    expired: "time ran out",
    released: holder ? "you released it" : `released${by}`,
    revoked: `revoked${by}${why}`,
    failed: "it could not be set up",
    lost: "the hub no longer had it whole",
    other: `another version of the bot ended it${why}`,
  };
  return said[end.cause];
}

const card: ByStatus = {
  pending: (f, fmt) =>
    `${fmt.b("Pending:")} ${fmt.who(f.requester)} asks for ${fmt.b(f.role)} for ${fmt.b(span(f.duration))}.`,
  withdrawn: (f, fmt) => `${fmt.b("Withdrawn:")} ${fmt.who(f.requester)} no longer asks for ${what(f)}.`,
  timedOut: (f, fmt) =>
    `${fmt.b("Lapsed:")} ${fmt.who(f.requester)} asked for ${what(f)}, and nobody decided in time.`,
  denied: (f, fmt) =>
    `${fmt.b("Denied:")} ${what(f)} for ${fmt.who(f.requester)}${
      f.decidedBy === "policy" ? "" : `, by ${fmt.who(f.decidedBy)} ${fmt.at(f.decidedAt)}`
    }.`,
  "setting-up": (f, fmt) =>
    `${fmt.b("Setting up:")} ${what(f)} for ${fmt.who(f.requester)}. ${decided(f, fmt)}`,
  closed: (f, fmt) =>
    `${fmt.b(closedFor(f.changed))} ${fmt.who(f.requester)} asked for ${what(f)}; ${changed(f.changed)}.`,
  outage: (f, fmt) =>
    `${fmt.b("Not set up yet:")} ${theirs(f, fmt)}. ${upperFirst(slow(f, fmt))}; still trying. ${decided(f, fmt)}`,
  active: (f, fmt) => `${fmt.b(`Active ${fmt.until(f.endsAt)}:`)} ${theirs(f, fmt)}. ${decided(f, fmt)}`,
  removing: (f, fmt) => `${fmt.b("Removing:")} ${theirs(f, fmt)}; ${cause(f.end, fmt, false)}.`,
  unproven: (f, fmt) => `${fmt.b("Removing:")} ${theirs(f, fmt)}. ${upperFirst(slow(f, fmt))}; still trying.`,
  failed: (f, fmt) => `${fmt.b("Failed:")} ${theirs(f, fmt)}. ${failed(f, fmt)}`,
  ended: (f, fmt) =>
    `${fmt.b(`Ended ${fmt.when(f.deletedAt)}:`)} ${theirs(f, fmt)}; ${cause(f.end, fmt, false)}; ${
      proven[f.proof]
    }.`,
};

const waiting = {
  pending: (f, fmt) => `${fmt.b("Waiting:")} ${what(f)}, for ${approvers(f, fmt)}.`,
  withdrawn: (f, fmt) => `${fmt.b("Withdrawn:")} you no longer ask for ${what(f)}.`,
  timedOut: (f, fmt) => `${fmt.b("Lapsed:")} ${what(f)}. Nobody decided in time.`,
  denied: (f, fmt) =>
    `${fmt.b("Denied:")} ${what(f)}${
      f.decidedBy === "policy" ? "" : `, by ${fmt.who(f.decidedBy)} ${fmt.at(f.decidedAt)}`
    }.`,
  "setting-up": (f, fmt) =>
    `${fmt.b("Setting up:")} ${what(f)}. ${decided(f, fmt)} The token comes in a message of its own.`,
  closed: (f, fmt) =>
    f.changed.what === "restored"
      ? `${fmt.b("Closed:")} ${what(f)}; ${changed(f.changed)}.`
      : `${fmt.b("Closed, the rules changed")} while this waited: ${what(f)}; ${changed(f.changed)}.`,
  outage: (f, fmt) =>
    `${fmt.b("Approved, not ready yet:")} ${slow(f, fmt)}. You have no access yet; we keep trying.`,
  nudged: (f, fmt) =>
    `${fmt.b("Waiting:")} ${what(f)}, for ${approvers(f, fmt)}. They were reminded ${fmt.at(f.nudgedAt)}.`,
  "not-delivered": (f, fmt) =>
    `${fmt.b("Waiting, nobody was asked yet:")} ${what(f)}. Slack does not take the message to the approvers; the administrators are told, and we keep trying.`,
  active: (f, fmt) => `${fmt.b(`Active ${fmt.until(f.endsAt)}:`)} ${mine(f)}. ${decided(f, fmt)}`,
  removing: (f, fmt) => `${fmt.b("Ending:")} ${mine(f)}.`,
  unproven: (f, fmt) =>
    `${fmt.b("Ending, not yet confirmed:")} ${slow(f, fmt)}. Your token may still work; we keep trying.`,
  failed: (f, fmt) => `${fmt.b("Failed:")} ${what(f)}. ${failed(f, fmt)}`,
  ended: (f, fmt) => `${fmt.b("Ended:")} ${mine(f)}. ${proof(f, fmt)}`,
} satisfies ByStatus & Record<string, Sentence>;

const token = {
  "setting-up": (f, fmt) =>
    `${fmt.b("Setting up:")} ${what(f)} on ${fmt.b(f.hub)}. The token comes in seconds.`,
  outage: waiting.outage,
  ready: (f, fmt) =>
    `${fmt.b("Ready:")} ${f.role} on ${fmt.b(f.hub)} ${fmt.untilDay(f.endsAt)}. Approved by ${
      f.decidedBy === "policy" ? "policy" : fmt.who(f.decidedBy)
    }.`,
  shown: (f, fmt) =>
    `${fmt.b("Active:")} ${f.role} on ${fmt.b(f.hub)} ${fmt.untilDay(f.endsAt)}. The token is not in this message.`,
  hidden: (f, fmt) =>
    `${fmt.b("Hidden:")} the token is off this message. ${upperFirst(mine(f))} goes on ${fmt.untilDay(f.endsAt)}.`,
  ending: waiting.removing,
  ended: waiting.ended,
  failed: (f, fmt) => `${fmt.b("Failed:")} ${what(f)}. There is no token.`,
} satisfies Record<string, Sentence>;

const unproven = { open: waiting.unproven, proven: waiting.ended } satisfies Record<string, Sentence>;

const alert = {
  unproven: (f, fmt) =>
    `${fmt.b("Ending, not yet confirmed:")} ${theirs(f, fmt)} on ${f.hub}. ${upperFirst(slow(f, fmt))}${fmt.since(
      f.slow.since,
    )}. The token may still work; we keep trying.`,
  "token-left": (f, fmt) =>
    `${fmt.b("A token is left in Slack, dead:")} ${theirs(f, fmt)} on ${f.hub}. Slack refuses to edit or delete its message; it was tried for a week.`,
  proven: (f, fmt) => `${fmt.b("Ended:")} ${theirs(f, fmt)} on ${f.hub}. ${proof(f, fmt)}`,
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
  requested: "pending",
  pending: "pending",
  refused: "refused",
  withdrawn: "withdrawn",
  timedOut: "closed",
  denied: "denied",
  approved: "being set up",
  delivering: "being set up",
  active: "active",
  ending: "ending",
  ended: "ended",
};

const refusal: ByRefusal = {
  "unknown-role": ({ role, roles, line }, fmt) =>
    `${fmt.b("Not sent:")} there is no role ${fmt.code(role)}. ${
      line
        ? `Did you mean ${fmt.code(roleOf(line))}?`
        : roles.length > 0
          ? `You can ask for ${roles.slice(0, 15).map(fmt.code).join(", ")}.`
          : "There is no role you can ask for."
    }`,
  "bad-duration": ({ text }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(text)} is no length of time. Write how long: 90m, 8h, 2d or 1h30m.`,
  "too-short": ({ min }, fmt) => `${fmt.b("Not sent:")} the shortest time is ${span(min)}.`,
  "too-long": ({ role, max }, fmt) => `${fmt.b("Not sent:")} ${fmt.code(role)} lasts at most ${span(max)}.`,
  "no-reason": ({ role }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(role)} needs a reason. Add it at the end of the line.`,
  "reason-too-long": ({ max }, fmt) =>
    `${fmt.b("Not sent:")} the reason is longer than ${max} characters. This is its beginning:`,
  "unknown-command": ({ word, line }, fmt) =>
    `${fmt.b("Not sent:")} there is no command ${fmt.code(word)}. Did you mean ${fmt.code(line)}?`,
  "status-of-others": (_, fmt) =>
    `${fmt.b("Not sent:")} status shows only what is yours. What someone else holds is ended with ${fmt.code(
      `${fmt.command} revoke @…`,
    )}.`,
  "unknown-target": ({ word }, fmt) =>
    `${fmt.b("Nothing changed:")} ${fmt.code(word)} is no request, and no person Slack knows. Type ${fmt.code(
      `${fmt.command} revoke @`,
    )} and choose the person, or give the number R-….`,
  "open-already": ({ id, role, state }, fmt) =>
    `${fmt.b("Not sent:")} ${id} for ${fmt.code(role)} is still open (${
      states[state as keyof ByState] ?? "open"
    }). See ${fmt.code(`${fmt.command} status`)}.`,
  "not-served": (r, fmt) => `${fmt.b("Refused:")} ${standing[r.standing]}.`,
  "may-not-ask": ({ role, who }, fmt) =>
    `${fmt.b("Refused:")} only ${fmt.any(who, "certain people")} can ask for ${fmt.code(role)}.`,
  "nobody-can-approve": ({ role, approvers: by }, fmt) =>
    `${fmt.b("Refused:")} ${fmt.code(role)} needs ${fmt.oneOf(by, APPROVER)}, and nobody but you is there to approve.`,
  "not-approver": ({ approvers: by }, fmt) =>
    `${fmt.b("Nothing changed:")} only ${fmt.any(by, APPROVER)} can decide this request.`,
  "own-request": ({ approvers: by, deciding }, fmt) =>
    deciding === "deny"
      ? `${fmt.b("Nothing changed:")} you cannot deny your own request. Withdraw, in our DM, takes it back.`
      : `${fmt.b("Nothing changed:")} you cannot approve your own request. ${upperFirst(fmt.any(by, APPROVER))} ${
          by.length === 1 ? "has been asked" : "can"
        }.`,
  "not-yours": ({ id }, fmt) => `${fmt.b("Nothing changed:")} ${id} belongs to someone else.`,
  late: ({ did, by, at }, fmt) =>
    did === "timedOut" || !by
      ? `${fmt.b("Too late:")} this was ${did === "timedOut" ? "left to lapse" : did} ${fmt.at(at)}; your click changed nothing.`
      : `${fmt.b("Too late:")} ${fmt.isReader(by) ? "you" : name(by)} ${did === "withdrawn" ? "withdrew" : did} this ${fmt.at(at)}; your click changed nothing.`,
  "terms-changed": ({ role, what: term, max }, fmt) =>
    `${fmt.b(closedFor({ what: term }))} ${fmt.code(role)}: ${changed({ what: term, max })}.`,
  "not-hidden-yet": (_, fmt) =>
    `${fmt.b("Not hidden yet:")} Slack does not answer, and the token still stands there. We keep trying.`,
  "reminded-already": ({ at }, fmt) =>
    `${fmt.b("Nothing changed:")} they were reminded ${fmt.at(at)}, and are reminded once.`,
  stale: ({ id }, fmt) =>
    `${fmt.b("Nothing changed:")} ${id} was changed after this button was drawn. Use the newest message.`,
  "unknown-request": ({ id }, fmt) => `${fmt.b("Nothing changed:")} there is no request ${fmt.code(id)}.`,
  "nothing-restored": (_, fmt) =>
    `${fmt.b("Nothing changed:")} nothing waits for this any more. What holds back new access, if anything does, stands in /status of the bot.`,
  unreadable: ({ id }, fmt) =>
    `${fmt.b("Nothing changed:")} the bot cannot read ${id}: another version of it wrote that record, or it is damaged. What access it gave ends on time all the same; an administrator can end it now, on the hub.`,
  "nothing-to-revoke": ({ who }, fmt) =>
    `${fmt.b("Nothing to revoke:")} ${who ? `${fmt.user(who, "this person")} has` : "you have"} no access.`,
  "look-up-failed": (_, fmt) =>
    `${fmt.b("Nothing changed:")} Slack does not say who may do this. Try again in a minute.`,
  "store-down": (_, fmt) =>
    `${fmt.b("Nothing changed:")} the bot cannot reach its records. Try again in a minute.`,
  unsure: (_, fmt) =>
    `${fmt.b("Not certain:")} the bot's records did not answer in time. See ${fmt.code(
      `${fmt.command} status`,
    )} before you try again.`,
};

const button: ByAction = {
  approve: "Approve",
  approveNote: "Approve with a note…",
  deny: "Deny…",
  withdraw: "Withdraw",
  nudge: "Remind them",
  release: "Release now",
  revoke: "Revoke…",
  hide: "Hide token",
  again: "Ask again",
  edit: "Edit…",
  change: "Change and ask again",
  send: "Send this line",
  run: "Send this line",
  open: "Open dashboard",
  goOn: "Go on with this Redis",
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
  /** For screen readers, and it starts with what all others see: "Approve, admin for Bob, R-7K2Q9FXT". */
  label: (action: keyof ByAction, role: string, who: string, id: string): string =>
    `${button[action]}, ${role}${who ? ` for ${who}` : ""}${id ? `, ${id}` : ""}`,
  cardText: (f: Facts, reason: string): string =>
    `${name(f.requester)} asks for ${what(f)}${reason ? `: ${reason}` : ""}`,
  /** To the administrators: the bot's own token could not be renewed. */
  credential: (left: number, hub: string): string =>
    `*Ends in ${span(left)}:* the bot's own access to ${hub}, which it could not renew. Run npm run setup, then npm run doctor; without it nobody gets access, and none is taken away.`,
  /** To the administrators: the approvals channel does not take a card. */
  cardRefused: (channel: string, code: string, id: string): string =>
    `*Nobody can be asked:* Slack does not take messages to ${channel} (${code}), so ${id} waits unseen. Invite the bot to the channel, or name another in slack.channel; then npm run doctor.`,
  /** To the administrators: it may be forged, by whoever has the bot's rights. */
  adopted: ({ id, role, requester }: AccessRequest, hub: string): string =>
    `*No record knows it:* ${foreignCode(role, 50)} on ${hub} for ${foreignCode(requester.name, 50)}, which the bot found there, and ends on time. If Redis lost nothing, somebody with the bot's access made it: \`/karpor-access revoke ${id}\`, then run \`npm run setup -- --rotate\`.`,
  foreign: (objects: readonly ForeignObject[], hub: string): string => {
    const [these, them] = objects.length === 1 ? ["an object", "it"] : [`${objects.length} objects`, "each"];
    const line = (one: ForeignObject) =>
      one.instance !== undefined
        ? `grants of another bot among ours: instance ${foreignCode(one.instance, 50)}`
        : one.kind === "ServiceAccount"
          ? `an account among the grants': ${objectCode(one)}`
          : `${objectCode(one)} gives ${foreignCode(one.clusterRole ?? "", 50)} to ${subjectCodes(one)}`;
    return [
      `*Not made by the bot:* ${these} on ${hub} that may give access past it.`,
      ...bullets(objects, line, (more) => `and ${more} more`),
      `If nobody you know made ${them}, the bot's access is in other hands: run \`npm run setup -- --rotate\`. \`npm run doctor\` shows how to remove ${them}, or to accept an account that is yours.`,
    ].join("\n");
  },
  /** To the administrators: Redis was restored from a copy (`until`: where it ends), or emptied. */
  redisBehind: (until: string | null): string =>
    [
      `*New access waits for you:* ${until ? `Redis was restored from a copy that ends at ${until}` : "Redis is empty"}, and the hub remembers what came after. What ended, was denied or withdrawn since stands in no record any more. Live access goes on and ends on time.`,
      "• If there is a newer copy of Redis, restore it, and press nothing.",
      "• If there is none, press the button: what is asked for from now on is granted as ever. What was asked for before is closed, and can be asked for again.",
    ].join("\n"),
  goneOn: (fmt: Formatter): string =>
    `${fmt.b("Confirmed:")} the bot goes on with this Redis. New access is granted again; what was asked for before it was restored is not.`,
  confirmedBy: (who: string): string => `confirmed by ${who}`,
  notice: {
    closed: waiting.closed,
    denied: waiting.denied,
    timedOut: waiting.timedOut,
    failed: waiting.failed,
    ended: waiting.ended,
  },
  reminder: {
    open: (f: Facts, fmt: Formatter, lead: number): string =>
      `${fmt.b(`Ends in ${span(lead)}:`)} ${mine(f)}${fmt.rich ? `, ${fmt.at(f.endsAt)}` : ""}.`,
    closed: (f: Facts, fmt: Formatter, lead: number): string =>
      `${fmt.b(`Reminded ${span(lead)} before the end:`)} ${mine(f)}.`,
  },
  /** Where it was asked, after it was vetted. */
  asked: {
    checking: (f: Facts, fmt: Formatter): string =>
      `${fmt.b("Checking:")} ${what(f)}. Slack does not say yet who may ask; the answer comes in our DM.`,
    sent: (f: Facts, fmt: Formatter): string =>
      `${fmt.b(`Sent to ${fmt.any(f.approvers, APPROVER)}.`)} The answer comes in our DM.`,
    approved: (f: Facts, fmt: Formatter): string =>
      `${fmt.b("Approved by policy:")} ${what(f)}. The token comes in our DM.`,
  },
  nudge: (f: Facts, fmt: Formatter): string =>
    `${fmt.b("Still waiting:")} ${fmt.who(f.requester)} asks for ${what(f)}.`,
  lapses: (f: Facts, fmt: Formatter): string => `lapses ${fmt.when(f.closesAt)}`,
  /** Not `named`: to mention the approvers here would ping them. */
  decides: (f: Facts, fmt: Formatter, named: boolean): string =>
    `${named ? `anyone in ${fmt.any(f.approvers, APPROVER)}` : "any approver"} except ${name(f.requester)}`,
  allows: (description: string): string => `Allows: ${description}`,
  deniedBecause: "Why it was denied:",
  approvedWith: "Note from whoever approved:",
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
    goOn: {
      title: "Go on with this Redis",
      text: "Is there no newer copy of Redis to restore? What was asked for before is then closed for good.",
      yes: "Go on",
      no: "Not yet",
    },
  },
  done: {
    approved: (f: Facts, fmt: Formatter) => `${fmt.b("Approved:")} ${theirs(f, fmt)} is being set up.`,
    denied: (f: Facts, fmt: Formatter) => `${fmt.b("Denied:")} ${theirs(f, fmt)}. The requester is told why.`,
    withdrawn: waiting.withdrawn,
    hidden: token.hidden,
    ending: (f: Facts, fmt: Formatter) =>
      `${fmt.b("Ending:")} ${theirs(f, fmt)}. The token stops within about 10 seconds.`,
  },
  help: {
    head: (hub: string, fmt: Formatter, example: string | undefined): string =>
      example
        ? `${fmt.b(`Access to Karpor ${hub}.`)} Type role, time, reason: ${fmt.code(`${fmt.command} ${example}`)}`
        : `${fmt.b(`Access to Karpor ${hub}.`)} There is no role you can ask for.`,
    reason: "checking the search page",
    time: (most: string, usual: string): string => `at most ${most}, without a time ${usual}`,
    reasonNeeded: "needs a reason",
    byPolicy: "approved by policy",
    approvedBy: (by: string, within: string): string => `${by} approves within ${within}`,
    askedBy: (who: string): string => `for ${who}`,
    commands: (fmt: Formatter): string =>
      `${fmt.code(`${fmt.command} status`)} shows what you have open, ${fmt.code(`${fmt.command} revoke`)} ends it.`,
    threads: "Slack allows no app commands in threads; use the message box.",
  },
  status: {
    head: (count: number, hub: string, fmt: Formatter): string =>
      count > 0
        ? `${fmt.b(`${count} open:`)} what you asked for and hold on ${hub}.`
        : `${fmt.b("Nothing open:")} you have no request and no access on ${hub}.`,
    more: (shown: number, all: number): string => `${shown} of ${all} shown, oldest first`,
    none: (fmt: Formatter): string => `${fmt.code(`${fmt.command} help`)} shows what you can ask for.`,
  },
  revoke: {
    head: (count: number, fmt: Formatter): string => `${fmt.b(`${count} live:`)} choose which access to end.`,
  },
  busy: (span: string, fmt: Formatter): string =>
    `${fmt.b("Slack asks to wait:")} this goes on by itself in about ${span}.`,
  yourReason: "your reason",
  trouble: (id: string | undefined, fmt: Formatter): string =>
    `${fmt.b("Not finished:")} something went wrong on the bot's side. Try again in a minute; if it stays, tell an administrator${
      id ? ` the number ${id}` : ""
    }.`,
  welcome: {
    head: (hub: string, fmt: Formatter): string =>
      `${fmt.b("Welcome.")} Here you get access to Karpor ${hub} for a limited time: answers, tokens and reminders come to this DM.`,
    ways: (fmt: Formatter): string =>
      `${fmt.code(fmt.command)} opens a form; ${fmt.code(`${fmt.command} help`)} shows how to ask in one line.`,
    unread: (_: Formatter): string =>
      "I do not read what is typed here, and cannot: Slack tells me of commands and buttons only.",
  },
  form: {
    title: "Ask for access",
    head: (hub: string, fmt: Formatter): string =>
      `${fmt.b(`Access to Karpor ${hub}.`)} It ends by itself, and on time.`,
    role: "Role",
    time: "Time",
    other: "Another time",
    otherHint: "Such as 45m, 2h 30m or 3d. It goes before the choice above.",
    reason: "Reason",
    reasonHint: "Whoever decides reads it.",
    ends: (at: number, time: number, fmt: Formatter): string =>
      `Ends at about ${fmt.when(at)} if it is approved now (${span(time)}).`,
    looking: "Looking up what else you may ask for…",
    none: "There is no role you can ask for.",
    leftOut: (role: string, fmt: Formatter): string =>
      `You may not ask for ${fmt.code(role)}; choose another role.`,
    submit: "Ask",
    cancel: "Cancel",
    close: "Close",
  },
  decision: {
    approve: {
      title: "Approve with a note",
      head: (f: Facts, fmt: Formatter): string => `${fmt.b("Approving:")} ${asks(f, fmt)}.`,
      label: "Note",
      hint: "The requester and the approvals channel see it.",
      submit: "Approve",
    },
    deny: {
      title: "Deny a request",
      head: (f: Facts, fmt: Formatter): string => `${fmt.b("Denying:")} ${asks(f, fmt)}.`,
      label: "Reason",
      hint: "The requester and the approvals channel see it.",
      submit: "Deny",
    },
    revoke: {
      title: "Revoke access",
      head: (f: Facts, fmt: Formatter): string =>
        `${fmt.b("Revoking:")} ${
          fmt.isReader(f.requester) ? mine(f) : `${f.role} on ${f.hub} for ${fmt.who(f.requester)}`
        }, ${span(f.duration)}, ${fmt.until(f.endsAt)}. The token stops within about 10 seconds.`,
      label: "Reason",
      hint: "The holder and the approvals channel see it, and who revoked.",
      submit: "Revoke",
    },
    asked: "Asked for because:",
    cancel: "Cancel",
    blank: "Write a reason.",
    close: "Close",
  },
  states,
};
