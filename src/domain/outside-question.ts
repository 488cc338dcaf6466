/** What the company's own service is asked of a request: all that it needs, and never a token. Pure. */
import { SECOND } from "./duration.ts";
import { matcherOf } from "./pattern/pattern.ts";
import type { Reason } from "./reason.ts";
import { type AccessRequest, approvalsOf } from "./request.ts";

/** Before anybody is asked to approve, and before a token is made. */
export type OutsideMoment = "ask" | "mint";

/** As it is sent, beside its own id and the hub's name. */
export interface OutsideQuestion {
  kind: OutsideMoment;
  request: string;
  role: string;
  clusterRole: string;
  seconds: number;
  requester: { id: string; name: string };
  askedBy: { id: string; name: string } | null;
  reason: string;
  ticket: string | null;
  emergency: boolean;
  /** The request whose grant it adds so many seconds to. */
  extends: string | null;
  /** Slack user ids, or `policy`; none before anybody did. */
  approvedBy: string[];
}

/** `asked`: what the role wants its reasons to be like. */
export function outsideQuestion(r: AccessRequest, kind: OutsideMoment, asked?: Reason): OutsideQuestion {
  const { id, role, clusterRole, duration, requester, askedBy, reason, emergency } = r;
  const approvers = approvalsOf(r).map(({ by }) => by.id as string);
  const last = "decision" in r ? [r.decision.by === "policy" ? "policy" : r.decision.by.id] : [];
  const named = (person: { id: string; name: string }) => ({ id: person.id, name: person.name });
  return {
    kind,
    ...{ request: id, role, clusterRole, seconds: Math.round(duration / SECOND) },
    requester: named(requester),
    askedBy: askedBy ? named(askedBy) : null,
    reason,
    ticket: ticketIn(reason, asked),
    emergency: emergency !== undefined,
    extends: r.extends?.id ?? null,
    approvedBy: [...new Set([...approvers, ...last])],
  };
}

const TICKET = /^[A-Z][A-Z0-9]*-\d+$/;

/** The first word that has the form the role asks for; where it asks for none, the first like OPS-123. */
function ticketIn(reason: string, asked: Reason | undefined): string | null {
  const words = reason.split(/\s+/).map((word) => word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, ""));
  const isTicket =
    asked && "pattern" in asked ? matcherOf(asked.pattern) : (word: string) => TICKET.test(word);
  return words.find((word) => word !== "" && isTicket(word)) ?? null;
}
