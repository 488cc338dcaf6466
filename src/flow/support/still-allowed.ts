/** Looked at once more before anything is given: frozen terms, today's catalog, and today's people. */
import { isTaken } from "../../domain/break-glass.ts";
import { isRenewing } from "../../domain/generations.ts";
import type { Standing } from "../../domain/person.ts";
import { judge } from "../../domain/policy-engine.ts";
import { Refused } from "../../domain/refusal.ts";
import { approvedBy } from "../../domain/request.ts";
import {
  approversToday,
  deniedToday,
  everToday,
  isChanged,
  neededOf,
  roleToday,
} from "../../domain/today.ts";
import { GrantFailed, type In, type Ports } from "../ports.ts";
import { stillAllowed } from "./allowances.ts";
import { lookUpFacts } from "./asker.ts";
import { isDisputed, type underEach } from "./disputed.ts";
import { reportOutage } from "./outage.ts";

type Approved = In<"approved" | "delivering" | "active" | "extending">;

/** While replicas go by different files, and not all of them allow it. Throws what the directory throws. */
export async function waitsForRules(
  ports: Ports,
  request: Approved,
  each?: ReturnType<typeof underEach>,
): Promise<"rules-differ" | null> {
  if (isRenewing(request)) return null;
  const isAllowed = (under: Ports) =>
    assertStillAllowed(under, request).then(
      () => true,
      (error: unknown) => {
        if (error instanceof GrantFailed) return false;
        throw error;
      },
    );
  const work = () => isDisputed(ports, isAllowed, each);
  return (await reportOutage(ports, request.id, "slack", work)) ? "rules-differ" : null;
}

/**
 * Frozen terms and today's catalog hold, and all people are still who they were. A new token gives no more than the one
 * before, which no change of the catalog ended: its holder need only be a member still. Throws GrantFailed.
 */
export async function assertStillAllowed(ports: Ports, request: Approved): Promise<void> {
  const { directory, policy } = ports;
  const { requester, decision } = request;
  if (isRenewing(request)) return assertMember((await directory.person(requester.id, "grant")).standing);
  const role = roleToday(request, policy.roles);
  if (isChanged(role)) throw new GrantFailed("terms-changed", role.what);
  // Whether those were asked too who are when nobody decides, the hub does not know.
  const approvers = request.adopted ? everToday(role) : approversToday(request, role);
  const given = approvedBy(request);
  const [{ profile, facts }, glass, allowed, ...approved] = await Promise.all([
    lookUpFacts(ports, { id: requester.id, role: request.role }, "grant"),
    isTaken(request) ? directory.qualifies(requester.id, role.breakGlass?.by ?? [], "grant") : requester.id,
    decision.allowance ? stillAllowed(ports, request, decision, role) : true,
    ...given.map(({ by, qualified }) =>
      !approvers || approvers.includes(qualified as never)
        ? qualified
        : directory.qualifies(by.id, approvers, "grant"),
    ),
  ]);
  assertMember(profile.standing);
  const verdict = judge(policy, request, facts);
  const { outcome, by } = verdict;
  const needsRule = decision.by === "policy" && !isTaken(request);
  if (outcome !== "approve" && (outcome !== "ask" || needsRule)) {
    const changed = outcome === "deny" ? deniedToday(request, verdict) : null;
    const detail = `today's rules say ${outcome}: ${by.line}, ${by.because}`;
    throw new GrantFailed("terms-changed", detail, { changed });
  }
  if (!glass)
    throw new GrantFailed("terms-changed", "the recipient may not break glass for this role any more");
  if (!allowed) throw new GrantFailed("allowance-gone", "what allowed it beforehand stands no more");
  if (approved.includes(null))
    throw new GrantFailed("terms-changed", "who approved it may not approve this role any more");
  // Another version may have known of no count.
  if (!request.adopted && given.length > 0 && given.length < neededOf(request, role))
    throw new GrantFailed("terms-changed", "more people must approve it than did");
}

/** What is shown at a click is shown only where a new grant would be given. Throws Refused, and what the directory throws. */
export async function assertShowable(ports: Ports, request: In<"active">): Promise<void> {
  const { id, terms, role } = request;
  if (await waitsForRules(ports, request)) throw new Refused({ kind: "rules-differ" });
  await assertStillAllowed(ports, request).catch((error: unknown) => {
    if (!(error instanceof GrantFailed)) throw error;
    ports.log.warn(
      { id, failure: error.failure, err: error },
      "no token is shown: the rules do not allow it",
    );
    throw new Refused({ kind: "not-allowed-now", id, terms, role });
  });
}

function assertMember(standing: Standing): void {
  if (standing !== "member") throw new GrantFailed("recipient-gone", `the recipient is ${standing} now`);
}
