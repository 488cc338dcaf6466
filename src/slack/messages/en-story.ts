/** English: what became of a request, step by step, as the trail has it. */
import type { TriedStep } from "../../domain/attempt.ts";
import { BY_BREAK_GLASS } from "../../domain/break-glass.ts";
import { Principal, UserId } from "../../domain/ids.ts";
import { AT_A_CLICK } from "../../domain/lifecycle.ts";
import { ruleNamed } from "../../domain/policy-rule.ts";
import { End, isRenewal } from "../../domain/request.ts";
import type { TrailStep } from "../../domain/step.ts";
import { endingOf, type Story } from "../../domain/story.ts";
import { enGrammar } from "./en-grammar.ts";
import type { Formatter } from "./formatter.ts";
import { foreign } from "./text.ts";
import { type ByState, upperFirst } from "./wording.ts";

const { span } = enGrammar;
const WORDS = 300;
type Step = (s: TrailStep, fmt: Formatter) => string;

const who = (id: string, fmt: Formatter): string =>
  UserId.safeParse(id).success ? fmt.user(id, id) : id === "bot" ? "the bot" : foreign(id, 80);
const because = (text: string | null): string => (text ? `: ${foreign(text, WORDS)}` : "");
/** What the trail has a code for. */
const coded = (text: string, fmt: Formatter): string => (text ? `: ${fmt.code(text)}` : "");
const through = ({ qualified }: TrailStep, fmt: Formatter): string => {
  const group = Principal.safeParse(qualified).data;
  return group?.startsWith("S") ? ` (through ${fmt.any([group], group)})` : "";
};
const terms = ({ role, duration }: { role: string; duration: number }, fmt: Formatter): string =>
  `${fmt.code(role)}, ${span(duration)}`;

const moreFor = (s: TrailStep): string => (s.extends ? ` more, for ${s.extends}` : "");

const approved: Step = (s, fmt) => {
  const { qualified, asked, approvals } = s;
  const less = asked ? `, for less than asked: ${terms(asked, fmt)} became ${terms(s, fmt)}` : "";
  const rule = ruleNamed(qualified ?? "");
  if (qualified?.startsWith(BY_BREAK_GLASS)) return "taken in an emergency, approved by nobody";
  if (s.who === "policy")
    return rule === undefined ? "approved by policy" : `approved by the rule “${foreign(rule, 60)}”`;
  const all = approvals.length > 0 ? approvals.map((one) => one.who) : [s.who];
  const people = enGrammar.all(all.map((one) => who(one, fmt)));
  const allowance = /^allowed (A-\w+)/.exec(qualified ?? "")?.[1];
  if (allowance) return `allowed beforehand by ${people} (${allowance})`;
  const notes = approvals.flatMap(({ note }) => note || []);
  return `approved by ${people}${through(s, fmt)}${less}${because(notes.join("; ") || s.why)}`;
};

const ENDED: Record<End["cause"], Step> = {
  expired: () => "ended, time was up",
  released: (s, fmt) => `ended by ${who(s.who, fmt)}, whose it was`,
  revoked: (s, fmt) => `revoked by ${who(s.who, fmt)}${through(s, fmt)}`,
  failed: () => "failed",
  altered: () => "ended, it was changed in Karpor",
  lost: () => "ended, it was removed in Karpor",
  departed: () => "ended, it is no longer for its holder",
  idle: () => "ended because idle, no use was reported",
  other: () => "ended",
};
const ending: Step = (s, fmt) => {
  const { cause, more } = endingOf(s);
  const why = End.shape.cause.parse(cause);
  const isCode = why === "failed" || why === "departed";
  return `${ENDED[why](s, fmt)}${isCode ? coded(more, fmt) : because(more)}`;
};

const PROOF: Record<string, string> = {
  probe: "confirmed: Karpor refuses the token",
  absence: "confirmed: the token's account is gone from Karpor",
  expiry: "not confirmed by Karpor, but the token's own time has run out",
};

const proven: Step = (s, fmt) =>
  s.verification?.method === "abandoned"
    ? `never confirmed by Karpor, settled by ${who(s.who, fmt)}${because(s.why)}`
    : (PROOF[s.verification?.method ?? ""] ?? "ended");

const steps: ByState<Step> = {
  requested: (s, fmt) =>
    s.askedBy
      ? `asked for by ${who(s.who, fmt)} for ${who(s.requester, fmt)}: ${terms(s, fmt)}${moreFor(s)}`
      : `asked for by ${who(s.who, fmt)}: ${terms(s, fmt)}${moreFor(s)}`,
  pending: () => "sent to its approvers",
  refused: (s, fmt) => `refused by policy${coded([s.qualified, s.why].filter(Boolean).join(", "), fmt)}`,
  withdrawn: (s, fmt) => `withdrawn by ${who(s.who, fmt)}`,
  timedOut: ({ from }) =>
    `closed, ${from === "requested" ? "it could not be checked in time" : "nobody decided"}`,
  denied: (s, fmt) => `denied by ${who(s.who, fmt)}${through(s, fmt)}${because(s.why)}`,
  scheduled: (s, fmt) =>
    `${approved(s, fmt)}${s.startsAt === null ? "" : `; it begins ${fmt.at(s.startsAt)}`}`,
  approved: (s, fmt) => {
    if (isRenewal(s)) return `a new token is made, by ${who(s.who, fmt)}${because(s.why)}`;
    return s.from === "scheduled" ? "its time has come" : approved(s, fmt);
  },
  extending: (s, fmt) => `more time: ${approved(s, fmt)}`,
  extended: () => "the access lasts longer now",
  delivering: () => "made on Karpor",
  active: (s, fmt) =>
    `${s.from === null ? "found on Karpor, where no record knew it" : s.why === AT_A_CLICK ? "ready: its holder is shown a token at a click" : "token delivered"}${
      s.expiresAt === null ? "" : `, ${fmt.until(s.expiresAt)}`
    }`,
  ending,
  ended: (s, fmt) => (s.from === "scheduled" ? `${ending(s, fmt)}; it never began` : proven(s, fmt)),
};

/** What happened although its state stayed, in the trail's own words. */
const remark: Step = (s, fmt) => `${who(s.who, fmt)}${because(s.why)}`;

const MAY_NOT: Record<string, string> = {
  "own-request": "it is their own request",
  "own-emergency": "it is their own emergency",
  "not-approver": "they are none of its approvers",
  "not-reviewer": "they are none of its reviewers",
  "not-served": "they are no member of the workspace",
};

const tried = ({ who: by, attempt, why, full }: TriedStep, fmt: Formatter): string =>
  `${who(by, fmt)} tried to ${foreign(attempt, 30)} it, and may not: ${MAY_NOT[why] ?? fmt.code(why)}${
    full ? "; more of theirs is not kept for an hour" : ""
  }`;

const became = ({ approval, ending: end, at }: Story, fmt: Formatter): string[] => [
  ...(approval
    ? [
        approved(
          { ...approval, why: null, approvals: approval.approvals.map(({ note: _, ...one }) => one) },
          fmt,
        ),
      ]
    : []),
  ...(end
    ? [`${ending({ ...end, why: endingOf(end).cause }, fmt)} ${fmt.when(end.at)}`]
    : [`last ${fmt.when(at)}`]),
];

export const enStory = {
  steps,
  remark,
  tried,
  /** What only another version of the bot has a word for. */
  unknown: (s: TrailStep, fmt: Formatter): string => `${fmt.code(s.to)}, by ${who(s.who, fmt)}`,
  head: (story: Story, state: string, hub: string, fmt: Formatter): string =>
    `${fmt.b(`${story.id}, ${state}:`)} ${terms(story, fmt)}, on ${hub} for ${fmt.user(story.requester, "its holder")}.`,
  line: (story: Story, state: string, fmt: Formatter): string =>
    [
      `${fmt.b(`${upperFirst(state)}:`)} ${terms(story, fmt)}`,
      `asked ${fmt.when(story.askedAt)}`,
      ...became(story, fmt),
      story.id,
    ].join(" · "),
  historyHead: (
    { total, person, since, hub }: { total: number | null; person: string; since: number; hub: string },
    fmt: Formatter,
  ): string => {
    const whose = fmt.isReader({ id: person }) ? "you" : fmt.user(person, "this person");
    const what = `what ${whose} asked for on ${hub} since ${fmt.when(since)}`;
    if (total === 0) return `${fmt.b("Nothing asked for:")} ${what}.`;
    return total === null
      ? `${fmt.b("History:")} ${what}, of roles that you approve; the latest first.`
      : `${fmt.b(`${total} ${total === 1 ? "request" : "requests"}:`)} ${what}, the latest first.`;
  },
  how: (fmt: Formatter): string =>
    `${fmt.code(`${fmt.command} history 90d`)} looks back further, ${fmt.code(`${fmt.command} show R-…`)} tells one's story.`,
};
