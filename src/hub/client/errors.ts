/** What went wrong with a call to the hub, in words that are safe to log: never a body, a header or a token. */
import { ApiException } from "@kubernetes/client-node";
import { z } from "zod";

/** The hub did not answer, or answered with what we cannot use. Asking again later may help. */
export class HubError extends Error {
  override name = "HubError";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The Status's reason, the socket's error code, `timeout` or `unreadable`. */
  readonly reason: string;
  /** Finds the call in the hub's audit log. */
  readonly auditId: string | null;
  constructor(doing: string, status: number | null, reason: string, auditId: string | null = null) {
    const answer = status === null ? "no usable answer" : `the hub answered ${status}`;
    super(`${doing}: ${answer} (${reason})${auditId ? `, audit id ${auditId}` : ""}`);
    this.status = status;
    this.reason = reason;
    this.auditId = auditId;
  }
}

export const isStatus = (error: unknown, status: number): error is HubError =>
  error instanceof HubError && error.status === status;

const Coded = z.object({ code: z.string().regex(/^[A-Z0-9_]{1,60}$/) });
const Status = z.object({ reason: z.string().regex(/^[A-Za-z]{1,60}$/) });
const AuditId = z.string().regex(/^[\w-]{1,80}$/);

/** Anything that a call can throw, without what it carries: messages of the client contain bodies and headers. */
export function hubError(error: unknown, doing: string): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof ApiException)
    return answered(doing, error.code, error.body, error.headers["audit-id"]);
  if (error instanceof Error && error.name === "TimeoutError") return new HubError(doing, null, "timeout");
  return new HubError(doing, null, socketCode(error) ?? "unreadable");
}

/** An answer that is no success. */
export function answered(doing: string, status: number, body: unknown, auditId: unknown): HubError {
  const reason = Status.safeParse(typeof body === "string" ? parseJson(body) : body).data?.reason;
  return new HubError(doing, status, reason ?? "no reason given", AuditId.safeParse(auditId).data ?? null);
}

/** Undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Where a host has several addresses, the errors of all come as one. */
function socketCode(error: unknown): string | undefined {
  const all: unknown[] = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return all.map((one) => Coded.safeParse(one).data?.code).find(Boolean);
}
