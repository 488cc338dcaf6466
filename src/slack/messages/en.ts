/** English. Each sentence starts with the state in bold; `fmt` makes it blocks or plain words. */
import type { Refusal } from "../../domain/refusal.ts";
import type { Witnessed } from "../../domain/seal.ts";
import { enAlarms } from "./en-alarms.ts";
import { enAllowance } from "./en-allowance.ts";
import { enGrammar } from "./en-grammar.ts";
import { enHome } from "./en-home.ts";
import { enHubAlarms } from "./en-hub-alarms.ts";
import { enLists } from "./en-lists.ts";
import { enLockdown } from "./en-lockdown.ts";
import { approvedHead, enPhrases, enRequest } from "./en-request.ts";
import { enStory } from "./en-story.ts";
import { enUse } from "./en-use.ts";
import type { Facts } from "./facts.ts";
import { type Formatter, name } from "./formatter.ts";
import { inSentence } from "./text.ts";
import {
  type AtInput,
  type ByAction,
  type ByRefusal,
  type ByStanding,
  type ByState,
  roleOf,
  upperFirst,
} from "./wording.ts";

const { span } = enGrammar;
const { APPROVER, time, what, mine, asking, asks, theirs, changed, closedFor, approver, denies, tokenComes } =
  enPhrases;

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
  scheduled: "approved for later",
  approved: "being set up",
  delivering: "being set up",
  active: "active",
  ending: "ending",
  ended: "ended",
  extending: "being made longer",
  extended: "longer",
};

const allowForm = (fmt: Formatter): string => `${fmt.command} allow @person role 4h for 3d reason`;

/** What of it stays, and what can be done. */
function asBefore({ of, what: term }: Extract<Refusal, { kind: "changed-since" }>): string {
  const isGone = term === "role-gone";
  return {
    request: "Approve or Deny, on the card, closes the request.",
    access: `What you have goes on until its end${isGone ? "." : "; for more, end it and ask again."}`,
    allowance: `Withdraw it${isGone ? "." : ", and allow it anew."}`,
  }[of];
}

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
  "time-last": ({ text }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(text)} stands after the reason. Write how long before it, also where this is part of the reason.`,
  "bad-start": ({ text }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(text)} is no time to begin at. Write from 22:00, from tomorrow 09:00 or from 2026-11-27 09:00, after how long; if it is part of the reason, begin that with another word.`,
  "start-last": ({ text }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(text)} stands after the reason. If access is to begin then, write it before; if it is part of the reason, end that with another word.`,
  "start-past": ({ at }, fmt) =>
    `${fmt.b("Not sent:")} it would have begun ${fmt.at(at)}. Give a time ahead, or none to begin at once.`,
  "start-too-far": ({ max }, fmt) =>
    `${fmt.b("Not sent:")} access can be asked for ${span(max)} ahead at most.`,
  "no-such-time": ({ text, zone }, fmt) =>
    `${fmt.b("Not sent:")} the clocks of ${fmt.code(zone)} go forward and never show ${fmt.code(text)}. Give a time before or after it.`,
  "zone-unknown": (_, fmt) =>
    `${fmt.b("Not sent:")} Slack does not say your time zone. Give the time with its distance from UTC, such as ${fmt.code("from 2026-11-27T09:00+01:00")}, or choose it in the form: ${fmt.code(fmt.command)}`,
  "emergency-starts-now": (_, fmt) =>
    `${fmt.b("Not sent:")} what is taken in an emergency begins at once. For later, ask as usual.`,
  "too-short": ({ min }, fmt) => `${fmt.b("Not sent:")} the shortest time is ${span(min)}.`,
  "too-long": ({ role, max, emergency }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(role)} lasts at most ${span(max)}${emergency ? " in an emergency" : ""}.`,
  "no-emergency": ({ role, roles }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(role)} cannot be taken in an emergency. ${
      roles.length > 0
        ? `These can: ${roles.slice(0, 15).map(fmt.code).join(", ")}.`
        : "No role can; ask for it as usual."
    }`,
  "no-reason": ({ role, emergency }, fmt) =>
    `${fmt.b("Not sent:")} ${emergency ? "an emergency" : fmt.code(role)} needs a reason. Add it at the end of the line.`,
  "reason-too-long": ({ max }, fmt) =>
    `${fmt.b("Not sent:")} the reason is longer than ${max} characters. This is its beginning:`,
  "reason-form": ({ role, hint }, fmt) =>
    `${fmt.b("Not sent:")} the reason for ${fmt.code(role)} needs ${inSentence(hint.en)}.`,
  "unknown-command": ({ word, line }, fmt) =>
    `${fmt.b("Not sent:")} there is no command ${fmt.code(word)}. Did you mean ${fmt.code(line)}?`,
  "other-command": ({ given }, fmt) =>
    `${fmt.b("Not sent:")} this bot's command is ${fmt.code(fmt.command)}, and its Slack app has ${fmt.code(given)}. Please tell an administrator that they differ.`,
  "status-of-others": (_, fmt) =>
    `${fmt.b("Not sent:")} status shows only what is yours. What someone else holds is ended with ${fmt.code(
      `${fmt.command} revoke @…`,
    )}.`,
  "unknown-target": ({ word }, fmt) =>
    `${fmt.b("Nothing changed:")} ${fmt.code(word)} is no request, and no person Slack knows. Type ${fmt.code(
      `${fmt.command} revoke @`,
    )} and choose the person, or give the number R-….`,
  "allow-whom": (_, fmt) =>
    `${fmt.b("Not sent:")} say whom you allow, and choose the person: ${fmt.code(allowForm(fmt))}`,
  "bad-period": ({ text }, fmt) =>
    `${fmt.b("Not sent:")} ${
      text === ""
        ? `it does not say how long this stands. Write ${fmt.code("for 3d")} before the reason: ${fmt.code(allowForm(fmt))}`
        : `${fmt.code(text)} is no length of time. Write how long this stands: for 8h, for 3d.`
    }`,
  "period-limits": ({ min, max }, fmt) =>
    `${fmt.b("Not sent:")} what is allowed beforehand stands for ${span(min)} at least and ${span(max)} at most.`,
  "reasonless-allowance": (_, fmt) =>
    `${fmt.b("Not sent:")} say why, at the end of the line: ${fmt.code(allowForm(fmt))}`,
  "nothing-to-allow": ({ role }, fmt) =>
    `${fmt.b("Not sent:")} nobody has to approve ${fmt.code(role)}, so there is nothing to allow.`,
  "allow-oneself": (_, fmt) => `${fmt.b("Refused:")} you cannot allow yourself access; another approver can.`,
  "may-not-allow": ({ role, approvers: by }, fmt) =>
    `${fmt.b("Nothing changed:")} only ${fmt.any(by, APPROVER)} can do this for ${fmt.code(role)}.`,
  "unknown-allowance": ({ word }, fmt) =>
    `${fmt.b("Nothing changed:")} ${fmt.code(word)} is not allowed beforehand any more. See ${fmt.code(`${fmt.command} allowed`)}.`,
  "allowance-late": ({ did, by, at }, fmt) => {
    const who = by && (fmt.isReader(by) ? "You" : name(by));
    if (did === "over") return `${fmt.b("Nothing changed:")} its time was up ${fmt.at(at)}.`;
    const verb = did === "withdrawn" ? "withdrew" : "allowed";
    return `${fmt.b(`${who ?? "Somebody"} ${verb} this`)} ${fmt.at(at)}; your click changed nothing.`;
  },
  "for-whom": ({ word }, fmt) =>
    `${fmt.b("Not sent:")} ${word ? `${fmt.code(word)} is no person Slack knows. Type` : "type"} ${fmt.code(
      `${fmt.command} for @`,
    )}, choose the person, and write role, time and reason after that.`,
  "for-oneself": (_, fmt) => `${fmt.b("Not sent:")} this person is you. For yourself, leave that out:`,
  "not-for-others": ({ role, recipient, emergency }, fmt) =>
    `${fmt.b("Not sent:")} nobody approves ${emergency ? "what is taken in an emergency" : fmt.code(role)}, so ${fmt.who(recipient)} asks for it without you: ${fmt.code(
      `${fmt.command} ${emergency ? "emergency " : ""}${role}`,
    )}`,
  "open-already": ({ id, role, state, recipient }, fmt) => {
    const now = states[state as keyof ByState] ?? "open";
    return recipient
      ? `${fmt.b("Not sent:")} ${fmt.who(recipient)} has ${fmt.code(role)} already: ${id}, ${now}.`
      : `${fmt.b("Not sent:")} ${id} for ${fmt.code(role)} is still open (${now}). See ${fmt.code(`${fmt.command} status`)}.`;
  },
  "too-much-more": ({ role, most }, fmt) =>
    `${fmt.b("Not sent:")} ${fmt.code(role)} ${most > 0 ? `can last at most ${span(most)} longer` : "can last no longer than it does"}.`,
  "yours-already": ({ id, until }, fmt) => `${fmt.b("You already have this")} ${fmt.until(until)} (${id}).`,
  "window-taken": ({ other, role, from, until, recipient, deciding }, fmt) => {
    const who = recipient ? `${fmt.who(recipient)} has` : deciding ? "they have" : "you have";
    const held = `${who} ${fmt.code(role)} ${fmt.rich ? `from ${fmt.when(from)} ` : ""}${fmt.until(until)} by ${other}, and this would overlap`;
    return deciding
      ? `${fmt.b("Nothing changed:")} ${held}. Approve it for less, or deny it.`
      : `${fmt.b("Not sent:")} ${held}. Ask for a time before or after that.`;
  },
  "not-served": (r, fmt) => `${fmt.b("Refused:")} ${standing[r.standing]}.`,
  "may-not-ask": ({ role, who }, fmt) =>
    `${fmt.b("Refused:")} only ${fmt.any(who, "certain people")} can ask for ${fmt.code(role)}.`,
  "may-not-break-glass": ({ role, who }, fmt) =>
    `${fmt.b("Refused:")} only ${fmt.any(who, "certain people")} can take ${fmt.code(role)} in an emergency. Ask for it as usual.`,
  "not-reviewed-yet": ({ id, role, missing }, fmt) =>
    `${fmt.b("Refused:")} your last emergency, ${id} for ${fmt.code(role)}, waits for ${missing} more ${
      missing === 1 ? "review" : "reviews"
    }. Until then ask as usual.`,
  "not-reviewer": ({ reviewers }, fmt) =>
    `${fmt.b("Nothing changed:")} only ${fmt.any(reviewers, "certain people")} can review this.`,
  "own-emergency": (_, fmt) => `${fmt.b("Nothing changed:")} others review your emergency, not you.`,
  "reviewed-already": ({ at }, fmt) =>
    `${fmt.b("Nothing changed:")} you reviewed this ${fmt.at(at)}; somebody else must, too.`,
  "nothing-to-review": ({ id }, fmt) => `${fmt.b("Nothing changed:")} the review of ${id} is closed.`,
  "rule-denies": ({ role, rule, say }, fmt) => `${fmt.b("Refused:")} ${denies(rule, fmt.code(role), say)}.`,
  "too-many-grants": ({ max, at, recipient, deciding }, fmt) =>
    deciding
      ? `${fmt.b("Nothing changed:")} they have ${max} ${max === 1 ? "grant" : "grants"} in that time already, the most at a time. Approve it once that is less, or deny it.`
      : `${fmt.b("Not sent:")} ${recipient ? `${fmt.who(recipient)} has` : "you have"} ${max} ${
          max === 1 ? "grant" : "grants"
        } or open requests, the most at a time${at === undefined ? "" : `; the next ends ${fmt.at(at)}`}.`,
  "too-many-requests": ({ max, at }, fmt) =>
    `${fmt.b("Not sent:")} ${max} ${max === 1 ? "request" : "requests"} in an hour, the most there may be${
      at === undefined ? "" : `: ask again ${fmt.at(at)}`
    }.`,
  "check-denied": ({ role, say }, fmt) =>
    `${fmt.b("Refused:")} the company's check for ${fmt.code(role)} says no: ${fmt.quoted(say)}`,
  "check-silent": ({ role, how }, fmt) =>
    `${fmt.b("Refused:")} the company's check for ${fmt.code(role)} ${
      how === "no-answer"
        ? "did not answer, and without its word nobody is asked. Try again later."
        : "gave no answer that can be relied on, which counts as a no. Tell an administrator."
    }`,
  "nobody-can-approve": (
    { role, approvers: by, needed = 1, able = 0, outside = 0, channel = "", recipient },
    fmt,
  ) => {
    const there = able === 0 ? "nobody" : `only ${able}`;
    const you = recipient ? `you and ${fmt.who(recipient)}` : "you";
    const lack =
      needed > 1
        ? `${needed} approvers from ${fmt.any(by, "its approvers")}, and ${there} but ${you} ${able > 1 ? "are" : "is"} there to approve`
        : `${fmt.oneOf(by, APPROVER)}, and nobody but ${you} is there to approve`;
    const others = outside === 1 ? "One who may is" : `${outside} who may are`;
    const missed = outside
      ? ` ${others} not in ${fmt.channel(channel, "the channel")}, where it is asked.`
      : "";
    return `${fmt.b("Refused:")} ${fmt.code(role)} needs ${lack}.${missed}`;
  },
  "not-approver": ({ approvers: by }, fmt) =>
    `${fmt.b("Nothing changed:")} only ${fmt.any(by, APPROVER)} can decide this request.`,
  "own-request": ({ approvers: by, deciding }, fmt) =>
    deciding === "deny"
      ? `${fmt.b("Nothing changed:")} you cannot deny your own request. Withdraw, in our DM, takes it back.`
      : `${fmt.b("Nothing changed:")} you cannot approve your own request. ${upperFirst(fmt.any(by, APPROVER))} ${
          by.length === 1 ? "has been asked" : "can"
        }.`,
  "not-yours": ({ id }, fmt) => `${fmt.b("Nothing changed:")} ${id} belongs to someone else.`,
  late: ({ did, by, at }, fmt) => {
    const verb = did === "withdrawn" ? "withdrew" : did;
    const who = by && did !== "timedOut" ? (fmt.isReader(by) ? "You" : name(by)) : undefined;
    const said = who ? `${who} ${verb} this` : `This was ${did === "timedOut" ? "closed undecided" : did}`;
    return `${fmt.b(said)} ${fmt.at(at)}; your click changed nothing.`;
  },
  "terms-changed": (term, fmt) => `${fmt.b(closedFor(term))} ${changed(term, fmt.code(term.role))}.`,
  "changed-since": (term, fmt) =>
    `${fmt.b("Nothing changed:")} ${changed(term, fmt.code(term.role))}. ${asBefore(term)}`,
  "rules-differ": (_, fmt) =>
    `${fmt.b("Nothing changed:")} the rules of access were just changed, and not everything has them yet. Try again in a minute.`,
  "locked-down": ({ by, at, reason }, fmt) =>
    `${fmt.b("Nothing changed:")} ${fmt.who(by)} locked all access down ${fmt.at(at)}; nobody gets or decides access until an administrator unlocks it. Why: ${fmt.quoted(reason)}`,
  "not-locked-down": (_, fmt) =>
    `${fmt.b("Not locked down:")} neither the bot's records nor Karpor answer. Try again at once, and end access on Karpor itself.`,
  "not-locked": (_, fmt) => `${fmt.b("Nothing changed:")} access is not locked down.`,
  "lock-unknown": (_, fmt) =>
    `${fmt.b("Nothing changed:")} the bot's records know of no lockdown, and Karpor, which may remember one, does not answer. Nothing is granted until it does; type this again then.`,
  "unlock-why": (_, fmt) =>
    `${fmt.b("Nothing changed:")} say why it is safe again: ${fmt.code(`${fmt.command} unlock reason`)}`,
  "all-of-what": ({ word, roles }, fmt) =>
    `${fmt.b("Nothing changed:")} ${word ? `${fmt.code(word)} is neither a role nor a person Slack knows. Write` : "write"} whose or which access ends: ${fmt.code(
      `${fmt.command} revoke all @person reason`,
    )} or ${fmt.code(`${fmt.command} revoke all ${roles[0] ?? "role"} reason`)}`,
  "nothing-in-scope": (_, fmt) => `${fmt.b("Nothing to revoke:")} no such access stands.`,
  "not-admin": ({ admins }, fmt) =>
    `${fmt.b("Nothing changed:")} only ${fmt.any(admins, "administrators")} can do this.`,
  "token-coming": (_, fmt) =>
    `${fmt.b("Nothing changed:")} a new token is on its way already, to our DM. The one before has stopped, or stops within 10 s.`,
  "too-many-tokens": ({ max, at }, fmt) =>
    `${fmt.b("Nothing changed:")} ${max} new tokens an hour are the most; the next can be had ${fmt.at(at)}. If this one leaked, End now stops it at once.`,
  "not-ready-yet": (_, fmt) =>
    `${fmt.b("Not ready yet:")} this access is being set up. Press Show token again in a moment, on the newest message in our DM.`,
  "too-many-shows": ({ max, at }, fmt) =>
    `${fmt.b("Not shown:")} ${max} tokens an hour are the most; the next can be shown ${fmt.at(at)}. What you have goes on.`,
  "not-allowed-now": ({ role }, fmt) =>
    `${fmt.b("No new token:")} today's rules do not allow you ${fmt.code(role)}. A token that still works goes on until its end; if you have none, press End now and ask again.`,
  "hub-away": (_, fmt) =>
    `${fmt.b("Not shown:")} Karpor does not answer. What you have goes on; press Show token again in a minute.`,
  "stands-unknown": (_, fmt) =>
    `${fmt.b("Nothing changed:")} Karpor does not answer, and the bot's records may be older than what stands there. Try again in a minute.`,
  "held-back": (_, fmt) =>
    `${fmt.b("Nothing changed:")} new tokens wait until an administrator has seen to it that access can be given safely. What you have goes on.`,
  "not-hidden-yet": (_, fmt) =>
    `${fmt.b("Not hidden yet:")} Slack does not take it away, and a token still stands in your messages. We keep trying.`,
  "not-less": ({ role, duration }, fmt) =>
    `${fmt.b("Nothing changed:")} that is not less than ${fmt.code(role)} for ${span(duration)}.`,
  "not-lower": ({ role }, fmt) =>
    `${fmt.b("Nothing changed:")} ${fmt.code(role)} cannot stand in for what is asked: it does not give less, or you do not approve it, or too few others do, or it is not for them.`,
  "held-already": ({ role }, fmt) =>
    `${fmt.b("Nothing changed:")} they have ${fmt.code(role)} already, or wait for it.`,
  "approved-already": ({ at, missing }, fmt) =>
    `${fmt.b("Nothing changed:")} you approved this ${fmt.at(at)}; ${missing === 1 ? "one more person" : `${missing} more people`} must.`,
  "reminded-already": ({ at }, fmt) =>
    `${fmt.b("Nothing changed:")} they were reminded ${fmt.at(at)}, and are reminded once.`,
  stale: ({ id }, fmt) =>
    `${fmt.b("Nothing changed:")} ${id} was changed after this button was drawn. Use the newest message.`,
  "unknown-request": ({ id }, fmt) => `${fmt.b("Nothing changed:")} there is no request ${fmt.code(id)}.`,
  "nothing-restored": (_, fmt) =>
    `${fmt.b("Nothing changed:")} nothing waits for this any more. What holds back new access, if anything does, stands in /status of the bot.`,
  unreadable: ({ id }, fmt) =>
    `${fmt.b("Nothing changed:")} the bot cannot read ${id}: another version of it wrote that record, or it is damaged. What access it gave ends on time all the same; an administrator can end it now, on Karpor.`,
  "may-not-see": ({ role }, fmt) =>
    role === undefined
      ? `${fmt.b("Not shown:")} what others have, approvers and administrators see. ${fmt.code(`${fmt.command} status`)} shows what is yours.`
      : `${fmt.b("Not shown:")} who has ${fmt.code(role)}, its approvers and administrators see.`,
  "unknown-filter": ({ word, command }, fmt) =>
    `${fmt.b("Not shown:")} ${fmt.code(word)} is no role, and no person Slack knows. Type ${fmt.code(
      `${fmt.command} ${command} @`,
    )} and choose the person.`,
  "no-story": ({ word }, fmt) =>
    word === ""
      ? `${fmt.b("Not shown:")} say which request, by its number: ${fmt.code(`${fmt.command} show R-…`)}. ${fmt.code(`${fmt.command} history`)} has the numbers.`
      : `${fmt.b("Not shown:")} there is no request ${fmt.code(word)} that you may see.`,
  "lists-behind": (_, fmt) =>
    `${fmt.b("Not ready yet:")} the bot is still reading its own history. Try again in a minute.`,
  "nothing-to-revoke": ({ who }, fmt) =>
    `${fmt.b("Nothing to revoke:")} ${who ? `${fmt.user(who, "this person")} has` : "you have"} no access.`,
  "look-up-failed": (_, fmt) =>
    `${fmt.b("Nothing changed:")} Slack does not say who may do this. Try again in a minute.`,
  "slack-busy": (_, fmt) => `${fmt.b("Nothing changed:")} Slack asks to wait. Try again in a minute.`,
  "store-down": (_, fmt) =>
    `${fmt.b("Nothing changed:")} the bot cannot reach its records. Try again in a minute.`,
  unsure: (_, fmt) =>
    `${fmt.b("Not certain:")} the bot's records did not answer in time. See ${fmt.code(
      `${fmt.command} status`,
    )} before you try again.`,
  other: (_, fmt) =>
    `${fmt.b("Refused:")} another version of the bot said why, and this one has no words for it.`,
};

const atInput: AtInput = {
  "time-last": ({ text }, fmt) =>
    `${fmt.code(text)} stands after the reason. Choose how long here, also where this is part of the reason.`,
  "no-reason": ({ role, emergency }, fmt) => `${emergency ? "an emergency" : fmt.code(role)} needs a reason.`,
  "reason-too-long": ({ max }) => `the reason is longer than ${max} characters.`,
};

const button: ByAction = {
  approve: "Approve",
  approveNote: "Approve with a note…",
  less: "Approve for less",
  lessen: "Approve for less…",
  deny: "Deny…",
  withdraw: "Withdraw",
  nudge: "Remind them",
  release: "End now",
  keep: "Keep",
  revoke: "Revoke…",
  review: "Review…",
  more: "Ask for more time",
  hide: "I've copied it, hide",
  reveal: "Show token",
  newToken: "New token",
  leaked: "I leaked it",
  again: "Ask again",
  edit: "Edit…",
  change: "Change and ask again",
  send: "Send this line",
  run: "Send this line",
  open: "Open Karpor",
  goOn: "Go on with this Redis",
  allowToo: "Allow too",
  disallow: "Withdraw",
  end: "End…",
  story: "Story",
  nextPage: "Next page",
  previousPage: "Previous page",
  firstPage: "First page",
  ask: "Ask…",
};

export const en = {
  grammar: enGrammar,
  ...enRequest,
  alarms: enAlarms,
  allowance: enAllowance,
  lists: enLists,
  home: enHome,
  story: enStory,
  refusal,
  atInput,
  button,
  /** For screen readers, and it starts with what all others see: "Approve 4 h, admin for Bob, R-7K2Q9FXT". */
  label: (visible: string, role: string, who: string, id: string): string =>
    `${visible}, ${role}${who ? ` for ${who}` : ""}${id ? `, ${id}` : ""}`,
  cardText: (f: Facts, reason: string, fmt: Formatter): string =>
    `${asking(f, name)} ${what(f, fmt)}${reason ? `: ${reason}` : ""}`,
  goneOn: (fmt: Formatter): string =>
    `${fmt.b("Confirmed:")} the bot goes on with this Redis. New access is granted again; what was asked for before it was restored is not.`,
  confirmedBy: (who: string): string => `confirmed by ${who}`,
  /** Over a message that Slack lets nobody delete, or that stands in no record. */
  gone: (fmt: Formatter): string => `${fmt.b("Out of date:")} nothing can be done here any more.`,
  /** Where it was asked, after it was vetted. */
  asked: {
    checking: (f: Facts, fmt: Formatter): string =>
      `${fmt.b("Checking:")} ${what(f, fmt)}. Slack does not say yet who may ask; the answer comes in our DM.`,
    sent: (f: Facts, fmt: Formatter): string =>
      f.askedBy
        ? `${fmt.b(`Sent to ${fmt.any(f.approvers, APPROVER)} for ${fmt.who(f.requester)}.`)} The token goes to them alone; the answer comes in our DM, too.`
        : `${fmt.b(`Sent to ${fmt.any(f.approvers, APPROVER)}.`)} The answer comes in our DM.`,
    emergency: (f: Facts, fmt: Formatter): string =>
      `${fmt.b("Emergency access:")} ${what(f, fmt)}. ${tokenComes(f)}, and the channel is told.`,
    scheduled: (f: Facts, fmt: Formatter): string =>
      `${fmt.b(`${approvedHead(f, fmt)}:`)} ${what(f, fmt)}. ${tokenComes(f)} when it begins.`,
    allowed: (f: Facts, fmt: Formatter): string =>
      `${fmt.b(`Allowed beforehand by ${fmt.people(f.deciders)}:`)} ${what(f, fmt)}. ${tokenComes(f)}.`,
    approved: (f: Facts, fmt: Formatter): string =>
      `${fmt.b(`Approved by ${approver(f, fmt)}:`)} ${what(f, fmt)}. ${tokenComes(f)}.`,
  },
  /** On a button that approves a shorter time. */
  only: (time: string): string => `${time} only`,
  nudge: (f: Facts, fmt: Formatter): string =>
    `${fmt.b("Still waiting:")} ${asking(f, name)} ${what(f, fmt)}.`,
  fallback: (f: Facts, fmt: Formatter): string =>
    `${fmt.b("Nobody decided yet, so you are asked too:")} ${asking(f, name)} ${what(f, fmt)}. The card above has the buttons.`,
  closes: (f: Facts, fmt: Formatter): string => `closes ${fmt.when(f.closesAt)}`,
  /** On the card. Not `named`: to mention the approvers here would ping them. */
  decidedBy: (f: Facts, fmt: Formatter, named: boolean): string =>
    `${named ? `anyone in ${fmt.any(f.approvers, APPROVER)}` : "any approver"} except ${[f.requester, ...(f.askedBy ? [f.askedBy] : [])].map(name).join(" and ")}`,
  allows: (description: string): string => `Can: ${description}`,
  deniedBecause: "Why it was denied:",
  approvedWith: "Note from whoever approved:",
  revokedBecause: "Why it was revoked:",
  paste: "1 Copy · 2 Open Karpor · 3 Paste, Login. Only for you.",
  shortened: (most: string): string => `Karpor allows at most ${most}, so this ends earlier than you asked.`,
  confirm: {
    release: {
      title: "End access",
      text: "End your access now? The token stops within about 10 seconds.",
      yes: "End now",
      no: "Keep it",
    },
    newToken: {
      title: "New token",
      text: "Get another token? The one you have stops within about 10 seconds; your access goes on. If it leaked, the approvals channel is told.",
      yes: "Go on",
      no: "Keep it",
    },
    disallow: {
      title: "Withdraw it",
      text: "Withdraw this? No request passes by it then. Access that is live goes on.",
      yes: "Withdraw",
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
    approved: (f: Facts, fmt: Formatter) =>
      f.begun
        ? `${fmt.b("Approved:")} ${theirs(f, fmt)} is being set up.`
        : `${fmt.b("Approved:")} ${theirs(f, fmt)}, ${time(f, fmt)}.`,
    counted: (f: Facts, fmt: Formatter) =>
      `${fmt.b(`Approved by you, ${f.approvals.length} of ${f.count}:`)} ${theirs(f, fmt)}. It waits for the others.`,
    reviewed: (f: Facts, fmt: Formatter) => `${fmt.b("Reviewed:")} ${theirs(f, fmt)}, taken in an emergency.`,
    denied: (f: Facts, fmt: Formatter) => `${fmt.b("Denied:")} ${theirs(f, fmt)}. The requester is told why.`,
    withdrawn: enRequest.waiting.withdrawn,
    hidden: enRequest.token.hidden,
    kept: (f: Facts, fmt: Formatter) => `${fmt.b("Kept:")} ${theirs(f, fmt)} goes on ${fmt.until(f.endsAt)}.`,
    newToken: (f: Facts, fmt: Formatter) =>
      f.atAClick
        ? `${fmt.b("New token:")} Show token, in our DM, makes it, for ${theirs(f, fmt)}. Those you had stop within 10 s.`
        : `${fmt.b("New token:")} it comes in our DM, for ${theirs(f, fmt)}. The one you had stops within 10 s.`,
    leaked: (f: Facts, fmt: Formatter) =>
      f.atAClick
        ? `${fmt.b("Token leaked:")} it stops within 10 s, and the channel is told. Show token, in our DM, makes a new one for ${theirs(f, fmt)}.`
        : `${fmt.b("Token leaked:")} it stops within 10 s, and the channel is told. A new one for ${theirs(f, fmt)} comes in our DM.`,
    ending: (f: Facts, fmt: Formatter) =>
      f.proof === "unstarted"
        ? `${fmt.b("Revoked:")} ${theirs(f, fmt)}. It had not begun.`
        : `${fmt.b("Ending:")} ${theirs(f, fmt)}. The token stops within about 10 seconds.`,
  },
  help: {
    head: (hub: string, fmt: Formatter, example: string | undefined): string =>
      example
        ? `${fmt.b(`Access to Karpor ${hub}.`)} Type role, time, reason: ${fmt.code(`${fmt.command} ${example}`)}`
        : `${fmt.b(`Access to Karpor ${hub}.`)} There is no role you can ask for.`,
    reason: "checking the search page",
    time: (most: string, usual: string): string => `at most ${most}, without a time ${usual}`,
    reasonNeeded: (hint?: string): string => (hint ? `needs a reason: ${hint}` : "needs a reason"),
    byPolicy: "approved by policy",
    approvedBy: (by: string, within: string): string => `${by} approves within ${within}`,
    approvedBySome: (count: number, by: string, within: string): string =>
      `${count} people in ${by} approve within ${within}`,
    emergency: (by: string, most: string): string =>
      `in an emergency ${by} takes it at once, for at most ${most}`,
    askedBy: (who: string): string => `for ${who}`,
    past: (fmt: Formatter): string =>
      `${fmt.code(`${fmt.command} history`)} shows what you asked for, ${fmt.code(`${fmt.command} show R-…`)} one's story.`,
    seeing: (fmt: Formatter): string =>
      `Approvers: ${fmt.code(`${fmt.command} pending`)} lists what waits for you, ${fmt.code(`${fmt.command} active`)} who has what.`,
    allow: (fmt: Formatter): string =>
      `${fmt.code(allowForm(fmt))} lets requests pass at once; ${fmt.code(`${fmt.command} allowed`)} lists that.`,
    commands: (fmt: Formatter): string =>
      `${fmt.code(`${fmt.command} status`)} shows what you have open, ${fmt.code(`${fmt.command} revoke`)} ends it.`,
    forAnother: (fmt: Formatter): string => `${fmt.code(`${fmt.command} for @…`)} asks for somebody else.`,
    admin: (fmt: Formatter): string =>
      `Administrators: ${fmt.code(`${fmt.command} lockdown`)} ends all access and gives none, ${fmt.code(`${fmt.command} lockdown --drill`)} says what that would do, ${fmt.code(`${fmt.command} revoke all @person`)} ends all of one person.`,
    later: (fmt: Formatter): string =>
      `For later, say from when after how long: ${fmt.code("from 22:00")}, ${fmt.code("from tomorrow 09:00")}.`,
    more: (shown: number, all: number, fmt: Formatter): string =>
      `${shown} of ${all} roles shown; ${fmt.code(fmt.command)} alone opens a form with all of them.`,
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
  lockdown: enLockdown,
  use: enUse,
  hubAlarms: enHubAlarms,
  checkpoint: {
    head: ({ seal, at }: Witnessed, hub: string, fmt: Formatter): string =>
      `${fmt.b("Checkpoint:")} the audit trail of ${hub} is sealed up to seal ${seal}, made ${fmt.at(at)}.`,
    how: "Run where the bot runs, now or later, it finds whatever of that was changed since.",
  },
  busy: (span: string, fmt: Formatter): string =>
    `${fmt.b("Slack asks to wait:")} this goes on by itself in about ${span}.`,
  yourReason: (hint?: string): string => (hint ? `(${hint})` : "your reason"),
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
    start: "Begins",
    startHint: "Left empty, it begins with its approval. At most 14 days ahead.",
    window: (from: number, to: number, time: number, fmt: Formatter): string =>
      `Begins ${fmt.when(from)}, ends ${fmt.when(to)} (${span(time)}).`,
    reason: "Reason",
    reasonHint: (hint?: string): string =>
      hint ? `${upperFirst(hint)}. Whoever decides reads it.` : "Whoever decides reads it.",
    ends: (at: number, time: number, fmt: Formatter): string =>
      `Ends at about ${fmt.when(at)} if it is approved now (${span(time)}).`,
    emergency: "Emergency",
    emergencyTick: "I need it now, before anybody approves it",
    emergencyHint: (most: string): string =>
      `At most ${most}. The channel is told, and two others review it after.`,
    emergencyReason: "The channel and whoever reviews it read it.",
    noEmergency: (role: string, fmt: Formatter): string =>
      `You cannot take ${fmt.code(role)} in an emergency; it is asked for as usual.`,
    endsNow: (at: number, time: number, fmt: Formatter): string =>
      `Ends at about ${fmt.when(at)} (${span(time)}).`,
    looking: "Looking up what else you may ask for…",
    none: "There is no role you can ask for.",
    leftOut: (role: string, fmt: Formatter): string =>
      `You may not ask for ${fmt.code(role)}; choose another role.`,
    submit: "Ask",
    cancel: "Cancel",
    close: "Close",
  },
  more: {
    title: "More time",
    head: (role: string, hub: string, endsAt: number, fmt: Formatter): string =>
      `${fmt.code(role)} on ${fmt.b(hub)} ends ${fmt.at(endsAt)}.`,
    most: (most: number, until: number, fmt: Formatter): string =>
      `You can add ${span(most)} at most, until ${fmt.when(until)}.`,
    /** With all that is added. */
    inAll: (total: number): string => `It lasts ${span(total)} in all at most.`,
    time: "How much longer",
  },
  less: {
    title: "Approve for less",
    head: (f: Facts, fmt: Formatter): string => `${fmt.b("Approving less:")} ${asks(f, fmt)}.`,
    role: "Role",
    time: "Time",
    looking: "Looking up which lower roles you may approve…",
    none: "There is no lower role that you may approve and they may ask for.",
    unknown: "Which lower roles there are cannot be told now. A shorter time can be approved.",
    notLess: "Choose less than is asked, or press Approve.",
    tooLong: (role: string, max: string): string => `${role} lasts at most ${max}.`,
    submit: "Approve",
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
        }, ${time(f, fmt)}, ${fmt.until(f.endsAt)}. ${
          f.begun ? "The token stops within about 10 seconds." : "It has not begun."
        }`,
      label: "Reason",
      hint: "The holder and the approvals channel see it, and who revoked.",
      submit: "Revoke",
    },
    review: {
      title: "Review an emergency",
      head: (f: Facts, fmt: Formatter): string =>
        `${fmt.b("Reviewing:")} ${fmt.who(f.requester)} took ${fmt.b(f.role)} on ${fmt.b(f.hub)} for ${time(f, fmt)} before anybody approved it.`,
      label: "Comment",
      hint: "The channel sees it. Two others than who took it close the review.",
      submit: "Review",
    },
    asked: "Asked for because:",
    cancel: "Cancel",
    blank: "Write it in a few words.",
    close: "Close",
  },
  states,
};
