/** HubError, the one error of hub/: how the hub refused, or that it did not answer. It never holds a body, header or token. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";

/** HubError's reasons that are our own; all others are a Kubernetes Status' or a socket's. */
export const REASON = {
  /** A proxy answered. */
  notTheHub: "not-the-hub",
  /** The hub answered, without a Kubernetes Status. */
  noStatus: "no-status",
  /** The hub's answer cannot be used. */
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
  /** The hub asks to try again after so many milliseconds; null when it does not say. */
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

/** Returns the error for a kubeconfig that cannot be used; `because` is a sentence that says what to correct. */
export const kubeconfigError = (because: string) => new HubError("", null, REASON.kubeconfig, { because });

const AWAY_REASONS: readonly string[] = [REASON.notTheHub, REASON.justStarted, REASON.unreadable];
const AWAY_STATUSES = [401, 429];

/**
 * Says whether the same call may succeed later: no answer, 429, 5xx, a proxy's page, or the bot is locked out (401). All
 * else is the hub's refusal, also a 500 without a Status: Karpor's handlers answer so to input that they cannot use
 * (`GET /rest-api/v1/search` without parameters: `{"success":false,…}`).
 */
export const isAway = (error: unknown): error is HubError =>
  error instanceof HubError &&
  (error.status === null ||
    (error.status >= 500 && !isKarporsOwn(error)) ||
    AWAY_STATUSES.includes(error.status) ||
    AWAY_REASONS.includes(error.reason));

/** Explains a 401 to the bot, in the log and doctor; it goes on after "the hub". */
export const REFUSED_TOKEN = "refuses the bot's token: Karpor was upgraded, or it ran out";

const isKarporsOwn = ({ status, reason }: HubError): boolean => status === 500 && reason === REASON.noStatus;

/** Says whether the hub itself gave this reason: only a Kubernetes Status has one, never a proxy's page. */
export const isReason = (
  error: unknown,
  reason: "NotFound" | "AlreadyExists" | "Conflict" | "Forbidden" | "Unauthorized",
): error is HubError => error instanceof HubError && error.reason === reason;

/** True when the hub says that there is no object of this name, and not that it serves no such path. */
export const isAbsent = (error: unknown, name: string): boolean =>
  isReason(error, "NotFound") && error.about === name;

/** True when the hub shows a certificate that we do not trust. */
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

/** Tells the hub's answers from a proxy's: only an API server sends an audit id, or a Kubernetes object. */
export const isHubAnswer = ({ headers, text }: HubAnswer): boolean =>
  Boolean(headers["audit-id"]) || KubernetesObject.safeParse(parseJson(text)).success;

/** Makes a HubError of an answer without success. While the hub starts, a 403 only means that it hasn't read its RBAC rules. */
export function refusal(doing: string, answer: HubAnswer, { isStarting }: { isStarting: boolean }): HubError {
  const { status, headers, text } = answer;
  const said = Status.safeParse(parseJson(text)).data;
  if (isStarting && said?.reason === "Forbidden") return new HubError(doing, 403, REASON.justStarted);
  const reason = said?.reason ?? (isHubAnswer(answer) ? REASON.noStatus : REASON.notTheHub);
  const seconds = Number(headers["retry-after"]);
  return new HubError(doing, status, reason, {
    retryAfter: seconds > 0 ? seconds * SECOND : null,
    about: said?.details?.name ?? null,
  });
}

const Coded = z.object({ code: z.string().regex(/^[A-Z0-9_]{1,60}$/) });

/** Makes a HubError (status null) of a connection's error. For a host with several addresses Node throws an AggregateError. */
export function noAnswer(doing: string, error: unknown): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof Error && error.name === "TimeoutError")
    return new HubError(doing, null, REASON.timeout);
  const errors: unknown[] = error instanceof AggregateError ? [error, ...error.errors] : [error];
  const code = errors.map((one) => Coded.safeParse(one).data?.code).find(Boolean);
  return new HubError(doing, null, code ?? REASON.unreadable);
}

/** Returns undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the answer as `schema` parses it. Throws HubError `unreadable`. */
export function readAnswer<T>(doing: string, schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new HubError(doing, 200, REASON.unreadable);
}
