/** A record as the pieces of text that sentences are made of, in the reader's language. */
import type { Config } from "../../config.ts";
import { approversFor, neededApprovals } from "../../policy/roles.ts";
import { MINUTE } from "../../request/durations.ts";
import type { Locale } from "../../request/people.ts";
import type { Ending, Request } from "../../request/record.ts";
import { grantedTime, statedEnd } from "../../request/transitions.ts";
import type { Use } from "../../request/use.ts";
import type { Facts } from "../text/facts.ts";
import { bold, code, escapeText, mention, mentionUser, moment, period, second } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";

export interface DrawContext {
  config: Config;
  locale: Locale;
  /** When it is drawn, ms. */
  now?: number;
  /** The use of the access, for a receipt, if the hub tells it. */
  use?: Use | null;
}

export function factsFor({ config, locale }: DrawContext, request: Request): Facts {
  const { span, any, all } = wordsFor(locale).messages;
  const { approvals, ending, outcome, review, activeAt, askedBy, requester } = request;
  const role = config.roles[request.role];
  const approvers = role ? approversFor(role, request.fallback) : [];
  const people = approvals.flatMap(({ by }) => by ?? []);
  const over = ending ?? outcome;
  const show = (at: number | null | undefined) => (at == null ? "" : moment(at));
  return {
    role: code(request.role),
    roleName: escapeText(request.role),
    hub: bold(escapeText(config.hub.name)),
    hubName: escapeText(config.hub.name),
    who: mentionUser(requester),
    asker: askedBy === requester ? "" : mentionUser(askedBy),
    isMore: request.follows !== null,
    isEmergency: request.emergency,
    span: span(grantedTime(request)),
    startsAt: show(request.startsAt),
    endsAt: show(request.endsAt ?? statedEnd(request)),
    ...shorteningIn(request, span),
    heldBack: request.state === "scheduled" ? request.heldBack : [],
    replaces: request.replaces?.id ?? "",
    leakedAt: show(request.replaces?.at),
    lapsesAt: moment(request.lapsesAt),
    approvers: any(approvers.map(mention)),
    needed: role ? neededApprovals(role) : 0,
    approved: people.length,
    approvedBy: all(people.map(mentionUser)),
    approvedAt: show(approvals.at(-1)?.at),
    rule: ruleIn(approvals),
    trouble: request.trouble,
    cause: ending?.cause ?? "time",
    isApprovalGone: ending?.refusal?.code === "approval-gone",
    overBy: mentionUser(over?.by ?? null),
    overAt: show(over?.at),
    removedAt: show(removedLate(ending)),
    endTrouble: ending?.trouble ?? null,
    isRemoved: removedTime(ending) !== null,
    held: activeAt !== null && ending ? period(activeAt, removedTime(ending) ?? ending.at) : "",
    provedAt: ending?.proof ? second(ending.proof.at) : "",
    isProvedByProbe: ending?.proof?.method === "probe",
    reviewedBy: mentionUser(review?.by ?? null),
    reviewedAt: show(review?.at),
    reviewers: any((role?.breakGlass?.review ?? []).map(mention)),
    admins: any(config.admins.map(mention)),
  };
}

/** When access was gone; null: it may still be there. */
const removedTime = (ending: Ending | null): number | null => ending?.goneAt ?? ending?.deletedAt ?? null;

/** Null: it was gone within a minute. */
function removedLate(ending: Ending | null): number | null {
  const removed = removedTime(ending);
  return ending !== null && removed !== null && removed - ending.at > MINUTE ? removed : null;
}

/** The company's check may have shortened it too: then nobody is named. */
function shorteningIn(request: Request, span: (ms: number) => string) {
  const time = grantedTime(request);
  const by = request.approvals.find((one) => one.time === time && one.time < request.duration)?.by ?? null;
  const isShorter = request.approvals.length > 0 && time < request.duration;
  return { askedSpan: isShorter ? span(request.duration) : "", shortenedBy: mentionUser(by) };
}

function ruleIn(approvals: Request["approvals"]): string {
  const { rule = null, why = "" } = approvals.find((one) => one.rule !== null) ?? {};
  return escapeText(why === "" ? (rule ?? "") : `${rule} (${why})`);
}
