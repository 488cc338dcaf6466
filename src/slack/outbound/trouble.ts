/** What a failed call to Slack means for whoever made it. */
import { WebAPIHTTPError, WebAPIRequestError } from "@slack/web-api";
import { PostRefused, PostUnanswered, SlackBusy, TroubleOutside } from "../../flow/ports.ts";
import { isUndeliverable, retryAfter, slackError } from "./client.ts";

/** There was no connection, so nothing was asked. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** Of these Slack says itself that some of it may have been done. */
const HALF_DONE = new Set(["fatal_error", "internal_error", "request_timeout"]);
/** Answered before anything is done. */
const REFUSED_AT_THE_DOOR = 503;

/** Never returns. */
export function throwTrouble(error: unknown): never {
  const wait = retryAfter(error);
  if (wait !== null) throw new SlackBusy(wait);
  if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError)
    throw new TroubleOutside("slack", `Slack gave no answer (${error.name})`);
  throw error;
}

/** The same for what opens a DM: doing it twice is harmless, for nothing is posted by it. Never returns. */
export function throwOpening(error: unknown): never {
  const code = slackError(error);
  if (code && isUndeliverable(code)) throw new PostRefused(code);
  throwTrouble(error);
}

/** The same for a post, of which it counts whether it may stand. Never returns. */
export function throwPostTrouble(error: unknown): never {
  if (mayStand(error, slackError(error))) throw new PostUnanswered("the answer to a post was lost");
  throwOpening(error);
}

function mayStand(error: unknown, code: string | null): boolean {
  if (code) return HALF_DONE.has(code);
  if (error instanceof WebAPIHTTPError)
    return error.statusCode >= 500 && error.statusCode !== REFUSED_AT_THE_DOOR;
  return error instanceof WebAPIRequestError && !NOT_SENT.has(codeIn(error.original));
}

function codeIn(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause ? codeIn(cause) : "";
}
