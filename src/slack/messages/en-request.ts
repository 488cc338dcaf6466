/** English: the messages of a request, from the question to the receipt. Each starts with the state in bold. */
import type { Background } from "../../domain/background.ts";
import type { Bilingual } from "../../domain/bilingual.ts";
import { REVIEWS_NEEDED } from "../../domain/break-glass.ts";
import type { Extension } from "../../domain/extension.ts";
import { RELEASED_AFTER_MS } from "../../domain/idle.ts";
import type { Principal } from "../../domain/ids.ts";
import type { LeftToken } from "../../domain/left-tokens.ts";
import type { Shown } from "../../domain/message-key.ts";
import type { Person } from "../../domain/person.ts";
import { ruleNamed } from "../../domain/policy-rule.ts";
import { type End, isUnproved } from "../../domain/request.ts";
import { enGrammar } from "./en-grammar.ts";
import { type Facts, isOfRules } from "./facts.ts";
import { type Formatter, name } from "./formatter.ts";
import { foreign, inSentence } from "./text.ts";
import { type ByFailure, type ByOutage, type ByStatus, type Sentence, upperFirst } from "./wording.ts";

const { span } = enGrammar;
const APPROVER = "an approver";
/** "2 h", "2 h more", "2 h from tomorrow 22:00" */
const time: Sentence = (f, fmt) =>
  `${span(f.duration)}${f.more ? " more" : ""}${f.startsAt === undefined ? "" : fmt.from(f.startsAt)}`;
const what: Sentence = (f, fmt) => `${f.role} for ${time(f, fmt)}`;
const access: Sentence = (f, fmt) => `${fmt.code(f.role)} on ${fmt.b(f.hub)}`;
const asked: Sentence = (f, fmt) =>
  `${fmt.code(f.role)}, ${time(f, fmt)}, for ${fmt.who(f.requester)}${f.askedBy ? `, asked for by ${fmt.who(f.askedBy)}` : ""}`;
const mine = (f: Facts) => `your ${f.role} access to ${f.hub}`;
/** "@Bob asks for", "@Dana asks for @Bob:" */
const asking = ({ requester, askedBy }: Facts, say: (person: Person) => string): string =>
  askedBy ? `${say(askedBy)} asks for ${say(requester)}:` : `${say(requester)} asks for`;
const asks: Sentence = (f, fmt) =>
  `${asking(f, fmt.who)} ${fmt.b(f.role)} on ${fmt.b(f.hub)} for ${fmt.b(time(f, fmt))}`;
/** What stands with "for @Bob" for all others is "your" to Bob. */
const theirs: Sentence = (f, fmt) =>
  fmt.isReader(f.requester) ? mine(f) : `${f.role} for ${fmt.who(f.requester)}`;
const period: Sentence = (f, fmt) => (fmt.rich && f.given ? `, ${fmt.between(f.beginsAt, f.deletedAt)}` : "");

const outage: ByOutage = {
  hub: () => "Karpor does not answer",
  slack: () => "Slack does not answer",
  "not-the-hub": () => "something else answers in the place of Karpor",
  "held-back": () => "new access waits until an administrator confirms that the data is current",
  "rules-differ": () => "the rules of access were just changed, and not everything has them yet",
  "open-hub": () => "Karpor lets anybody in, so that nothing can be confirmed",
  accepted: () => "Karpor still accepts a token of the removed account",
  stuck: () => "something on Karpor holds what was deleted",
  other: () => "something is not as it should be",
  "made-again": () => "somebody made an account of the same name on Karpor again",
};
const slow: Sentence = (f, fmt) => outage[f.slow.what](f, fmt);
const slowSince: Sentence = (f, fmt) =>
  `${upperFirst(slow(f, fmt))}${fmt.rich ? ` (since ${fmt.when(f.slow.since)})` : ""}`;

/** New access waits for an administrator: nothing is tried again until then. */
const retrying: Sentence = (f) => (f.slow.what === "held-back" ? "" : "; still trying");

const theRule = (name: string): string => `the rule “${foreign(name, 60)}”`;
const byPolicy = (f: Facts): string => (f.rule === undefined ? "policy" : theRule(f.rule));
const approver: Sentence = (f, fmt) => (f.decidedBy === "policy" ? byPolicy(f) : fmt.people(f.deciders));
const UNAPPROVED = "taken in an emergency, approved by nobody";
const decided: Sentence = (f, fmt) => {
  if (f.emergency) return UNAPPROVED;
  return f.allowance
    ? `allowed beforehand by ${approver(f, fmt)} (${f.allowance})`
    : `approved by ${approver(f, fmt)} ${fmt.when(f.decidedAt)}`;
};
const approvedBy = (f: Facts, fmt: Formatter) =>
  `${f.allowance ? "allowed beforehand" : "approved"} by ${approver(f, fmt)}`;
/** To its holder. */
const by: Sentence = (f, fmt) => (f.emergency ? UNAPPROVED : approvedBy(f, fmt));
export const approvedHead = (f: Facts, fmt: Formatter) =>
  f.emergency ? "Emergency access" : `${upperFirst(approvedBy(f, fmt))}${f.lessened ? ", for less" : ""}`;

const ready = (f: Facts): string => (f.atAClick ? "It is ready in seconds." : "The token comes in seconds.");
/** Where it is announced. */
const tokenComes = (f: Facts): string =>
  f.atAClick ? "Show token, in our DM, makes its token" : "The token comes in our DM";
const willMessage = (f: Facts): string => `I will message you${f.atAClick ? "" : " with the token"}`;

const approvedAhead = (f: Facts): boolean => f.beginsAt > f.decidedAt;
/** On the message that brings the token. */
const begins = (f: Facts, fmt: Formatter) =>
  approvedAhead(f) ? `Your access begins, ${approvedBy(f, fmt)}` : approvedHead(f, fmt);

/** By whoever gave up waiting for it. */
const settled: Sentence = ({ settledBy }, fmt) => (settledBy ? `; ${fmt.name(settledBy)} settled it` : "");

const proof: Sentence = (f, fmt) => {
  if (f.proof === "unstarted")
    return `${f.end.cause === "expired" ? "The bot could not begin it within its time" : "It had not begun"}: no token was given out.`;
  const checked = fmt.rich ? ` (checked ${fmt.exact(f.checkedAt)})` : "";
  if (!f.given) return `No token was given out${checked}.`;
  return {
    probe: `Karpor refuses the token${checked}.`,
    absence: `The token's account is gone from Karpor${checked}.`,
    expiry: "That Karpor refuses the token could not be shown; the token's own time has run out.",
    abandoned: `Karpor never confirmed it${settled(f, fmt)}. The token's own time ends ${fmt.at(f.worksUntil)}.`,
  }[f.proof];
};
const proven: Sentence = (f, fmt) => {
  if (f.proof === "unstarted") return "it never began";
  if (!f.given) return "no token was given out";
  return {
    probe: "Karpor refuses the token",
    absence: "its account is gone from Karpor",
    expiry: "not confirmed by Karpor, but the token's own time has run out",
    abandoned: `never confirmed by Karpor${settled(f, fmt)}`,
  }[f.proof];
};
const confirmed: Sentence = (f, fmt) => {
  if (f.proof === "unstarted") return proof(f, fmt);
  return isUnproved(f.proof) && f.given
    ? `${fmt.b("Not confirmed:")} ${proof(f, fmt)}`
    : `${fmt.b(`Confirmed ${fmt.exact(f.checkedAt)}:`)} ${proven(f, fmt)}.`;
};

const denies = (rule: string, role: string, say: Bilingual | undefined): string =>
  `${theRule(rule)} denies ${role}${say ? `: ${inSentence(say.en)}` : ""}`;

const changed = ({ what: term, max, rule = "", say }: Facts["changed"], role: string): string =>
  ({
    "role-gone": `${role} is no longer offered`,
    "other-rights": `${role} gives other rights now`,
    "too-long": `${role} is now at most ${span(max ?? 0)}`,
    requester: `${role} is for others now`,
    approval: `others must approve ${role} now`,
    rule: denies(rule, role, say),
    restored:
      "the bot's records were restored from an older copy, and whether it was decided since is not known",
    departed: `whoever asked for ${role} is no longer a member of this workspace`,
    "left-group": `whoever asked is no longer in a group that ${role} is for`,
    "nobody-left": `nobody is left who could approve ${role}`,
    ended: `the ${role} access that was to last longer has ended`,
    check: `the company's check does not allow ${role} now`,
  })[term];

const closedFor = ({ what: term }: Facts["changed"]): string =>
  isOfRules(term) ? "Closed, the rules changed:" : "Closed:";

const failure: ByFailure = {
  "name-taken": () =>
    "Something else of that name stands on Karpor, so nothing was granted. Asking again takes a new name; tell an administrator.",
  "hub-refuses": () =>
    "Karpor refused to set it up, so there is no access. An administrator must mend the bot's rights; then ask again.",
  "no-cluster-role": () =>
    "Karpor does not have the ClusterRole of this role, so there is no access. An administrator must mend that; then ask again.",
  "recipient-gone": (f, fmt) =>
    `${fmt.who(f.requester)} is no longer a member of this workspace, so there is no access.`,
  "terms-changed": () =>
    "The rules of this role changed before the access was made, so there is none. Ask again under today's rules.",
  "allowance-gone": () =>
    "What was allowed beforehand was withdrawn before the access was made, or allowed by who may not any more, so there is none. Ask again.",
  restored: () =>
    "The bot's records were restored from an older copy, and whether this access has ended since is not known: so it was not made again. Ask again.",
  "check-denied": (f, fmt) =>
    `The company's check says no, so there is no access: ${fmt.quoted(f.end.reason ?? "")}`,
  "check-silent": () =>
    "The company's check gave no answer that counts when the access was to be made, so there is none. Ask again.",
  "dm-closed": (f, fmt) =>
    `The bot cannot write to ${fmt.who(f.requester)}, so the token was not delivered and is taken back. Open a DM with the bot, then ask again.`,
  "message-lost": () =>
    "Slack never said whether the message for your token arrived, so there is no access. Ask again.",
};
const failed: Sentence = (f, fmt) =>
  f.end.failure ? failure[f.end.failure](f, fmt) : "There is no access. Ask again, or tell an administrator.";

const left = (departure: End["departure"]): string =>
  ({
    deactivated: "its holder was deactivated",
    guest: "its holder became a guest",
    workspace: "its holder left the workspace",
    group: "its holder left the group it is for",
    rules: "the rules changed whom it is for",
  })[departure?.what ?? "workspace"];

/** On the card. */
const cause = ({ cause: why, by, departure }: Facts["end"], fmt: Formatter): string =>
  ({
    expired: "time was up",
    released: by ? `by ${fmt.who(by)}` : "by its holder",
    revoked: by ? `revoked by ${fmt.who(by)}` : "revoked",
    failed: "it could not be set up",
    altered: "it was changed in Karpor",
    lost: "it was removed in Karpor",
    departed: left(departure),
    idle: "idle, no use was reported",
    other: "another version of the bot ended it",
  })[why];

const youLeft: Sentence = ({ end: { departure } }, fmt) =>
  ({
    deactivated: "your account was deactivated",
    guest: "you are a guest of this workspace now",
    workspace: "you left this workspace",
    group: `you are no longer in ${fmt.any(departure?.groups ?? [], "the group it is for")}`,
    rules: `the role is now for ${fmt.any(departure?.groups ?? [], "others")}`,
  })[departure?.what ?? "workspace"];

/** To the holder. */
const ending: Record<End["cause"], Sentence> = {
  expired: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, time was up:`,
  released: (f, fmt) => `Ended by you${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}:`,
  revoked: (f, fmt) =>
    `Revoked${f.end.by ? ` by ${fmt.who(f.end.by)}` : ""}${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}:`,
  failed: () => "Failed:",
  altered: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, it was changed in Karpor:`,
  lost: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, it was removed in Karpor:`,
  departed: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, ${youLeft(f, fmt)}:`,
  idle: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, no use was reported:`,
  other: (f, fmt) => `Ended${fmt.rich ? ` ${fmt.at(f.end.at)}` : ""}, another version of the bot ended it:`,
};
const ended: Sentence = (f, fmt) => fmt.b(ending[f.end.cause](f, fmt));

/** To whoever decides: what does not begin at its own time begins with the approval, and less of it with a later one. */
const window: Sentence = (f, fmt) => {
  if (f.more) return `, until ${fmt.when(f.more.until)}`;
  if (f.startsAt === undefined) return `, until about ${fmt.about(f.requestedAt, f.duration)}`;
  return f.lessened
    ? `${fmt.from(f.startsAt)} or its approval, whichever is later, ${fmt.until(f.startsAt + f.lessened.asked.duration)} at the latest`
    : `${fmt.from(f.startsAt)} ${fmt.until(f.startsAt + f.duration)}`;
};

const card: ByStatus = {
  pending: (f, fmt) =>
    `${asking(f, (person) => fmt.b(name(person)))} ${fmt.b(f.role)} on ${fmt.b(f.hub)} for ${fmt.b(`${span(f.duration)}${f.more ? " more" : ""}`)}${window(f, fmt)}.`,
  withdrawn: (f, fmt) =>
    `${fmt.b(f.askedBy ? `Withdrawn by ${fmt.who(f.withdrawnBy)}:` : "Withdrawn:")} ${asked(f, fmt)}.`,
  timedOut: (f, fmt) => `${fmt.b(`Closed ${fmt.when(f.decidedAt)}, nobody decided:`)} ${asked(f, fmt)}.`,
  denied: (f, fmt) => `${fmt.b(`Denied by ${approver(f, fmt)} ${fmt.when(f.decidedAt)}:`)} ${asked(f, fmt)}.`,
  scheduled: (f, fmt) => `${fmt.b("Approved in advance:")} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  "setting-up": (f, fmt) => `${fmt.b("Approved:")} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  closed: (f, fmt) =>
    `${fmt.b(closedFor(f.changed))} ${changed(f.changed, fmt.code(f.role))}. ${name(f.requester)} asked for ${time(f, fmt)}.`,
  outage: (f, fmt) =>
    `${fmt.b(`${f.renewed ? "New token" : "Approved"}, not ready yet:`)} ${asked(f, fmt)} · ${decided(f, fmt)}. ${upperFirst(slow(f, fmt))}${retrying(f, fmt)}.`,
  active: (f, fmt) => `${fmt.b(`Active ${fmt.until(f.endsAt)}:`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  removing: (f, fmt) => `${fmt.b("Ending:")} ${asked(f, fmt)} · ${cause(f.end, fmt)}`,
  revoked: (f, fmt) =>
    `${fmt.b(`Revoked${f.end.by ? ` by ${fmt.who(f.end.by)}` : ""} ${fmt.when(f.end.at)}:`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  unproven: (f, fmt) =>
    `${fmt.b("Ending, not confirmed:")} ${asked(f, fmt)} · ${decided(f, fmt)}. ${upperFirst(slow(f, fmt))}${retrying(f, fmt)}.`,
  failed: (f, fmt) => `${fmt.b("Failed:")} ${asked(f, fmt)} · ${decided(f, fmt)}. ${failed(f, fmt)}`,
  ended: (f, fmt) =>
    `${fmt.b(`Ended ${fmt.when(f.deletedAt)} (${cause(f.end, fmt)}):`)} ${asked(f, fmt)}${period(f, fmt)} · ${decided(f, fmt)} · ${proven(f, fmt)}`,
  extended: (f, fmt) => `${fmt.b(`Extended ${fmt.until(f.endsAt)}:`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
};

/** To whom it is for, where somebody else asked. */
const byAnother: Sentence = (f, fmt) => (f.askedBy ? `, asked for you by ${fmt.who(f.askedBy)}` : "");

/** How far it is, where one approval is not enough. */
const progress = ({ count, approvals }: Facts): string =>
  count > 1 ? ` (${approvals.length} of ${count})` : "";

const revoked: Sentence = (f, fmt) => {
  if (fmt.rich || !f.end.by) return `${ended(f, fmt)} ${access(f, fmt)}.`;
  const why = f.end.reason ? `: ${fmt.quoted(f.end.reason)}` : ".";
  return `${fmt.who(f.end.by)} revoked your ${f.role} access${why}`;
};

/** Where nobody was to decide, it was never looked at. */
const undecided = (f: Facts): string => (f.unasked ? "it could not be checked in time" : "nobody decided");
const unchecked = "Nobody was asked yet; the answer comes in our DM.";

const waiting = {
  checking: (f, fmt) =>
    `${fmt.b("Checking:")} ${access(f, fmt)} for ${time(f, fmt)}${byAnother(f, fmt)}. ${unchecked}`,
  pending: (f, fmt) =>
    `${fmt.b(`Waiting for approval${progress(f)}:`)} ${access(f, fmt)} for ${time(f, fmt)}${byAnother(f, fmt)}.`,
  withdrawn: (f, fmt) =>
    f.askedBy
      ? `${fmt.b(`Withdrawn by ${fmt.who(f.withdrawnBy)}:`)} ${access(f, fmt)} for ${time(f, fmt)}.`
      : `${fmt.b("Withdrawn:")} you no longer ask for ${access(f, fmt)} for ${time(f, fmt)}.`,
  timedOut: (f, fmt) => `${fmt.b(`Closed, ${undecided(f)}:`)} ${access(f, fmt)} for ${time(f, fmt)}.`,
  denied: (f, fmt) =>
    `${fmt.b(`Not approved by ${approver(f, fmt)}:`)} ${fmt.code(f.role)}, ${time(f, fmt)}.`,
  scheduled: (f, fmt) =>
    `${fmt.b(`${approvedHead(f, fmt)}:`)} ${access(f, fmt)} for ${time(f, fmt)}. ${willMessage(f)} then.`,
  "setting-up": (f, fmt) =>
    `${fmt.b(f.renewed ? "New token:" : `${begins(f, fmt)}:`)} ${access(f, fmt)}. ${ready(f)}`,
  closed: (f, fmt) =>
    isOfRules(f.changed.what)
      ? `${fmt.b("Closed: the rules changed")} while this waited: ${changed(f.changed, fmt.code(f.role))}.`
      : `${fmt.b("Closed:")} ${access(f, fmt)}; ${changed(f.changed, f.role)}.`,
  outage: (f, fmt) =>
    f.slow.what === "held-back"
      ? `${fmt.b(`${f.renewed ? "New token" : approvedHead(f, fmt)}, held back:`)} ${slow(f, fmt)}. I will message you.`
      : `${fmt.b(`${f.renewed ? "New token" : "Approved"}, not ready yet:`)} ${slow(f, fmt)}. ${willMessage(f)}.`,
  nudged: (f, fmt) =>
    `${fmt.b(`Waiting for approval${progress(f)}:`)} ${access(f, fmt)} for ${time(f, fmt)}${byAnother(f, fmt)}. They were reminded ${fmt.at(f.nudgedAt)}.`,
  "not-delivered": (f, fmt) =>
    `${fmt.b("Waiting, nobody was asked yet:")} ${access(f, fmt)} for ${time(f, fmt)}. Slack does not take the message to the approvers; the administrators are told, and we keep trying.`,
  active: (f, fmt) => `${fmt.b(`Active ${fmt.until(f.endsAt)}:`)} ${access(f, fmt)}, ${by(f, fmt)}.`,
  removing: (f, fmt) => `${fmt.b("Ending:")} ${access(f, fmt)}.`,
  revoked,
  unproven: (f, fmt) =>
    `${fmt.b("Not confirmed:")} your ${fmt.code(f.role)} access should have ended ${fmt.at(f.end.at)}. ${slowSince(f, fmt)}; ${
      fmt.rich ? `your token may work until ${fmt.when(f.worksUntil)}` : "your token may still work"
    }.`,
  failed: (f, fmt) => `${fmt.b("Failed:")} ${access(f, fmt)}. ${failed(f, fmt)}`,
  ended: (f, fmt) => {
    if (f.proof === "unstarted" && !fmt.rich && f.end.by) return revoked(f, fmt);
    return f.end.cause === "revoked"
      ? `${ended(f, fmt)} ${access(f, fmt)}${period(f, fmt)}.${fmt.rich ? "" : ` ${proof(f, fmt)}`}`
      : `${ended(f, fmt)} ${access(f, fmt)}${period(f, fmt)}${fmt.rich ? `, ${by(f, fmt)}` : ""}. ${proof(f, fmt)}`;
  },
  extended: (f, fmt) => `${fmt.b(`Extended ${fmt.until(f.endsAt)}:`)} ${access(f, fmt)}, ${by(f, fmt)}.`,
} satisfies ByStatus & Record<string, Sentence>;

const stops: Sentence = (f) => (f.given ? "The token stops within 10 s." : "No token was given out.");
const notice = {
  closed: waiting.closed,
  denied: waiting.denied,
  timedOut: waiting.timedOut,
  failed: waiting.failed,
  revoked: waiting.revoked,
  // Not "ended" before it is proved.
  released: (f, fmt) => `${fmt.b("Ending now:")} ${access(f, fmt)}. ${stops(f, fmt)}`,
  ended: waiting.ended,
  /** Below the quoted words of whoever revoked it: before it is proved, and after. */
  stops,
  confirmed,
} satisfies Record<string, Sentence>;

const approved: Sentence = (f, fmt) =>
  f.renewed
    ? `${fmt.b("New token:")} ${access(f, fmt)} ${fmt.untilDay(f.endsAt)}, as before.${fmt.rich ? " The one you had works no more." : ""}`
    : `${fmt.b(`${begins(f, fmt)}:`)} ${access(f, fmt)} ${fmt.untilDay(f.endsAt)}.`;

const extender = (
  { by, also = [], qualified, allowance }: Extension,
  named: (who: Person) => string,
): string => {
  const rule = ruleNamed(qualified);
  if (by === "policy") return `approved by ${rule === undefined ? "policy" : theRule(rule)}`;
  const who = [by, ...also].map(named).join(" and ");
  return allowance ? `allowed beforehand by ${who} (${allowance})` : `approved by ${who}`;
};
/** What made it longer. Nobody is mentioned, as on all that is drawn anew. */
const prolonged = (one: Extension, fmt: Formatter): string =>
  `${fmt.b(`${span(one.ms)} more:`)} ${extender(one, name)} ${fmt.when(one.at)} · ${one.id}`;

/** In the place of a token that its holder has. */
const fresh: Record<NonNullable<Facts["fresh"]>, Sentence> = {
  extended: (f, fmt) =>
    `${fmt.b(`More time${f.extension ? `, ${extender(f.extension, fmt.who)}` : ""}:`)} ${access(f, fmt)} ${fmt.untilDay(f.endsAt)}.${fmt.rich && !f.atAClick ? " This token takes the place of the old one." : ""}`,
  upgraded: (f, fmt) =>
    `${fmt.b(f.atAClick ? "Press Show token again:" : "New token:")} Karpor was upgraded, and your old token stopped working.${fmt.rich ? ` ${access(f, fmt)} ends ${fmt.at(f.endsAt)} as before.` : ""}`,
  other: (f, fmt) => `${fmt.b("New token:")} ${access(f, fmt)} ${fmt.untilDay(f.endsAt)}.`,
};
const given: Sentence = (f, fmt) => (f.fresh ? fresh[f.fresh] : approved)(f, fmt);

/** The first sentence of what it says is the state; then what a click does. */
const atAClick: Sentence = (f, fmt) => {
  if (!fmt.rich) return "";
  return f.fresh === "extended"
    ? " A token that you have ends when it said; Show token makes one that lasts."
    : " Show token makes a token, and shows it to you alone for 2 min; no message holds it.";
};

const token = {
  "setting-up": (f, fmt) => `${given(f, fmt)}${fmt.rich ? ` ${ready(f)}` : ""}`,
  outage: waiting.outage,
  shown: given,
  reveal: (f, fmt) => `${given(f, fmt)}${atAClick(f, fmt)}`,
  hidden: (f, fmt) => `${fmt.b("Token hidden.")} Access goes on ${fmt.untilDay(f.endsAt)}.`,
} satisfies Record<string, Sentence>;

/** In the view that a click opens. */
const reveal = {
  title: "Your token",
  making: (fmt: Formatter): string => `${fmt.b("Making the token…")} It comes here in a moment.`,
  shown: (f, fmt) => `${fmt.b(`Your token, until ${fmt.when(f.worksUntil)}:`)} ${access(f, fmt)}.`,
  goes: "It goes from here in 2 min. You can be shown another at any time.",
  again: (_, fmt) =>
    `${fmt.b("Shown for 2 min:")} the token is gone from here; what you copied goes on working. Show token, in our DM, makes another.`,
  replaced: (_, fmt) =>
    `${fmt.b("Out of date:")} this token stops within 10 s. Show token, on the newest message in our DM, makes another.`,
  over: (f, fmt) =>
    `${fmt.b("No longer shown:")} ${access(f, fmt)} ends or has ended, and with it the token.`,
} satisfies Record<string, string | Sentence | ((fmt: Formatter) => string)>;

/** In the channel, of what was taken in an emergency. */
const emergency = {
  head: (f: Facts, fmt: Formatter): string =>
    `${fmt.b("Emergency access:")} ${fmt.who(f.requester)} took ${fmt.b(f.role)} on ${fmt.b(f.hub)} ${fmt.until(f.endsAt)}, and nobody approved it.`,
  /** `named`: to mention others here would ping them. */
  passedOver: (f: Facts, fmt: Formatter, named: readonly Principal[]): string =>
    `Passed over: ${named.length > 0 ? fmt.any(named, APPROVER) : "its approvers"}. Two others than ${name(f.requester)} review it, each with a comment.`,
  reviewedBy: (who: Person, at: number, fmt: Formatter): string =>
    `${fmt.b("Reviewed")} by ${fmt.who(who)} ${fmt.at(at)}:`,
  reviews: (count: number): string =>
    count < REVIEWS_NEEDED ? `review open: ${count} of ${REVIEWS_NEEDED}` : "review closed",
};

const alert = {
  unproven: (f, fmt) =>
    `${fmt.b("Not confirmed:")} ${fmt.code(f.role)} of ${name(f.requester)} should have ended ${fmt.at(f.end.at)}. ${slowSince(f, fmt)}; ${
      fmt.rich ? `the token may work until ${fmt.when(f.worksUntil)}` : "the token may still work"
    }.`,
  proven: (f, fmt) => `${fmt.b("Ended:")} ${asked(f, fmt)}. ${proof(f, fmt)}`,
  failed: card.failed,
} satisfies Record<string, Sentence>;

const tokenLeft = (f: Facts, token: LeftToken | undefined, fmt: Formatter): string =>
  `${fmt.b(`A token is left in Slack, dead${token && fmt.rich ? ` since ${fmt.when(token.deadSince)}` : ""}:`)} ${asked(f, fmt)}. Slack refuses to edit or delete its message${
    token && fmt.rich ? `; it was tried daily from ${fmt.when(token.since)} on` : ""
  }.`;

/** In the channel, of a token whose holder said so. Named, for a mention would ping them. */
const leak = {
  open: (f, fmt) =>
    `${fmt.b("Token leaked:")} ${name(f.requester)} says so of theirs for ${access(f, fmt)}. It stops within 10 s; a new one goes to them alone.`,
  unproven: (f, fmt) =>
    `${fmt.b("Token leaked, not confirmed:")} ${name(f.requester)}'s for ${access(f, fmt)}. ${slowSince(f, fmt)}; ${
      fmt.rich ? `it may work until ${fmt.when(f.worksUntil)}` : "it may still work"
    }.`,
  proven: (f, fmt) =>
    `${fmt.b("Token leaked, stopped:")} ${name(f.requester)}'s for ${access(f, fmt)}, told ${fmt.at(f.end.at)}. ${proof(f, fmt)}`,
} satisfies Record<Shown["leak"], Sentence>;

/** In the channel, of a token that gave way to a new one. */
const lost = {
  unproven: (f, fmt) =>
    `${fmt.b("Old token, not confirmed:")} ${name(f.requester)}'s for ${access(f, fmt)} gave way to a new one ${fmt.at(f.end.at)}. ${slowSince(f, fmt)}; ${
      fmt.rich ? `it may work until ${fmt.when(f.worksUntil)}` : "it may still work"
    }.`,
  proven: (f, fmt) =>
    `${fmt.b("Old token, stopped:")} ${name(f.requester)}'s for ${access(f, fmt)}, which gave way to a new one ${fmt.at(f.end.at)}. ${proof(f, fmt)}`,
} satisfies Record<Shown["lost"], Sentence>;

const reminder = (f: Facts, fmt: Formatter, ms: number): string =>
  `${fmt.b(`${span(ms)} left:`)} ${access(f, fmt)}${fmt.rich ? ` ends ${fmt.at(f.endsAt)}` : ""}.`;

type Idle = (f: Facts, fmt: Formatter, after: number) => string;
const unused: Idle = (f, fmt, after) =>
  `${fmt.b("Still needed?")} No use of ${access(f, fmt)} was reported for ${span(after)}.`;
/** Whether its holder still needs what nobody uses. */
const idle = {
  open: (f, fmt, after) => `${unused(f, fmt, after)} It goes on ${fmt.until(f.endsAt)}.`,
  release: (f, fmt, after) =>
    `${unused(f, fmt, after)} It ends in ${span(RELEASED_AFTER_MS)} at the earliest, unless you keep or use it.`,
  kept: (f, fmt, after) =>
    `${fmt.b("Kept:")} ${access(f, fmt)} goes on ${fmt.until(f.endsAt)}. You are asked again after ${span(after)} without use.`,
  used: (f, fmt) => `${fmt.b("In use again:")} ${access(f, fmt)} goes on ${fmt.until(f.endsAt)}.`,
  /** In a list; `ends`: where nobody answers. */
  line: (ends: number | null, fmt: Formatter): string =>
    `${fmt.b("still needed?")}${ends === null ? "" : ` Else it ends ${fmt.at(ends)} at the earliest`}`,
} satisfies Record<Exclude<Shown["idle"], "gone">, Idle> & { line: unknown };

const sent: Sentence = (f, fmt) =>
  `${fmt.b(`Sent to ${fmt.any(f.approvers, APPROVER)} for ${fmt.who(f.requester)}:`)} ${access(f, fmt)} for ${time(f, fmt)}.`;
/** To whoever asked for somebody else. */
const asker = {
  ...card,
  withdrawn: (f, fmt) => `${fmt.b(`Withdrawn by ${fmt.who(f.withdrawnBy)}:`)} ${asked(f, fmt)}.`,
  checking: (f, fmt) =>
    `${fmt.b("Checking:")} ${access(f, fmt)} for ${fmt.who(f.requester)}, ${time(f, fmt)}. ${unchecked}`,
  pending: sent,
  nudged: (f, fmt) => `${sent(f, fmt)} They were reminded ${fmt.at(f.nudgedAt)}.`,
  "not-delivered": waiting["not-delivered"],
} satisfies ByStatus & Record<string, Sentence>;

/** Who decides on it, to whoever asked; neither does the `other`. */
const decides = (f: Facts, fmt: Formatter, other?: Person): string => {
  const any = fmt.any(f.approvers, APPROVER);
  const one = f.approvers.length === 1 && any.startsWith("<@");
  const you = other ? `you and ${fmt.who(other)}` : "you";
  const who =
    f.count > 1
      ? `${f.count} people in ${any} other than ${you} must approve.`
      : one
        ? `${any} decides.`
        : `Someone in ${any} other than ${you} decides.`;
  return `${who} Closes ${fmt.at(f.closesAt)} if nobody does.`;
};

/** Who approved so far, where one is not enough. Nobody is mentioned: that would ping them on a card posted anew. */
const quorum = ({ count, approvals }: Facts, fmt: Formatter): string => {
  if (approvals.length === 0) return `Needs ${count} approvals, each by another person.`;
  const missing = count - approvals.length;
  const by = enGrammar.all(approvals.map((one) => `${name(one.by)} ${fmt.when(one.at)}`));
  return `Approved by ${by}; ${missing} more ${missing === 1 ? "is" : "are"} needed.`;
};

/** What was asked for at first, and what it became. */
const lessened = ({ by, asked: at, now }: NonNullable<Facts["lessened"]>, fmt: Formatter): string => {
  const first = `${fmt.code(at.role)}, ${span(at.duration)}`;
  return `${fmt.b("Less than asked:")} ${first} became ${fmt.code(now.role)}, ${span(now.duration)}, by ${name(by)}.`;
};

/** Of the requester, to whoever decides. */
const background = {
  local: (time: string): string => (time ? `${time} for them` : ""),
  holds: ({ role, until }: Background["holds"][number], fmt: Formatter): string =>
    `holds ${fmt.code(role)} ${fmt.until(until)}`,
  holdsMore: (count: number): string => `and ${count} more`,
  grants: ({ grants, last }: Background, fmt: Formatter): string => {
    if (grants === 0 || !last) return "no grant in 30 days";
    const approved = last.by === "policy" ? "by policy" : `by ${name(last.by)}`;
    const by = last.emergency ? "in an emergency" : approved;
    return `${grants} ${grants === 1 ? "grant" : "grants"} in 30 days, last ${fmt.code(last.role)} ${fmt.when(last.at)} ${by}`;
  },
  denied: ({ at, by, why }: NonNullable<Background["denied"]>, fmt: Formatter): string =>
    fmt.b(`denied ${fmt.when(at)} by ${name(by)}: ${foreign(why, 100)}`),
};

/** Words that stand in other sentences too. */
export const enPhrases = {
  APPROVER,
  time,
  what,
  mine,
  asking,
  asks,
  theirs,
  changed,
  closedFor,
  approver,
  denies,
  tokenComes,
};
export const enRequest = {
  card,
  waiting,
  notice,
  token,
  reveal,
  emergency,
  alert,
  leak,
  lost,
  tokenLeft,
  reminder,
  idle,
  asker,
  decides,
  quorum,
  lessened,
  prolonged,
  background,
};
