/** Tells the errors of Slack's client apart: another try may help, or Slack will never do it. */
import { WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";
import { SECOND } from "../request/durations.ts";
import { SlackAway, SlackRefusal } from "./slack.ts";

/** Slack is in trouble itself, or an operator must put the bot's installation right: none says no for good. */
const PASSING = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
  "ratelimited",
  "rate_limited",
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

export function slackErrorFor(method: string, error: unknown): SlackAway | SlackRefusal {
  if (error instanceof SlackAway || error instanceof SlackRefusal) return error;
  if (error instanceof WebAPIRateLimitedError)
    return new SlackAway(`${method}: Slack asks to wait`, error.retryAfter * SECOND);
  if (!(error instanceof WebAPIPlatformError)) return new SlackAway(`${method}: ${(error as Error).message}`);
  const code = error.data.error;
  // An answer that is not Slack's, such as a proxy's page, has all of itself as its code.
  const isCode = /^[a-z][a-z0-9_]*$/.test(code);
  if (!isCode) return new SlackAway(`${method}: the answer is not Slack's`);
  return PASSING.has(code) ? new SlackAway(`${method}: ${code}`) : new SlackRefusal(method, code);
}
