/** Builds the trail's entry for a commit: the event, the fields of the record after it, and the names of the people. */
import type { Bot } from "../../bot.ts";
import { ticketIn } from "../../policy/company-check.ts";
import { roleNamed } from "../../policy/roles.ts";
import type { TrailEvent } from "../../request/events.ts";
import type { Request } from "../../request/record.ts";
import type { TrailEntry } from "../../store/trail.ts";
import type { Decision } from "../state.ts";

/** The fields of the record that each entry holds; with the version a copy of an entry is seen. */
const TRAIL_FIELDS = [
  "version",
  "state",
  "requester",
  "askedBy",
  "names",
  "role",
  "clusterRole",
  "account",
  "emergency",
  "duration",
  "granted",
  "reason",
  "askedAt",
  "startsAt",
  "follows",
  "prolongsFrom",
  "prolongedBy",
  "replaces",
  "grantedAt",
  "activeAt",
  "endsAt",
  "approvals",
  "ending",
  "outcome",
  "review",
  "used",
] as const;

/** Returns the entry of a decision. Only `request.approved` holds what a passkey signed; later entries say that it did. */
export function entryFor(
  bot: Bot,
  before: Request,
  request: Request,
  decision: Pick<Decision, "event" | "by">,
): TrailEntry {
  const facts = Object.fromEntries(TRAIL_FIELDS.map((field) => [field, request[field]]));
  const role = roleNamed(bot.config, request.role);
  const event = eventFor(decision, before, request);
  if (event !== "request.approved")
    facts.approvals = request.approvals.map(({ signed, ...rest }) =>
      signed ? { ...rest, byPasskey: true } : rest,
    );
  return {
    event,
    id: request.id,
    at: bot.clock.now(),
    by: decision.by,
    ...facts,
    ticket: role ? ticketIn(role, request.reason) : null,
    policy: bot.config.digest,
  };
}

/** Names an end by what it ended: access, a request that was not granted, or the chain of one that ended already. */
function eventFor({ event }: Pick<Decision, "event">, before: Request, after: Request): TrailEvent {
  if (event !== "request.ended") return event;
  if (before.state === after.state) return "chain.ended";
  return after.state === "ending" ? "access.ended" : event;
}

/** Returns the names that this replica knows, by Slack id; others are left out. */
export const knownNames = ({ slack }: Pick<Bot, "slack">, ids: readonly (string | null | undefined)[]) =>
  Object.fromEntries(
    ids.flatMap((id) => {
      const name = id ? slack.knownName(id) : null;
      return id && name ? [[id, name]] : [];
    }),
  );

/** Returns the record with the current names of all people in it, and of `by`. */
export function withNames(bot: Bot, request: Request, by: string | null): Request {
  const { requester, askedBy, approvals, names } = request;
  const known = knownNames(bot, [requester, askedBy, by, ...approvals.map((one) => one.by)]);
  return { ...request, names: { ...names, ...known } };
}
