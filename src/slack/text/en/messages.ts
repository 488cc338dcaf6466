/** English: the messages of a request. `card` is for approvers, `own` for whose access it is, `notification` for notifications. */
import { durationParts } from "../../../request/durations.ts";
import type { EndCause, HoldReason, OutcomeKind } from "../../../request/record.ts";
import type { Facts } from "../facts.ts";
import { HELD_BACK } from "./refusals.ts";

type Sentence = (f: Facts) => string;

const UNITS = { d: "d", h: "h", m: "min" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

const list = (names: readonly string[], last: string): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
const any = (names: readonly string[]): string => list(names, "or") || "an approver";
const all = (names: readonly string[]): string => list(names, "and");

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

const head = (state: string, rest: string): string => `*${state}:* ${rest}`;

/** "4 h" · "1 h more" · "2 h from tomorrow 22:00" */
const time: Sentence = (f) => `${f.span}${f.isMore ? " more" : ""}${f.startsAt ? ` from ${f.startsAt}` : ""}`;
const access: Sentence = (f) => `${f.role} on ${f.hub}`;
const asked: Sentence = (f) =>
  `${f.role}, ${time(f)}, for ${f.who}${f.asker ? `, asked for by ${f.asker}` : ""}`;
const asking: Sentence = (f) => (f.asker ? `${f.asker} asks for ${f.who}:` : `${f.who} asks for`);
const plainAccess: Sentence = (f) =>
  `${f.roleName} on ${f.hubName} for ${f.span}${f.isMore ? " more" : ""}${f.startsAt ? ", later" : ""}`;

/** ", 1 h of the 4 h asked, shortened by @Bob" */
const shortening: Sentence = (f) =>
  f.askedSpan
    ? `, ${f.span} of the ${f.askedSpan} asked${f.shortenedBy ? `, shortened by ${f.shortenedBy}` : ""}`
    : "";

/** "approved by @Alice" */
const approved: Sentence = (f) => {
  if (f.isEmergency) return "taken in an emergency, approved by nobody";
  if (f.approvedBy) return `approved by ${f.approvedBy}`;
  return f.rule === "" || f.rule === "none" ? "approved automatically" : `approved by the rule “${f.rule}”`;
};
const approvedWhen: Sentence = (f) =>
  `${approved(f)}${f.approvedBy ? ` ${f.approvedAt}` : ""}${shortening(f)}`;
const reviewed: Sentence = (f) =>
  f.isEmergency ? `. Somebody else reviews it afterwards: ${f.reviewers}.` : "";
const approvedState: Sentence = (f) =>
  f.isEmergency ? "Emergency access" : approved(f).replace("approved", "Approved");

const TROUBLE = {
  "hub-away": "Karpor does not answer",
  "held-back": "New access waits until an administrator has looked at the bot's checks",
};
const trouble: Sentence = (f) => TROUBLE[f.trouble ?? "hub-away"];

const holdReason = ({ code, name }: HoldReason): string => HELD_BACK[code](name ?? "");
const heldBack: Sentence = (f) => `new access waits: ${f.heldBack.map(holdReason).join("; ")}`;

/** "Due 20:03, removed by 20:54" · "Ended 19:49, by you; removed by 19:50" */
const endedWhen = (f: Facts, why: string): string => {
  if (!f.removedAt) return `Ended ${f.overAt}${why}`;
  return f.cause === "time"
    ? `Due ${f.overAt}, removed by ${f.removedAt}`
    : `Ended ${f.overAt}${why}; removed by ${f.removedAt}`;
};
const END_TROUBLE = {
  "hub-away": "Karpor did not answer until then.",
  "hub-refuses": "Karpor refused it until then.",
};
const lateness: Sentence = (f) => (f.removedAt && f.endTrouble ? END_TROUBLE[f.endTrouble] : "");

const cause: Record<EndCause, Sentence> = {
  time: () => "time was up",
  holder: () => "ended by its holder",
  revoked: (f) => (f.overBy ? `revoked by ${f.overBy}` : "revoked"),
  lockdown: (f) =>
    f.isApprovalGone ? "somebody who asked for it or approved it was locked out" : "ended by lockdown",
  leaked: () => "its token leaked",
  left: () => "its holder left Slack or the group that may ask",
  unused: () => "it was not used",
  altered: () => "it was changed on Karpor by hand",
  rotated: (f) => `${f.overBy || "an operator"} ended everything on Karpor`,
  restored: () => "the bot's data was restored from a copy",
  failed: () => "it could not be set up",
};
const ownCause: Record<EndCause, Sentence> = {
  ...cause,
  holder: () => "by you",
  lockdown: (f) =>
    f.isApprovalGone ? "somebody who asked for it or approved it was locked out" : "by lockdown",
  leaked: () => "you reported that its token leaked",
  left: () => "you may not have this role any more",
};

const proof: Sentence = (f) => {
  if (!f.provedAt) return "";
  if (f.cause === "restored") return "";
  if (!f.held) return "No token was given out.";
  const seen = f.isProvedByProbe ? "Karpor refuses the token" : "The token's account is gone from Karpor";
  return `${seen} (checked ${f.provedAt}).`;
};
const held: Sentence = (f) => (f.held ? `, ${f.held}` : "");

const card = {
  terms: asked,
  waiting: (f: Facts) =>
    [
      `${asking(f)} *${f.roleName}* on ${f.hub} for *${time(f)}*${f.endsAt ? `, until ${f.endsAt}` : ""}.`,
      f.replaces ? `Replaces ${f.replaces}, whose token leaked ${f.leakedAt}.` : "",
    ]
      .filter(Boolean)
      .join("\n"),
  approvals: (f: Facts) =>
    f.approved === 0
      ? `${f.needed} approvals needed, each by another person.`
      : `Approved by ${f.approvedBy}${shortening(f)}; ${f.needed - f.approved} more needed.`,
  scheduled: (f: Facts) =>
    f.heldBack.length > 0
      ? head("Approved, not ready yet", `${asked(f)} · ${approvedWhen(f)}. ${capital(heldBack(f))}.`)
      : head("Approved for later", `${asked(f)} · ${approvedWhen(f)}`),
  granting: (f: Facts) => head("Approved", `${asked(f)} · ${approvedWhen(f)}. Setting up…`),
  trouble: (f: Facts) => head("Approved, not ready yet", `${asked(f)} · ${approvedWhen(f)}. ${trouble(f)}.`),
  active: (f: Facts) => head(`Active until ${f.endsAt}`, `${asked(f)} · ${approvedWhen(f)}`),
  emergency: (f: Facts) =>
    head(`Emergency access until ${f.endsAt}`, `${f.who} took *${f.roleName}* on ${f.hub} for ${f.span}.`),
  review: (f: Facts) =>
    f.reviewedBy
      ? `Reviewed by ${f.reviewedBy} ${f.reviewedAt}:`
      : `Approval was skipped. Somebody other than ${f.who} must review this: ${f.reviewers}.`,
  ending: (f: Facts) =>
    f.cause === "revoked" && f.overBy
      ? head(`Revoked by ${f.overBy} ${f.overAt}`, `${asked(f)} · confirming…`)
      : `*Ended; confirming…* ${asked(f)} · ${cause[f.cause](f)}`,
  unconfirmed: (f: Facts) => head("Ended, not confirmed", `${asked(f)} · ${cause[f.cause](f)}.`),
  ended: (f: Facts) =>
    head(
      endedWhen(f, ` (${cause[f.cause](f)})`),
      [`${asked(f)}${held(f)}`, `${approved(f)}${shortening(f)}`, `${lateness(f)} ${proof(f)}`.trim()]
        .filter(Boolean)
        .join(" · "),
    ),
} satisfies Record<string, Sentence>;

/** How a request closed; `why` takes the place of the usual reason. */
function closed(f: Facts, kind: OutcomeKind, terms: string, why = ""): string {
  const [state = "", usual = ""] = {
    denied: [`Denied${f.overBy ? ` by ${f.overBy}` : ""} ${f.overAt}`],
    withdrawn: [f.asker ? `Withdrawn by ${f.overBy}` : "Withdrawn"],
    unanswered: [`Expired ${f.overAt}, nobody decided`],
    refused: ["Closed"],
    failed: ["Failed", "It could not be set up, and there is no access."],
    restored: [
      "Closed",
      "The bot's data was restored from a copy. What happened since is not known here; no access is left.",
    ],
    ended: ["Ended"],
  }[kind];
  return head(state, [terms, why || usual].filter(Boolean).join(" · "));
}

const own = {
  terms: (f: Facts) => `${access(f)} for ${time(f)}`,
  waiting: (f: Facts) =>
    head(
      "Waiting for approval",
      `${access(f)} for ${time(f)}${f.asker ? `, asked for you by ${f.asker}` : ""}`,
    ),
  waitsFor: (f: Facts) => `Waiting for ${f.approvers}. Expires ${f.lapsesAt}.`,
  reminded: () => "They were reminded.",
  scheduled: (f: Facts) =>
    f.heldBack.length > 0
      ? head(`${approvedState(f)}, not ready yet`, `${heldBack(f)}. I will message you with the token.`)
      : head(
          approvedState(f),
          `${access(f)} for ${time(f)}, until ${f.endsAt}. I will message you when it starts.`,
        ),
  granting: (f: Facts) => `*${approvedState(f)},* setting up: ${access(f)} until ${f.endsAt}…`,
  trouble: (f: Facts) =>
    f.trouble === "held-back"
      ? head(`${approvedState(f)}, not ready yet`, `${trouble(f)}. I will message you.`)
      : head("Approved, not ready yet", `${trouble(f)}. I will message you when it is ready.`),
  active: (f: Facts) =>
    head(
      approvedState(f),
      `${f.isMore ? `${f.span} more, now` : access(f)} until *${f.endsAt}*${shortening(f)}${reviewed(f)}`,
    ),
  newToken: (f: Facts) => head("New token", `${access(f)}, until ${f.endsAt} as before.`),
  newKey: (f: Facts) =>
    head(
      "New token",
      `Karpor was upgraded, and your old token stopped working. ${access(f)} ends ${f.endsAt} as before.`,
    ),
  settingUp: () => "Setting up…",
  paste: () => "1 Copy · 2 Open Karpor · 3 Paste, Login. Only for you.",
  logsIn: () => "Open Karpor logs you in. Its link is only for you.",
  orPaste: () => "Open Karpor logs you in; or paste this token at its login. Both are only for you.",
  follows: (id: string) => `follows ${id}`,
  oldToken: (until: string) => `Your old token works until ${until}.`,
  shortened: (until: string, button: string) =>
    `Karpor shortened this token: it works until ${until}. Then press ${button}.`,
  hidden: (f: Facts) => `*Token hidden.* Access goes on until ${f.endsAt}.`,
  reveal: () => "Show token makes a token and shows it to you alone; no message holds it.",
  reminder: (f: Facts, left: string) => head(`${left} left`, `${access(f)} ends ${f.endsAt}.`),
  stillNeeded: (f: Facts) => `*Still needed?* Nobody used ${access(f)} lately. It ends ${f.endsAt}.`,
  ending: (f: Facts) => {
    if (f.cause === "revoked" && f.overBy) return head(`Revoked by ${f.overBy} ${f.overAt}`, access(f));
    return f.endTrouble && !f.isRemoved
      ? head(`Ended at ${f.overAt}, not confirmed yet`, `${access(f)}, ${ownCause[f.cause](f)}.`)
      : `*Ended; confirming…* ${access(f)}, ${ownCause[f.cause](f)}`;
  },
  stops: (f: Facts): string => {
    if (!f.held) return "";
    if (f.isRemoved) return "The token stops within 10 s.";
    return f.endTrouble ? `Karpor does not answer; the token may work until ${f.endsAt}.` : "";
  },
  unconfirmed: (f: Facts) =>
    head(
      "Not confirmed",
      `${access(f)} should have ended ${f.overAt}. Karpor has not confirmed it yet; your token may work until ${f.endsAt}.`,
    ),
  ended: (f: Facts) =>
    f.cause === "revoked" && f.overBy
      ? head(`Revoked by ${f.overBy} ${f.overAt}`, `${access(f)}${held(f)}`)
      : head(
          endedWhen(f, `, ${ownCause[f.cause](f)}`),
          `${access(f)}${held(f)}, ${approved(f)}${shortening(f)}.`,
        ),
  proof: (f: Facts) => [lateness(f), proof(f)].filter(Boolean).join(" "),
};

/** To who asked for somebody else. */
const asker = {
  waiting: (f: Facts) => head(`Sent to ${f.approvers} for ${f.who}`, `${access(f)} for ${time(f)}`),
  updates: () => "You both get updates; neither of you can approve.",
};

/** Short mentions in the channel. */
const call = {
  nudge: (f: Facts) => head("Still waiting", `${f.approvers}, ${asking(f)} ${access(f)} for ${time(f)}.`),
  fallback: (f: Facts, after: string) =>
    `${f.approvers}: *nobody decided in ${after}.* ${asking(f)} ${access(f)} for ${time(f)}.`,
};
const notice = {
  unconfirmed: (f: Facts) =>
    head(
      "Not confirmed",
      `${f.admins}, ${f.role} of ${f.who} should have ended ${f.overAt}. Karpor has not confirmed it yet; the token may work until ${f.endsAt}.`,
    ),
  confirmed: (f: Facts) =>
    head("Confirmed", `${f.role} of ${f.who} ended ${f.removedAt || f.overAt}. ${proof(f)}`),
  leaked: (f: Facts) =>
    head(
      "Token leaked",
      `${f.admins}, ${f.who} reported that their ${f.hub} ${f.role} token leaked.${proof(f) ? ` ${proof(f)}` : ""}`,
    ),
  notDelivered: (f: Facts) =>
    head("Not delivered", `Slack does not let me write to ${f.who}, so there is no ${access(f)} for them.`),
};

/** Notifications: plain words, without times of day. */
const notification = {
  card: (f: Facts, reason: string) => `${asking(f)} ${plainAccess(f)}${reason ? `: ${reason}` : ""}`,
  waiting: (f: Facts) => `Waiting for approval: ${plainAccess(f)}.`,
  approved: (f: Facts) => `${approvedState(f)}: ${plainAccess(f)}.`,
  trouble: (f: Facts) => `Approved, not ready yet: ${plainAccess(f)}.`,
  active: (f: Facts) => `Active: ${plainAccess(f)}.`,
  emergency: (f: Facts) => `Emergency: ${f.who} took ${plainAccess(f)}.`,
  newToken: (f: Facts) => `New token for ${f.roleName} on ${f.hubName}.`,
  hidden: (f: Facts) => `Token hidden: ${f.roleName} on ${f.hubName}.`,
  reminder: (f: Facts, left: string) => `${left} left: ${f.roleName} on ${f.hubName}.`,
  stillNeeded: (f: Facts) => `Still needed? ${f.roleName} on ${f.hubName}`,
  revoked: (f: Facts, words: string) =>
    `${f.overBy} revoked your ${f.roleName} access${words ? `: ${words}` : "."}`,
  ended: (f: Facts) => `Ended: ${f.roleName} on ${f.hubName}.`,
  notConfirmed: (f: Facts) => `Not confirmed: the end of ${f.roleName} of ${f.who} on ${f.hubName}.`,
  closed: (f: Facts, kind: OutcomeKind) =>
    ({
      denied: `Denied${f.overBy ? ` by ${f.overBy}` : ""}: ${plainAccess(f)}.`,
      withdrawn: `Withdrawn: ${plainAccess(f)}.`,
      unanswered: `Expired, nobody decided: ${plainAccess(f)}.`,
      refused: `Closed: ${plainAccess(f)}.`,
      failed: `Failed: ${plainAccess(f)}.`,
      restored: `Closed, the bot's data was restored: ${plainAccess(f)}.`,
      ended: `Ended: ${plainAccess(f)}.`,
    })[kind],
  call: (f: Facts, after: string) =>
    `${f.approvers}: ${after ? `nobody decided in ${after}.` : "still waiting."} ${asking(f)} ${plainAccess(f)}.`,
  leaked: (f: Facts) => `Token leaked: ${f.roleName} of ${f.who} on ${f.hubName}.`,
  notDelivered: (f: Facts) => `Not delivered: ${f.roleName} for ${f.who} on ${f.hubName}.`,
};

/** The card's words on the requester. */
const about = {
  /** For a screen reader, in plain text. */
  roleFor: (role: string, who: string) => `${role} for ${who}`,
  /** At the head of a card. */
  dangers: (isEmergency: boolean, isWriting: boolean) =>
    capital([isEmergency ? "emergency" : "", isWriting ? "writes" : ""].filter(Boolean).join(" · ")),
  can: (description: string) => `Can: ${description}`,
  confirm: (warning: string) => `*Warning:* ${warning}`,
  firstRequest: "first request in 30 days",
  grants: (count: number) => `${count} ${count === 1 ? "grant" : "grants"} in 30 days`,
  last: (role: string, at: string, by: string) => `last ${role} ${at}${by ? ` by ${by}` : ""}`,
  denied: (at: string, by: string, words: string) => `*denied ${at} by ${by}${words ? `: ${words}` : ""}*`,
  reason: (words: string) => `Asked because: ${words}`,
  expires: (at: string) => `expires ${at}`,
};

const button = {
  approve: (time: string) => `Approve ${time}`,
  "approve-signed": (time: string) => `Approve ${time} with passkey…`,
  "approve-less": (time: string) => `${time} only`,
  deny: () => "Deny…",
  revoke: () => "Revoke…",
  review: () => "Review…",
  withdraw: () => "Withdraw",
  remind: () => "Remind them",
  end: () => "End now",
  keep: () => "Keep it",
  more: () => "Ask for more time",
  hide: (link: string): string => (link ? "Hide the link" : "I've copied it, hide"),
  "new-token": () => "New token",
  leaked: () => "I leaked it",
  reveal: () => "Show token",
  "ask-again": () => "Ask again",
  change: () => "Change and ask again",
  send: (time: string) => (time ? `Ask for ${time}` : "Send that"),
  edit: () => "Edit…",
  "end-approved": () => "End all of it…",
  unlock: () => "Unlock…",
  "open-karpor": () => "Open Karpor",
};

const confirm = {
  end: {
    title: "End access",
    text: "Your access and its token end. Our DM says when Karpor refuses the token.",
    yes: "End now",
    no: "Keep access",
  },
};

const lockdown = {
  everybody: "everybody",
  locked: (by: string, at: string, whom: string) =>
    head(
      `Locked down by ${by} ${at}`,
      whom ? `${whom} has no access, and gets none.` : "Nobody has access, and nobody gets any.",
    ),
  resting: (count: number) =>
    `*${count} ${count === 1 ? "access rests" : "accesses rest"} on their approval:*`,
  unreadable: (whom: string) =>
    head(
      "Locked down, and nobody knows who set it",
      `the entry is damaged, or the bot didn't write it. ${whom ? `${whom} has no` : "Nobody has"} access until an admin unlocks it.`,
    ),
  unlocked: (by: string, at: string, whom: string) =>
    head(`Unlocked by ${by} ${at}`, whom ? `${whom} can ask again.` : "Everybody can ask again."),
};

/** To the admins: what the hub has and no record knows. */
const admins = {
  unrecorded: (count: number, hub: string, until: string, admins: string) =>
    head(
      `${count} ${count === 1 ? "access" : "accesses"} without a record`,
      `on ${hub}${until ? `, ending by ${until} at the latest` : ""}. ${admins}: \`npm run grants\` lists and ends them.`,
    ),
  unreadable: (count: number, hub: string, until: string, admins: string) =>
    head(
      `${count} ${count === 1 ? "record" : "records"} that cannot be read`,
      `of requests for ${hub}${until ? `; their access ends by ${until} at the latest` : ""}. Somebody changed Redis, or a newer version wrote them. ${admins}: \`revoke\` and \`npm run grants\` end them.`,
    ),
  unreadableRing: (count: number, hub: string) =>
    `${count} ${count === 1 ? "record" : "records"} of requests for ${hub} cannot be read.`,
  unrecordedRing: (count: number, hub: string) =>
    `${count} ${count === 1 ? "access" : "accesses"} without a record on ${hub}.`,
  foreign: (count: number, hub: string) =>
    head(
      `${count} foreign ${count === 1 ? "object" : "objects"} on ${hub}`,
      "They give access past this bot, which did not make them. Look at them, and delete what is not yours.",
    ),
  foreignRing: (count: number, hub: string) =>
    `${count} foreign ${count === 1 ? "object" : "objects"} on ${hub}.`,
  checkSilent: (role: string, why: string, who: string) =>
    head(
      "The company's check does not answer",
      `new ${role} is refused until it does, emergencies too. ${who}: the bot saw “${why}”.`,
    ),
  checkSilentRing: (role: string) => `The company's check of ${role} does not answer.`,
  checkAnswers: (role: string) => `*The company's check answers again:* ${role} can be had.`,
  webhookFails: (why: string, who: string) =>
    head(
      "The audit webhook fails",
      `the bot saw “${why}”. Entries wait in order, each for a day, then it is skipped. ${who}: see to what receives them.`,
    ),
  webhookFailsRing: "The audit webhook fails.",
  webhookWorks: (skipped: number) =>
    head("The audit webhook works again", `entries that it never got: ${skipped}.`),
  unknownGroups: (count: number, who: string) =>
    head(
      `Slack does not list ${count} user ${count === 1 ? "group" : "groups"}`,
      `that the configuration names. What is asked for and depends on ${count === 1 ? "it" : "them"} is refused; what waits goes on waiting, and nobody loses access. ${who}: enable ${count === 1 ? "it" : "them"} in Slack, or change the configuration.`,
    ),
  unknownGroupsRing: (count: number) =>
    `Slack does not list ${count} user ${count === 1 ? "group" : "groups"} of the configuration.`,
};

export const messages = {
  span,
  any,
  all,
  card,
  closed,
  own,
  asker,
  call,
  notice,
  notification,
  about,
  button,
  confirm,
  lockdown,
  admins,
  over: (isReminder: boolean) =>
    `*This ${isReminder ? "reminder" : "message"} is over:* nothing can be done here any more.`,
};
