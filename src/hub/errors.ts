/** HubError: how the hub refused, or that it didn't answer. It never contains a body, header or token. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";

/** Our own reasons; the others come from a Kubernetes Status or a socket. */
export const REASON = {
  notTheHub: "not-the-hub",
  noStatus: "no-status",
  unreadable: "unreadable",
  timeout: "timeout",
  /** A 403 before the API server has read its RBAC rules. */
  justStarted: "just-started",
  kubeconfig: "kubeconfig",
} as const;

interface Details {
  retryAfter?: number | null;
  about?: string | null;
  because?: string;
}

export class HubError extends Error {
  override name = "HubError";
  readonly status: number | null;
  /** A Status reason ("NotFound"), a socket's code ("ECONNREFUSED"), or one of REASON. */
  readonly reason: string;
  /** Milliseconds. */
  readonly retryAfter: number | null;
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

export const kubeconfigError = (because: string) => new HubError("", null, REASON.kubeconfig, { because });

const AWAY_REASONS: readonly string[] = [REASON.notTheHub, REASON.justStarted, REASON.unreadable];
const AWAY_STATUSES = [401, 429];

/**
 * Whether the same call may succeed later. A 500 without a Status is a refusal: Karpor's handlers answer so to input
 * that they can't use (`GET /rest-api/v1/search` without parameters: `{"success":false,…}`).
 */
export const isAway = (error: unknown): error is HubError =>
  error instanceof HubError &&
  (error.status === null ||
    (error.status >= 500 && !isKarporsOwn(error)) ||
    AWAY_STATUSES.includes(error.status) ||
    AWAY_REASONS.includes(error.reason));

/** Continues "the hub …" in the log and in doctor. */
export const REFUSED_TOKEN = "refuses the bot's token: Karpor was upgraded, or it ran out";

const isKarporsOwn = ({ status, reason }: HubError): boolean => status === 500 && reason === REASON.noStatus;

/** Only a Kubernetes Status has a reason, never a proxy's page. */
export const isReason = (
  error: unknown,
  reason: "NotFound" | "AlreadyExists" | "Conflict" | "Forbidden" | "Unauthorized",
): error is HubError => error instanceof HubError && error.reason === reason;

/** A 404 for this object, and not for the path. */
export const isAbsent = (error: unknown, name: string): boolean =>
  isReason(error, "NotFound") && error.about === name;

/** The hub shows a certificate that we don't trust. */
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
  headers: Readonly<Record<string, string>>;
  text: string;
}

/** A proxy sends no audit id and no Kubernetes object. */
export const isHubAnswer = ({ headers, text }: HubAnswer): boolean =>
  Boolean(headers["audit-id"]) || KubernetesObject.safeParse(parseJson(text)).success;

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

/** For a host with several addresses, Node throws an AggregateError. */
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

export function readAnswer<T>(doing: string, schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new HubError(doing, 200, REASON.unreadable);
}
