/** Web API clients whose every call ends soon, and the errors they throw told apart. */
import {
  type Logger,
  LogLevel,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from "@slack/web-api";
import type { Budget } from "./budget.ts";
import { URGENCIES, type Urgency } from "./limits.ts";
import type { SlackProxy } from "./proxy.ts";
import { sendDirectly } from "./send.ts";

export interface SlackClientOptions {
  apiUrl?: string | undefined;
  proxy?: SlackProxy | undefined;
  /** Someone waits for it: worst 3.3 s. A job rather fails, for the queue tries again. */
  interactive: boolean;
  /** Milliseconds a call may take, in place of the usual. */
  timeout?: number | undefined;
}

/** Of every post: no preview of whatever looks like a link. */
export const calm = { unfurl_links: false, unfurl_media: false };

interface Patience {
  timeout: number;
  retryConfig: NonNullable<WebClientOptions["retryConfig"]>;
}

type Kind = "interactive" | "scarce" | "jobs";

const PATIENCE: Record<Kind, Patience> = {
  interactive: {
    timeout: 1_000,
    retryConfig: { retries: 2, minTimeout: 100, maxTimeout: 300, factor: 2, randomize: false },
  },
  // Only what fails at once is asked again: every other try would be one of few, for an answer that is on its way.
  scarce: { timeout: 5_000, retryConfig: { retries: 1, minTimeout: 100, maxRetryTime: 1_000 } },
  // The queue tries again; a post that the client itself repeated would stand twice.
  jobs: { timeout: 5_000, retryConfig: { retries: 0 } },
};

const patienceOf = (kind: Kind, timeout: number | undefined): Patience => {
  const usual = PATIENCE[kind];
  return { ...usual, timeout: timeout ?? usual.timeout };
};

/** For the command line, which is no part of the running bot. */
export function slackClient(token: string, options: SlackClientOptions): WebClient {
  const { proxy, interactive, timeout } = options;
  return new WebClient(token, {
    ...patienceOf(interactive ? "interactive" : "jobs", timeout),
    ...common(options),
    fetch: proxy?.fetch ?? sendDirectly,
  });
}

/** Whoever calls Slack while the bot runs. */
export interface SlackClients {
  /** Somebody waits. */
  interactive: WebClient;
  /** The same, for a call that Slack takes long for, and of which there are few: worst 6.1 s. */
  scarce: WebClient;
  /** For jobs. */
  to(urgency: Urgency): WebClient;
  /** For what was reserved. */
  reserved: WebClient;
  /** Throws SlackBusy. */
  reserve: Budget["reserve"];
  lineUp: Budget["lineUp"];
  /** Throws SlackBusy. */
  oneTry: Budget["oneTry"];
}

/** Each call waits for its turn first, and only then does its time run. */
export function slackClients(
  token: string,
  budget: Budget,
  options: Omit<SlackClientOptions, "interactive" | "proxy">,
): SlackClients {
  const open = (urgency: Urgency | "reserved", kind: Kind) => {
    const { timeout, retryConfig } = patienceOf(kind, options.timeout);
    return new WebClient(token, { fetch: budget.fetch(urgency, timeout), retryConfig, ...common(options) });
  };
  const clients = new Map(URGENCIES.map((urgency) => [urgency, open(urgency, "jobs")]));
  const interactive = open("show", "interactive");
  return {
    interactive,
    scarce: open("show", "scarce"),
    to: (urgency) => clients.get(urgency) ?? interactive,
    reserved: open("reserved", "jobs"),
    reserve: budget.reserve,
    lineUp: budget.lineUp,
    oneTry: budget.oneTry,
  };
}

const common = ({ apiUrl }: Pick<SlackClientOptions, "apiUrl">): WebClientOptions => ({
  // Else one 429 silently holds back every later call of this client.
  rejectRateLimitedCalls: true,
  logger: silent,
  ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
});

/** Its errors are thrown too; its own lines would bypass our log and its redaction. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Slack's own word for its refusal, or null when it did not answer, or answered something else. */
export const slackError = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null;

const SLACKS_OWN = new Set(["fatal_error", "internal_error", "request_timeout", "service_unavailable"]);

/** Slack is in trouble itself: its answer says nothing of what was asked, or by whom. */
export const isSlacksOwn = (code: string): boolean => SLACKS_OWN.has(code);

/** Of the errors that Slack documents for every method, those about the bot and its workspace. */
const OF_THE_BOT = new Set([
  "access_denied",
  "accesslimited",
  "account_inactive",
  "enterprise_is_restricted",
  "invalid_auth",
  "missing_scope",
  "no_permission",
  "not_allowed_token_type",
  "not_authed",
  "org_login_required",
  "team_added_to_org",
  "team_not_found",
  "token_expired",
  "token_revoked",
  "two_factor_setup_required",
]);

/** Whatever had been asked, this was the answer. */
export function isOfAnyCall(error: unknown): boolean {
  const code = slackError(error);
  return code !== null && (isSlacksOwn(code) || OF_THE_BOT.has(code));
}

/** Milliseconds Slack asks us to wait. */
export const retryAfter = (error: unknown): number | null =>
  error instanceof WebAPIRateLimitedError ? error.retryAfter * 1_000 : null;

const NEVER_DELIVERED = new Set([
  "channel_not_found",
  "ekm_access_denied",
  "is_archived",
  "messages_tab_disabled",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "team_access_not_granted",
  "user_disabled",
  "user_not_found",
  "user_not_visible",
  "users_not_found",
]);

/** Asking again changes nothing: this message will not reach these readers. */
export const isUndeliverable = (code: string): boolean =>
  NEVER_DELIVERED.has(code) || code.startsWith("cannot_dm_");

const FROZEN = new Set([
  "cant_delete_message",
  "cant_update_message",
  "compliance_exports_prevent_deletion",
  "edit_window_closed",
  "is_inactive",
  "message_not_found",
]);

/** The message stays as it is, or is not there any more. */
export const isFrozen = (code: string): boolean => FROZEN.has(code);

/** Nobody edits or deletes it any more. */
export const isFinalRefusal = (code: string): boolean => isFrozen(code) || isUndeliverable(code);
