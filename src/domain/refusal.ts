/** Why we say no: a closed union, worded in slack/messages; class Refused carries one out of a flow. Pure. */
import { z } from "zod";
import { Bilingual } from "./bilingual.ts";
import { AllowanceId, Principal, RequestId, UserId } from "./ids.ts";
import { By } from "./operator.ts";
import { Silence } from "./outside-check.ts";
import { Person, Standing } from "./person.ts";

const kind = <K extends string, S extends z.core.$ZodLooseShape>(name: K, shape: S) =>
  z.object({ kind: z.literal(name), ...shape });

/**
 * Which of today's rules an earlier request no longer meets. restored: whether it was decided since is not known ·
 * departed, left-group: whoever it is for is no member, or not in the group, any more · nobody-left: to approve it ·
 * ended: what was to be made longer · check: the company's own says no
 */
export const ChangedTerm = z.enum([
  "role-gone",
  "other-rights",
  "too-long",
  "requester",
  "approval",
  "rule",
  "restored",
  "departed",
  "left-group",
  "nobody-left",
  "ended",
  "check",
]);
export type ChangedTerm = z.infer<typeof ChangedTerm>;

export const Deciding = z.enum(["approve", "deny"]);
export type Deciding = z.infer<typeof Deciding>;

const asking = <K extends string, S extends z.core.$ZodLooseShape>(name: K, shape: S) =>
  kind(name, {
    /** The corrected command text, ready to send. */
    line: z.string().optional(),
    /** What was typed, where the form can mend it. */
    typed: z.string().optional(),
    /** The line as Slack would escape it, where it must be run as a command. */
    raw: z.string().optional(),
    /** Whom it was asked for, where that is somebody else. */
    recipient: Person.optional(),
    ...shape,
  });

const changedShape = {
  role: z.string(),
  what: ChangedTerm,
  max: z.number().optional(),
  /** The rule that denies it now, and what it says. */
  rule: z.string().optional(),
  say: Bilingual.optional(),
};

export const Refusal = z.discriminatedUnion("kind", [
  asking("unknown-role", { role: z.string(), roles: z.array(z.string()) }),
  asking("bad-duration", { text: z.string() }),
  /** `text`: a time that stands after the reason. */
  asking("time-last", { text: z.string() }),
  /** `text`: what stands where the time after "from" should. */
  asking("bad-start", { text: z.string() }),
  /** `text`: a time to begin at that stands after the reason. */
  asking("start-last", { text: z.string() }),
  asking("start-past", { at: z.number() }),
  asking("start-too-far", { max: z.number() }),
  /** The clocks of that zone skip it. */
  asking("no-such-time", { text: z.string(), zone: z.string() }),
  asking("zone-unknown", {}),
  asking("emergency-starts-now", {}),
  asking("too-short", { min: z.number() }),
  asking("too-long", { role: z.string(), max: z.number(), emergency: z.boolean().optional() }),
  /** `roles`: those that can be taken in an emergency. */
  asking("no-emergency", { role: z.string(), roles: z.array(z.string()) }),
  asking("no-reason", { role: z.string(), emergency: z.boolean().optional() }),
  asking("reason-too-long", { max: z.number() }),
  /** `mended`: the line is right as it stands. */
  asking("reason-form", { role: z.string(), hint: Bilingual, mended: z.boolean() }),
  /** `raw`: the line as Slack would escape it, to be run. */
  kind("unknown-command", { word: z.string(), line: z.string(), raw: z.string() }),
  /** `given`: another command than ours. The app in Slack and the configuration differ; the rest is as above. */
  kind("other-command", { given: z.string(), line: z.string(), raw: z.string() }),
  /** After the word `for`. */
  kind("for-whom", { word: z.string() }),
  kind("for-oneself", { line: z.string(), raw: z.string() }),
  kind("not-for-others", { role: z.string(), recipient: Person, emergency: z.literal(true).optional() }),
  kind("status-of-others", { line: z.string(), raw: z.string() }),
  kind("unknown-target", { word: z.string() }),
  asking("allow-whom", {}),
  /** `text`: what stands where `for 3d` should. */
  asking("bad-period", { text: z.string() }),
  asking("period-limits", { min: z.number(), max: z.number() }),
  asking("reasonless-allowance", {}),
  kind("nothing-to-allow", { role: z.string() }),
  kind("allow-oneself", {}),
  kind("may-not-allow", { role: z.string(), approvers: z.array(Principal) }),
  kind("unknown-allowance", { word: z.string() }),
  /** `did`: why it cannot be changed any more. */
  kind("allowance-late", {
    id: AllowanceId,
    did: z.enum(["withdrawn", "over", "allowed"]),
    by: Person.optional(),
    at: z.number(),
  }),
  /** `recipient`: somebody else's. */
  kind("open-already", {
    id: RequestId,
    role: z.string(),
    state: z.string(),
    recipient: Person.optional(),
  }),
  /** Of a grant that may last so much longer at the most; 0: not at all. */
  kind("too-much-more", { role: z.string(), most: z.number() }),
  /** One's own, live until then. */
  kind("yours-already", {
    ...{ id: RequestId, terms: z.number(), role: z.string(), clusterRole: z.string() },
    ...{ from: z.number(), until: z.number() },
  }),
  /** Their other request for the role, `other`, has a part of the same time; `deciding`: now that it is approved. */
  kind("window-taken", {
    other: RequestId,
    role: z.string(),
    from: z.number(),
    until: z.number(),
    recipient: Person.optional(),
    deciding: z.literal(true).optional(),
  }),
  kind("not-served", { standing: Standing }),
  kind("may-not-ask", { role: z.string(), who: z.array(Principal) }),
  kind("may-not-break-glass", { role: z.string(), who: z.array(Principal) }),
  /** One's last emergency. */
  kind("not-reviewed-yet", { id: RequestId, role: z.string(), missing: z.number() }),
  kind("not-reviewer", { reviewers: z.array(Principal) }),
  kind("own-emergency", {}),
  kind("reviewed-already", { at: z.number() }),
  kind("nothing-to-review", { id: RequestId }),
  kind("rule-denies", { role: z.string(), rule: z.string(), say: Bilingual.optional() }),
  /** `at`: when the next of them ends, where that is known. */
  /** `deciding`: now that it is approved. */
  kind("too-many-grants", {
    max: z.number(),
    at: z.number().optional(),
    recipient: Person.optional(),
    deciding: z.literal(true).optional(),
  }),
  /** `at`: when it may be asked again, where that is known. */
  kind("too-many-requests", { max: z.number(), at: z.number().optional() }),
  /** The company's own service. `say`: in its words. */
  kind("check-denied", { role: z.string(), say: z.string() }),
  kind("check-silent", { role: z.string(), how: Silence }),
  /** Of so many who must approve, so many could; others are not in the channel where it is asked. */
  kind("nobody-can-approve", {
    role: z.string(),
    approvers: z.array(Principal),
    needed: z.number().optional(),
    able: z.number().optional(),
    outside: z.number().optional(),
    channel: z.string().optional(),
    /** Whom it was asked for, where that is somebody else: they decide it no more than who asked. */
    recipient: Person.optional(),
  }),
  kind("not-approver", { approvers: z.array(Principal) }),
  kind("own-request", { approvers: z.array(Principal), deciding: Deciding }),
  kind("not-yours", { id: RequestId }),
  /** Someone else was first; `did` is the state they brought about. */
  kind("late", {
    did: z.enum(["approved", "denied", "withdrawn", "timedOut", "refused", "ended"]),
    by: Person.optional(),
    at: z.number(),
  }),
  /** It would not be less than what is asked for. */
  kind("not-less", { role: z.string(), duration: z.number() }),
  /** It gives other rights, is for others, or is decided by others. */
  kind("not-lower", { role: z.string() }),
  /** By the same person, of whom it is asked now. */
  kind("held-already", { role: z.string() }),
  /** One's own approval stands, and others are missing. */
  kind("approved-already", { at: z.number(), missing: z.number() }),
  /** Those asked are reminded once. */
  kind("reminded-already", { at: z.number() }),
  kind("stale", { id: RequestId }),
  /** Asked for under other rules than today's; `max` is milliseconds. */
  kind("terms-changed", changedShape),
  /** The same, said where it closes nothing. */
  kind("changed-since", { ...changedShape, of: z.enum(["request", "access", "allowance"]) }),
  /** A changed file reaches replicas apart, and not all of them allow it. */
  kind("rules-differ", {}),
  /** An administrator stopped all access. */
  kind("locked-down", { by: By, at: z.number(), reason: z.string() }),
  /** Neither Redis nor the hub took it. */
  kind("not-locked-down", {}),
  kind("not-locked", {}),
  /** Redis knows of none, and the hub does not say. */
  kind("lock-unknown", {}),
  /** Lifting it needs a reason. */
  kind("unlock-why", {}),
  /** After `revoke all`. */
  kind("all-of-what", { word: z.string(), roles: z.array(z.string()) }),
  kind("nothing-in-scope", {}),
  kind("not-admin", { admins: z.array(Principal) }),
  /** A new one is being made already. */
  kind("token-coming", { id: RequestId }),
  /** New ones in an hour; `at`: when one more may be asked for. */
  kind("too-many-tokens", {
    id: RequestId,
    terms: z.number(),
    role: z.string(),
    max: z.number(),
    at: z.number(),
  }),
  /** Its account is being made, or made anew. */
  kind("not-ready-yet", { id: RequestId }),
  /** Tokens shown in an hour; `at`: when one more may be. */
  kind("too-many-shows", { id: RequestId, max: z.number(), at: z.number() }),
  /** Today's rules would not give it. */
  kind("not-allowed-now", { id: RequestId, terms: z.number(), role: z.string() }),
  /** No token can be made for somebody to see. */
  kind("hub-away", { id: RequestId }),
  /** Redis may be older than the hub, which does not say what stands. */
  kind("stands-unknown", {}),
  /** New access is held back, and with it new tokens. */
  kind("held-back", { id: RequestId }),
  /** The token still stands in Slack, which did not answer. */
  kind("not-hidden-yet", { id: RequestId }),
  kind("unknown-request", { id: z.string() }),
  /** Redis and hub agree, or it is about another Redis than the button was. */
  kind("nothing-restored", {}),
  /** Another version of the bot wrote it, or it is damaged. */
  kind("unreadable", { id: RequestId }),
  /** What others have. `role`: of this one, where one was named. */
  kind("may-not-see", { role: z.string().optional() }),
  /** After `active` or `history`. */
  kind("unknown-filter", { word: z.string(), command: z.enum(["active", "history"]) }),
  /** There is none, or it is not for whoever asks: they cannot tell which. */
  kind("no-story", { word: z.string() }),
  /** The lists are still being made from a long trail. */
  kind("lists-behind", {}),
  kind("nothing-to-revoke", { who: UserId.optional() }),
  kind("look-up-failed", {}),
  /** For what opens at the click or not at all. */
  kind("slack-busy", {}),
  kind("store-down", {}),
  kind("unsure", {}),
  /** What only another version has a word for. */
  kind("other", {}),
]);
export type Refusal = z.infer<typeof Refusal>;
/** Of what was typed, before anybody is looked up. */
export type AskingRefusal = Extract<Refusal, { typed?: string | undefined }>;

/** Thrown to a person, never to a job. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.kind);
    this.name = "Refused";
    this.refusal = refusal;
  }
}
