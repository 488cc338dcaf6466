/** What went wrong with a call to the hub, in words that are safe to log: never a body, a header or a token. */
import { ApiException } from "@kubernetes/client-node/dist/gen/apis/exception.js";
import { z } from "zod";
import { TooLong } from "../../bounded.ts";
import { parseJson } from "../../domain/json.ts";
import { TroubleOutside } from "../../flow/ports.ts";
import { readStatus } from "./protobuf.ts";
import type { HubAnswer } from "./request.ts";

export const NOT_KUBERNETES = "not-kubernetes";
/** Where fewer may be asked for at once. */
export const TOO_LONG = new TooLong().message;
/** Of a 403 that says nothing yet. */
const JUST_STARTED = "just-started";

interface Told {
  auditId?: string | null;
  /** What a Status says is concerned. */
  name?: string | undefined;
}

/** The hub did not answer, or answered with what we cannot use. Asking again later may help. */
export class HubError extends TroubleOutside {
  override name = "HubError";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The Status's reason, the socket's error code, `timeout`, that it is too long, `unreadable`, `just-started`, or `not-kubernetes`: a proxy answered, not the hub. */
  readonly reason: string;
  /** Finds the call in the hub's audit log. */
  readonly auditId: string | null;
  // Private, since whatever prints an error would print it: a proxy may repeat anything here.
  readonly #named: string | undefined;
  constructor(doing: string, status: number | null, reason: string, { auditId = null, name }: Told = {}) {
    const who = reason === NOT_KUBERNETES ? "not the hub, but something before it" : "the hub";
    const answer = status === null ? "no usable answer" : `${who} answered ${status}`;
    const said = `${doing}: ${answer} (${reason})${auditId ? `, audit id ${auditId}` : ""}`;
    super(reason === NOT_KUBERNETES ? "not-the-hub" : "hub", said);
    this.status = status;
    this.reason = reason;
    this.auditId = auditId;
    this.#named = name;
  }
  override get forbidden(): boolean {
    return isStatus(this, 403);
  }
  /** The API server itself says that nothing of this name exists. */
  saysAbsent(name: string): boolean {
    return this.status === 404 && this.reason === "NotFound" && this.#named === name;
  }
}

/** An answer of the API server itself with this status; a proxy's is none, nor what it says while it starts. */
export const isStatus = (error: unknown, status: number): error is HubError =>
  error instanceof HubError && error.status === status && !NO_WORD.includes(error.reason);
const NO_WORD = [NOT_KUBERNETES, JUST_STARTED];

/** It shows a certificate that we do not trust. */
export const isDistrust = (error: unknown): error is HubError =>
  error instanceof HubError && error.status === null && CERTIFICATE.test(error.reason);
const CERTIFICATE = /CERT|_VERIFY_|ISSUER|^ERR_TLS_/;

export const isAbsence = (error: unknown, name: string): boolean =>
  error instanceof HubError && error.saysAbsent(name);

const Coded = z.object({ code: z.string().regex(/^[A-Z0-9_]{1,60}$/) });
const Status = z.object({
  kind: z.literal("Status"),
  reason: z
    .string()
    .regex(/^[A-Za-z]{1,60}$/)
    .optional()
    .catch(undefined),
  details: z.object({ name: z.string() }).partial().optional().catch(undefined),
});
/** Cut: by the whole name of a write of ours, whoever reads the log could do another in our name. */
const AuditId = z
  .string()
  .regex(/^[\w-]{1,80}$/)
  .transform((id) => id.slice(0, 36));

const Kind = z.object({ kind: z.string(), apiVersion: z.string() });

const auditIdOf = (headers: Answered["headers"]): string | null =>
  AuditId.safeParse(headers["audit-id"]).data ?? null;

/** Whether the API server answered, not a proxy before it: it puts an audit id on each answer. */
export const isHubs = ({ headers, body }: Pick<HubAnswer, "headers" | "body">): boolean =>
  AuditId.safeParse(headers["audit-id"]).success || Kind.safeParse(body).success;

/** Anything that a call can throw, without what it carries: messages of the client contain bodies and headers. */
export function hubError(error: unknown, doing: string): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof ApiException)
    return answered(doing, { status: error.code, body: error.body, headers: error.headers });
  if (error instanceof TooLong) return new HubError(doing, null, TOO_LONG);
  if (error instanceof Error && error.name === "TimeoutError") return new HubError(doing, null, "timeout");
  return new HubError(doing, null, socketCode(error) ?? "unreadable");
}

/** As any client gives it: names of headers are lower case. */
type Answered = Pick<HubAnswer, "status" | "body"> & { headers: Partial<Record<string, unknown>> };

/** An answer that is no success, or none that says what was asked for. */
export function answered(doing: string, { status, body, headers }: Answered): HubError {
  const said = Status.safeParse(saying(body)).data;
  const id = auditIdOf(headers);
  const mute = status < 300 ? "unreadable" : "no reason given";
  const reason = said || id ? (said?.reason ?? mute) : NOT_KUBERNETES;
  return new HubError(doing, status, reason, { auditId: id, name: said?.details?.name });
}

/** What a hub answered with 403 that was away a moment ago. */
export const justStarted = (doing: string, headers: Answered["headers"]): HubError =>
  new HubError(doing, 403, JUST_STARTED, { auditId: auditIdOf(headers) });

function saying(body: unknown): unknown {
  if (Buffer.isBuffer(body)) return readStatus(body);
  return typeof body === "string" ? parseJson(body) : body;
}

/** Where a host has several addresses, the errors of all come as one. */
function socketCode(error: unknown): string | undefined {
  const all: unknown[] = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return all.map((one) => Coded.safeParse(one).data?.code).find(Boolean);
}
