/** The one error of this room: what the hub said, or that it said nothing. It never holds a body, a header or a token. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";

/** Reasons of our own; all others are the hub's or a socket's. */
export const REASON = {
  /** A proxy answered. */
  notTheHub: "not-the-hub",
  /** The hub answered, without a Kubernetes Status. */
  noStatus: "no-status",
  /** It answered with what we cannot use. */
  unreadable: "unreadable",
  timeout: "timeout",
  /** A 403 of an API server that has not read its RBAC rules yet. */
  justStarted: "just-started",
  /** Our own kubeconfig cannot be read or written. */
  kubeconfig: "kubeconfig",
} as const;

interface Details {
  /** Milliseconds. */
  retryAfter?: number | null;
  about?: string | null;
  because?: string;
}

export class HubError extends Error {
  override name = "HubError";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The reason of the hub's own Status ("NotFound"), a socket's code ("ECONNREFUSED"), or one of REASON. */
  readonly reason: string;
  /** When the hub asks to try again, in milliseconds from now. */
  readonly retryAfter: number | null;
  /** The name of the object that the Status is about. */
  readonly about: string | null;

  constructor(
    doing: string,
    status: number | null,
    reason: string,
    { retryAfter = null, about = null, because }: Details = {},
  ) {
    const outcome = status === null ? "no answer" : `answered ${status}`;
    super(because ?? `${doing}: ${outcome} (${reason})`);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.about = about;
  }
}

/** The file or Secret with the bot's kubeconfig is not as it must be: `because` is a sentence for people. */
export const kubeconfigError = (because: string) => new HubError("", null, REASON.kubeconfig, { because });

const AWAY_REASONS: readonly string[] = [REASON.notTheHub, REASON.justStarted, REASON.unreadable];
const AWAY_STATUSES = [401, 429];

/**
 * Whether the same call may succeed later: no answer, 429, 5xx, a proxy's page, or the bot itself is locked out (401).
 * Everything else is the hub's own no. So is a 500 without a Status: Karpor's own handlers answer so to what they
 * cannot use (`GET /rest-api/v1/search` without parameters: `{"success":false,…}`).
 */
export const isAway = (error: unknown): error is HubError =>
  error instanceof HubError &&
  (error.status === null ||
    (error.status >= 500 && !isKarporsOwn(error)) ||
    AWAY_STATUSES.includes(error.status) ||
    AWAY_REASONS.includes(error.reason));

/** Why the hub answers 401 to the bot: after "the hub", for the log and doctor. */
export const REFUSED_TOKEN = "refuses the bot's token: Karpor was upgraded, or it ran out";

const isKarporsOwn = ({ status, reason }: HubError): boolean => status === 500 && reason === REASON.noStatus;

/** Whether the hub itself said so: only a Kubernetes Status has such a reason, never a proxy's page. */
export const isReason = (
  error: unknown,
  reason: "NotFound" | "AlreadyExists" | "Conflict" | "Forbidden" | "Unauthorized",
): error is HubError => error instanceof HubError && error.reason === reason;

/** The hub says that there is no object of this name (and not that it serves no such path). */
export const isAbsent = (error: unknown, name: string): boolean =>
  isReason(error, "NotFound") && error.about === name;

/** The hub shows a certificate that we do not trust. */
export const isDistrust = (error: unknown): error is HubError =>
  error instanceof HubError && error.status === null && /CERT|_VERIFY_|ISSUER|^ERR_TLS_/.test(error.reason);

const Status = z.object({
  kind: z.literal("Status"),
  apiVersion: z.literal("v1"),
  reason: z
    .string()
    .regex(/^[A-Za-z]{1,60}$/)
    .optional()
    .catch(undefined),
  details: z.object({ name: z.string() }).partial().optional().catch(undefined),
});
const KubernetesObject = z.object({ kind: z.string(), apiVersion: z.string() });

export interface HubAnswer {
  status: number;
  /** Names are lower case. */
  headers: Readonly<Record<string, string>>;
  text: string;
}

/** Only an API server puts an audit id on its answers. */
export const isHubAnswer = ({ headers, text }: HubAnswer): boolean =>
  Boolean(headers["audit-id"]) || KubernetesObject.safeParse(parseJson(text)).success;

/** What an answer without success says. */
export function refusal(doing: string, answer: HubAnswer): HubError {
  const { status, headers, text } = answer;
  const said = Status.safeParse(parseJson(text)).data;
  const reason = said?.reason ?? (isHubAnswer(answer) ? REASON.noStatus : REASON.notTheHub);
  const seconds = Number(headers["retry-after"]);
  return new HubError(doing, status, reason, {
    retryAfter: seconds > 0 ? seconds * SECOND : null,
    about: said?.details?.name ?? null,
  });
}

const Coded = z.object({ code: z.string().regex(/^[A-Z0-9_]{1,60}$/) });

/** Why no answer came. Where a host has several addresses, the errors of all come as one. */
export function noAnswer(doing: string, error: unknown): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof Error && error.name === "TimeoutError")
    return new HubError(doing, null, REASON.timeout);
  const errors: unknown[] = error instanceof AggregateError ? [error, ...error.errors] : [error];
  const code = errors.map((one) => Coded.safeParse(one).data?.code).find(Boolean);
  return new HubError(doing, null, code ?? REASON.unreadable);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer as `schema` says it, or HubError. */
export function readAnswer<T>(doing: string, schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new HubError(doing, 200, REASON.unreadable);
}
