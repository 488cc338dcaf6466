/** English: what people read when something cannot be, and what they can do. */
import type { HoldReason } from "../../../request/record.ts";
import type { RefusalCode } from "../../../request/refused.ts";

/** A gap of a sentence, filled from the refusal or the configuration; empty where neither has it. */
export type Gap = (name: string) => string;

const notSent = (why: string): string => `*Not sent:* ${why}`;
const refused = (why: string): string => `*Refused:* ${why}`;
const unchanged = (why: string): string => `*Nothing changed:* ${why}`;
const closed = (why: string): string => `*Closed:* ${why}`;
const failed = (why: string): string => `*Failed:* ${why}`;

/** " (R-…)" */
const known = (id: string): string => (id ? ` (${id})` : "");
const DID: Record<string, string> = {
  approved: "approved",
  denied: "denied",
  withdrawn: "withdrew",
  reviewed: "reviewed",
  ended: "ended",
};
const ADMIN_DEED: Record<string, string> = {
  "revoke all": "revoke everything at once",
  "revoke unreadable": "revoke access whose record cannot be read",
  lockdown: "lock down",
  unlock: "unlock",
};

/** Why new access is not set up, below what it concerns. */
export const HELD_BACK: Record<HoldReason["code"], (name: string) => string> = {
  "not-looked": () => "Karpor does not answer",
  "rbac-off": () => "Karpor does not check who may do what",
  "clocks-apart": () => "Karpor's clock and the bot's are apart",
  "no-cluster-role": (name) => `Karpor has no ClusterRole \`${name}\``,
};

const isHoldCode = (code: string): code is HoldReason["code"] => Object.hasOwn(HELD_BACK, code);

export const refusals: Record<RefusalCode, (gap: Gap) => string> = {
  "unknown-role": (gap) =>
    notSent(
      `there is no role ${gap("role")}.${gap("nearest") ? ` Did you mean ${gap("nearest")}?` : ` Roles: ${gap("roles")}`}`,
    ),
  "bad-time": (gap) => notSent(`I can't read ${gap("typed")}. Try \`8h\`, \`90m\`, \`2d\`.`),
  "bad-start": (gap) =>
    notSent(
      `${gap("typed") || gap("at")} is no start. Write \`from 22:00\`, \`from tomorrow 09:00\` or \`from 2026-12-24 09:00\`, in the future.`,
    ),
  "start-too-far": (gap) => notSent(`it may start at most ${gap("max")} from now. Choose an earlier start.`),
  "too-short": (gap) => notSent(`the shortest time is ${gap("min") || "1 min"}.`),
  "too-long": (gap) => notSent(`${gap("role")} lasts at most ${gap("max")}. Ask for less.`),
  "total-too-long": (gap) =>
    notSent(`with the time so far ${gap("role")} lasts at most ${gap("max")}. Ask for less.`),
  "reason-missing": (gap) =>
    notSent(`${gap("role") || "this"} needs a reason. Write it at the end of the line.`),
  "reason-pattern": (gap) => notSent(`the reason for ${gap("role")} needs this: ${gap("hint")}`),
  "reason-too-long": (gap) =>
    notSent(
      `the reason is too long${gap("limit") ? `: at most ${gap("limit")} characters` : ""}. Shorten it.`,
    ),
  "must-start-now": () => notSent("more time and emergencies cannot start later. Leave the start out."),
  "not-a-person": (gap) =>
    notSent(`${gap("typed") || "this"} is no person in Slack. Type @ and choose the person.`),
  "not-a-member": (gap) =>
    refused(
      gap("standing") === "guest"
        ? `${gap("user")} has a Slack guest account; only full members can ask.`
        : `${gap("user")} is not a full member of this workspace; only full members can ask.`,
    ),
  "may-not-ask": (gap) =>
    refused(
      gap("role") ? `only ${gap("requesters")} can ask for ${gap("role")}.` : "you may ask for no role.",
    ),
  "rule-denies": (gap) => refused(gap("en") || `the rule “${gap("rule")}” does not allow this.`),
  "check-denies": (gap) => refused(`the company's check says no${gap("words") ? `: ${gap("words")}` : "."}`),
  "check-failed": () =>
    refused("the company's check did not answer, and without its yes nothing is given. Try again later."),
  "no-approver": (gap) =>
    refused(`nobody else in ${gap("approvers")} can approve ${gap("role")} now. Tell ${gap("admins")}.`),
  "already-held": (gap) =>
    gap("user")
      ? `*${gap("user")} already has this*${gap("until") ? ` until ${gap("until")}` : ""}.`
      : `*You already have this*${gap("until") ? ` until ${gap("until")}` : ""}${known(gap("id"))}. You can ask for more time.`,
  "already-open": (gap) =>
    gap("user")
      ? `*${gap("user")} asked for ${gap("role")} already,* and that request is open.`
      : `*${gap("role") ? `A ${gap("role")} request` : "Such a request"} is already open.* You can withdraw it.`,
  "too-many-open": (gap) =>
    notSent(
      `${gap("limit") || "too many"} requests are open, which is the most. Withdraw one, or wait for an answer.`,
    ),
  "too-many-grants": (gap) =>
    notSent(`${gap("limit") || "too many"} accesses are held at once, which is the most. End one first.`),
  "too-many-asks": (gap) =>
    notSent(`${gap("limit") || "too many"} requests in an hour are the most. Try again later.`),
  "no-emergency": (gap) =>
    refused(
      `${gap("role") ? `${gap("role")} cannot` : "nothing can"} be taken in an emergency here. Ask as usual.`,
    ),
  "not-for-others": (gap) =>
    refused(`${gap("role")} without an approval is for oneself alone. ${gap("user")} can ask for it.`),
  "emergency-stopped": (gap) =>
    refused(
      `somebody ended your last emergency${known(gap("id"))}; the next one must wait for its review by ${gap("reviewers") || "its reviewers"}. Ask as usual.`,
    ),
  "too-many-emergencies": (gap) =>
    refused(
      `${gap("role")} can be taken in an emergency ${gap("limit") || "only so many"} times in 24 h. Ask as usual.`,
    ),
  "unknown-request": (gap) =>
    gap("id")
      ? `*Unknown request:* I have no record of ${gap("id")}; ask again.`
      : `*No such request.* Check the id${gap("typed") ? ` ${gap("typed")}` : ""}.`,
  "unreadable-request": (gap) =>
    unchanged(
      `my record${gap("id") ? ` of ${gap("id")}` : ""} cannot be read. What is on Karpor ends when it is due; admins end it sooner by \`revoke R-… REASON\`.`,
    ),
  "already-decided": (gap) => {
    const did = DID[gap("how")];
    const by = gap("by");
    const first = did && by ? `${by} ${did} this` : "This is decided already";
    return `*${first}* ${gap("at")}; your click changed nothing.`;
  },
  "approved-already": (gap) =>
    gap("state")
      ? "*You approved this already.*"
      : unchanged("you approved this already; another person must, too."),
  "over-by-then": (gap) =>
    unchanged(`this shorter time would be over already${gap("until") ? `: it ended ${gap("until")}` : ""}.`),
  "own-request": (gap) =>
    unchanged(`you cannot decide a request that you made or that is for you. ${gap("approvers")} can.`),
  "not-an-approver": (gap) => unchanged(`only ${gap("approvers") || "its approvers"} can do this.`),
  "not-an-admin": (gap) => `*Only admins can ${ADMIN_DEED[gap("deed")]}.*`,
  "not-a-reviewer": (gap) =>
    unchanged(`only ${gap("reviewers") || "its reviewers"} can review this, and nobody their own emergency.`),
  "not-yours": () => unchanged("this belongs to somebody else."),
  "not-active": () => unchanged("there is no such access now; `status` shows what you have."),
  "reminded-already": () => unchanged("they were asked less than ten minutes ago. Try again later."),
  "reveals-used-up": (gap) =>
    unchanged(`${gap("limit") || "ten"} tokens an hour are the most. What you copied goes on working.`),
  "locked-out": (gap) =>
    `*You are locked out*${gap("at") ? ` since ${gap("at")}` : ""}. Ask ${gap("admins")}.`,
  "no-passkeys-here": () => refused("passkeys are not used here: the configuration names no page for them."),
  "too-few-passkeys": (gap) =>
    refused(
      `too few approvers of ${gap("role") || "this"} have a passkey${gap("needed") ? `: ${gap("count")}, and ${gap("needed")} must approve` : ""}. They make one with \`passkey\`; tell an administrator.`,
    ),
  "passkey-missing": (gap) =>
    unchanged(
      `you have no passkey here yet, and ${gap("role") || "this"} is approved with one. Make it with \`passkey\`.`,
    ),
  "passkey-refused": () => unchanged("this is no signature of your passkey here. Try again with your own."),
  "passkey-needed": (gap) =>
    unchanged(`${gap("role") || "this"} is approved with a passkey. Press Approve on its card again.`),
  "terms-changed": () => unchanged("the request changed meanwhile. Open the link again, and look at it."),
  "link-over": () => unchanged("this link is over. In Slack, press Approve or type the command again."),
  "locked-down": (gap) =>
    refused(
      `access${gap("user") ? ` of ${gap("user")}` : ""} is locked down${gap("by") ? ` by ${gap("by")}` : ""} until an admin unlocks it.`,
    ),
  "held-back": (gap) => {
    const code = gap("reason");
    return closed(
      `this never became ready${isHoldCode(code) ? `: ${HELD_BACK[code](gap("name"))}` : ""}. Ask again.`,
    );
  },
  "role-changed": (gap) => closed(`the rules changed: ${gap("role")} gives other rights now. Ask again.`),
  "approval-gone": (gap) => closed(`the approval of ${gap("role")} counts no more. Ask again.`),
  rotated: () =>
    closed("an administrator replaced the bot's access to Karpor, and every request with it. Ask again."),
  "group-unknown": (gap) =>
    refused(
      `Slack does not list the user group ${gap("group")}, so who may do this is not known. Tell an administrator, then try again.`,
    ),
  "dm-refused": () =>
    failed(
      "Slack does not let me write to the holder, so there is no access. Open a DM with me, and ask again.",
    ),
  "card-refused": () =>
    failed(
      "Slack does not let me post in the approvals channel, so nobody was asked. Tell an administrator.",
    ),
  "redis-away": () => notSent("the bot cannot reach its records. Try again in a minute."),
  "hub-away": () => notSent("Karpor does not answer, and nothing was stored. Ask again in a minute."),
  "slack-away": () => notSent("Slack does not answer. Try again in a minute."),
  "stale-lookup": () => unchanged("looking people up took too long. Try again."),
};
