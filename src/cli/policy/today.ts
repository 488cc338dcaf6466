/** Whether a request that waits, or a grant that is live, would be given under these rules, by what decides when somebody approves. Pure. */
import { isTaken } from "../../domain/break-glass.ts";
import type { Role } from "../../domain/catalog.ts";
import { demandsOf, isWatched } from "../../domain/departure.ts";
import { formatDuration } from "../../domain/duration.ts";
import { isGroup, type Principal, type UserId } from "../../domain/ids.ts";
import { factsOfMember, judge } from "../../domain/policy-engine.ts";
import type { Rulebook } from "../../domain/policy-rule.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { type AccessRequest, approvalsOf, approvedBy } from "../../domain/request.ts";
import { approversAsked, approversToday, isChanged, neededOf, roleToday } from "../../domain/today.ts";

/** Null: that is not known; nor is it, where it must be sure, of a group that is gone or disabled. */
export type IsIn = (
  who: UserId,
  principals: readonly Principal[],
  how?: { isSure?: boolean },
) => boolean | null;

/** `null`: nothing is known against it. */
export type Verdict = { outcome: "refused" | "unknown"; why: string } | null;

interface Asked {
  request: AccessRequest;
  role: Role;
  book: Rulebook;
  isIn: IsIn;
}

/** What refuses is told before what is not known. */
const LOOKS: readonly ((asked: Asked) => Verdict)[] = [rules, glass, enough, stillApprovers, stillAsked];

export function underRules(request: AccessRequest, book: Rulebook, isIn: IsIn): Verdict {
  const role = roleToday(request, book.roles);
  if (isChanged(role)) return refused(inWords(role, request));
  const found = LOOKS.map((look) => look({ request, role, book, isIn })).filter((one) => one !== null);
  return found.find(({ outcome }) => outcome === "refused") ?? found[0] ?? null;
}

/** Those whom it is for and whose holder is none of them: it ends, or closes, as if they had left. Undefined where nothing is known of that. */
export const leftOutOf = (
  request: AccessRequest,
  book: Pick<Rulebook, "roles" | "rules">,
  isIn: IsIn,
): readonly Principal[] | undefined =>
  isWatched(request)
    ? demandsOf(request, { roles: book.roles, rules: [...book.rules] }).find(
        (list) => isIn(request.requester.id, list, { isSure: true }) === false,
      )
    : undefined;

const refused = (why: string): Verdict => ({ outcome: "refused", why });
const known = (is: boolean | null, why: string): Verdict =>
  is === true ? null : { outcome: is === false ? "refused" : "unknown", why };

type Changed = Extract<Refusal, { kind: "terms-changed" }>;

function inWords({ what, max }: Changed, { emergency }: AccessRequest): string {
  if (what === "role-gone") return "the role is gone";
  if (what === "other-rights") return "the role gives another ClusterRole";
  if (what === "too-long") return `the role lasts ${formatDuration(max ?? 0)} at most`;
  return emergency ? "nobody may break glass" : "somebody must approve it, and nobody was asked";
}

function rules({ request, book, isIn }: Asked): Verdict {
  const { outcome, by } = judge(
    book,
    request,
    factsOfMember((who) => isIn(request.requester.id, who)),
  );
  const why = `${by.line}: ${by.because}`;
  if (outcome === "deny") return refused(why);
  if (outcome === "unknown") return { outcome, why };
  const passed = "decision" in request && request.decision.by === "policy" && !isTaken(request);
  return passed && outcome === "ask" ? refused(`no rule approves it; ${by.because}`) : null;
}

function glass({ request, role, isIn }: Asked): Verdict {
  const by = role.breakGlass?.by;
  return request.emergency && by
    ? known(isIn(request.requester.id, by), `emergencies are for ${by.join(", ")}`)
    : null;
}

/** Whoever waits can still be approved by more. */
function enough({ request, role }: Asked): Verdict {
  if (!("decision" in request) || request.decision.by === "policy") return null;
  const given = Math.max(approvalsOf(request).length, 1);
  const needed = neededOf(request, role);
  return given < needed ? refused(`${needed} must approve it, and ${given} did`) : null;
}

/** Those who approved are approvers still. */
function stillApprovers({ request, role, isIn }: Asked): Verdict {
  const today = approversToday(request, role);
  const given = approvedBy(request);
  if (!today || given.length === 0) return null;
  const still = given.map((one) => today.includes(one.qualified as Principal) || isIn(one.by.id, today));
  const all = still.includes(false) ? false : still.includes(null) ? null : true;
  return known(all, `${today.join(", ")} approve, and others did`);
}

/** Of those who were asked somebody is an approver still; of a group that is named no more, nobody knows. */
function stillAsked({ request, role, isIn }: Asked): Verdict {
  const today = approversToday(request, role);
  const asked = approversAsked(request);
  if (!today || request.emergency || "decision" in request || asked.length === 0) return null;
  const still = asked.map((one) => today.includes(one) || (isGroup(one) ? null : isIn(one, today)));
  const some = still.includes(true) ? true : still.includes(null) ? null : false;
  return known(some, `asks ${today.join(", ")}, who were not asked`);
}
