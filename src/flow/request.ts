/** A person asks, for themselves or for somebody else: the request is made in one atomic call, and only then promised. new → requested */
import { REVIEWS_NEEDED } from "../domain/break-glass.ts";
import type { Role } from "../domain/catalog.ts";
import { lineOf, type ParsedCommand, parseCommand } from "../domain/command.ts";
import { HOUR } from "../domain/duration.ts";
import { saidOf, termsForAnother } from "../domain/for-another.ts";
import { requestId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { type AskedTerms, termsOf } from "../domain/policy.ts";
import { type Refusal, Refused } from "../domain/refusal.ts";
import type { In } from "../domain/request.ts";
import { timeInReason } from "../domain/time-in-reason.ts";
import { beginsAt, windowTaken } from "../domain/window.ts";
import { type AccessRequest, type Ports, StoreDown, StoreUnsure } from "./ports.ts";
import { type CommitOptions, follow } from "./support/commit.ts";
import { overLimit } from "./support/over-limit.ts";
import { assertQualified, orRefuse } from "./support/reviewer.ts";
import { assertStartFirst, startOf } from "./support/start-of.ts";
import { vetted } from "./validate.ts";
import { withdrawRequest } from "./withdraw.ts";

export type MakeRequest = {
  requester: Person;
  /** Who asks for them, where that is somebody else. */
  askedBy?: Person | undefined;
  /** Slack's trigger_id: the same one makes the same request. */
  triggerId: string;
  /** When it was typed: a time of day is read by that, however long Slack has it wait. */
  typedAt?: number | undefined;
} & ({ text: string } | { command: ParsedCommand });

/** How long a request may wait for the workspace's answers when no approver sets a limit. */
const UNAPPROVED_WITHIN_MS = HOUR;

/**
 * The request made, or the one this very command made before. `doing`: the caller vets it at once (vetRequest).
 * Throws Refused, StoreDown, StoreUnsure, and before anything changed SlackBusy.
 */
export async function makeRequest(
  ports: Ports,
  { requester, askedBy, triggerId, typedAt, ...asked }: MakeRequest,
  { doing }: Pick<CommitOptions, "doing"> = {},
): Promise<AccessRequest> {
  const command = "text" in asked ? parseCommand(asked.text) : asked.command;
  const { roles } = ports.policy;
  const by = (askedBy ?? requester).id;
  if ("text" in asked)
    await saidOf(askedBy && requester, () => assertStartFirst(ports, { command, by, typedAt }));
  const terms = askedBy ? termsForAnother(command, roles, requester) : termsOf(command, roles);
  const inReason = "text" in asked ? timeInReason(command) : null;
  if (inReason !== null)
    saidOf(askedBy && requester, () => {
      throw new Refused({ kind: "bad-duration", text: inReason, typed: lineOf(command) });
    });
  const { start } = terms;
  const startsAt =
    start && (await saidOf(askedBy && requester, () => startOf(ports, start, { command, by, typedAt })));
  const wanted = { ...draftOf(ports, requester, { ...terms, startsAt }), ...(askedBy && { askedBy }) };
  const make = () => ports.requests.make(wanted, triggerId, ports.policy.limits);
  const first = await make();
  const again = "taken" in first && first.taken === "open" && (await putAside(ports, wanted, first.request));
  const made = again ? await make().catch(sincePutAside) : first;
  if ("over" in made) throw new Refused(await overLimit(ports, wanted, made));
  if (made.made) await follow(ports, null, made.request, doing);
  else if (made.taken !== "trigger")
    throw new Refused(takenBy(made.request, made.taken, askedBy && requester));
  return made.request;
}

/** Who waits for approval, and can wait no longer, need not withdraw that first: it goes on waiting where the emergency is refused. Throws Refused, SlackBusy, StoreDown, StoreUnsure. */
async function putAside(ports: Ports, wanted: In<"requested">, waiting: AccessRequest) {
  const { emergency, requester, role } = wanted;
  if (!emergency || waiting.state !== "pending") return false;
  const among = ports.policy.roles[role]?.breakGlass?.by ?? [];
  const mayNot = { kind: "may-not-break-glass", role, who: among } as const;
  await assertQualified(ports, requester.id, { among, refusal: mayNot });
  const { refusal } = await orRefuse(ports, requester.id, () => vetted(ports, wanted));
  if (refusal) throw new Refused(refusal);
  await withdrawRequest(ports, { id: waiting.id, by: requester.id });
  return true;
}

/** What waited is withdrawn by then: not nothing changed. */
function sincePutAside(error: unknown): never {
  throw error instanceof StoreDown ? new StoreUnsure(error.message) : error;
}

function takenBy(
  request: AccessRequest,
  taken: "open" | "window" | "review",
  recipient: Person | undefined,
): Refusal {
  const { id, role, clusterRole, state, terms, emergency } = request;
  if (taken !== "review" && state === "active" && !recipient) {
    const lasts = { from: beginsAt(request), until: request.expiresAt };
    return { kind: "yours-already", id, terms, role, clusterRole, ...lasts };
  }
  if (taken === "window") return { ...windowTaken(request), ...(recipient && { recipient }) };
  if (taken === "open") return { kind: "open-already", id, role, state, ...(recipient && { recipient }) };
  return { kind: "not-reviewed-yet", id, role, missing: REVIEWS_NEEDED - (emergency?.reviews.length ?? 0) };
}

/** As it is made. Throws Refused(unknown-role). */
export function draftOf(
  { clock, policy, random }: Ports,
  requester: Person,
  { emergency, start: _, startsAt, ...terms }: AskedTerms & { startsAt?: number | undefined },
): In<"requested"> {
  const role = policy.roles[terms.role];
  if (!role) throw new Refused({ kind: "unknown-role", role: terms.role, roles: Object.keys(policy.roles) });
  const now = clock.now();
  return {
    state: "requested",
    id: requestId(random()),
    version: 0,
    requester,
    ...terms,
    clusterRole: role.clusterRole,
    ...(role.delivery === "reveal" && { delivery: role.delivery }),
    requestedAt: now,
    enteredAt: now,
    ...askedOf(role, now, startsAt === undefined ? undefined : startsAt + terms.duration),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(emergency && role.breakGlass ? { emergency: { review: role.breakGlass.review, reviews: [] } } : {}),
    policy: policy.digest,
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
  };
}

type Asked = Pick<AccessRequest, "isFor" | "approvers" | "closesAt" | "count" | "nudgeAt" | "fallback">;

/** Whom it is for, who decides on it, and until when; never later than `endsAt`, where that is fixed. */
export function askedOf(
  { approval, requester }: Role,
  now: number,
  endsAt = Number.POSITIVE_INFINITY,
): Asked {
  const isFor = requester?.in ?? [];
  if (approval === "none")
    return { isFor, approvers: [], closesAt: Math.min(now + UNAPPROVED_WITHIN_MS, endsAt) };
  const { by, count, within, remind, fallback } = approval;
  const closesAt = Math.min(now + within, endsAt);
  const inTime = (at: number) => (at < closesAt ? at : Math.round((now + closesAt) / 2));
  return {
    isFor,
    approvers: by,
    closesAt,
    ...(count > 1 ? { count } : {}),
    ...(remind === undefined ? {} : { nudgeAt: inTime(now + remind) }),
    ...(fallback ? { fallback: { by: fallback.by, at: inTime(now + fallback.after) } } : {}),
  };
}
