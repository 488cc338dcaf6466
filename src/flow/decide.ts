/** An approver approves or denies: exactly one decision wins, and where more must approve, it stays pending. pending → scheduled | approved | extending | denied | refused */
import { isDoubtful } from "../domain/epoch.ts";
import type { Principal, RequestId, UserId } from "../domain/ids.ts";
import type { Less } from "../domain/less.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { isParty } from "../domain/parties.ts";
import { personOf } from "../domain/person.ts";
import { reviewing } from "../domain/policy.ts";
import { judge } from "../domain/policy-engine.ts";
import { type Deciding, type Refusal, Refused } from "../domain/refusal.ts";
import { approvalsOf } from "../domain/request.ts";
import {
  approversAsked,
  approversToday,
  deniedToday,
  isChanged,
  neededOf,
  noLonger,
  roleToday,
} from "../domain/today.ts";
import { closed, decided, type Quorum, type Verdict } from "../domain/transitions.ts";
import { type LessChosen, lessOf } from "./approve-less.ts";
import type { AccessRequest, Ports, Purpose } from "./ports.ts";
import { followHub, lookAtEpoch } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { differ, isDisputed, isOverOnlySome, underEach, withinEach } from "./support/disputed.ts";
import { extendedGone } from "./support/extended-grant.ts";
import { load } from "./support/load.ts";
import { assertUnlocked } from "./support/locked.ts";
import { noteRefused } from "./support/note-refused.ts";
import { resolveRequester, resolveReviewer } from "./support/reviewer.ts";
import { unlessSlept } from "./support/unless-slept.ts";

export interface DecideRequest {
  id: RequestId;
  /** The number of the terms that the button was drawn for. */
  terms: number;
  by: UserId;
  verdict: { approve: true; note?: string; less?: LessChosen } | { approve: false; why: string };
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy, TroubleOutside. */
export const decideRequest = (ports: Ports, asked: DecideRequest): Promise<AccessRequest> => {
  const { id, by, verdict } = asked;
  return noteRefused(ports, { attempt: verdict.approve ? "approve" : "deny", id, by }, () =>
    unlessSlept(ports, (assertAwake) => decide(ports, asked, assertAwake)),
  );
};

async function decide(
  ports: Ports,
  { id, terms, by, verdict }: DecideRequest,
  assertAwake: () => void,
): Promise<AccessRequest> {
  // Of a copy, what is pending may be live by now; and the grant asks for it next.
  const looked = lookAtEpoch(ports);
  // Who clicked is far away too.
  if (verdict.approve) ports.directory.person(by, "decide").catch(() => {});
  const reviewed = assertMayReview(ports, id, by, verdict.approve ? "approve" : "deny");
  // What differs is said before what is refused here.
  reviewed.catch(() => {});
  const each = verdict.approve ? await underEach(ports) : ([ports] as const);
  await looked;
  if (await differ(each, (under) => mayApprove(under, id, by, verdict)))
    throw new Refused({ kind: "rules-differ" });
  const { qualified, profile, request } = await reviewed;
  const { digest } = ports.policy;
  const changed = await changedSince(ports, request);
  if (changed && (await isChangedForAll(ports, request, digest))) return close(ports, request, changed);
  if (changed && verdict.approve) throw new Refused({ kind: "rules-differ" });
  const given = await verdictOf(ports, request, by, verdict);
  const less = given.approve ? given.less : undefined;
  const own = less?.approvers ? await resolveReviewer(ports, by, less.approvers) : null;
  const change = (r: AccessRequest, quorum?: Quorum): AccessRequest => {
    assertAwake();
    if (r.terms !== terms) throw new Refused({ kind: "stale", id });
    return decided(r, given, profile, own?.qualified ?? qualified, ports.clock.now(), quorum);
  };
  return given.approve
    ? commitApproval(each, request, less, change)
    : commit(ports, id, (r) => change(r), { replicated: true });
}

/** Throws Refused, SlackBusy. */
async function verdictOf(
  ports: Ports,
  request: AccessRequest,
  by: UserId,
  verdict: DecideRequest["verdict"],
): Promise<Verdict> {
  if (!verdict.approve) return verdict;
  const { less, ...approval } = verdict;
  return less ? { ...approval, less: await lessOf(ports, request, by, less) } : approval;
}

/** Who approved before must still be an approver, by each policy that is gone by: also those who did while the others were looked up. */
async function commitApproval(
  each: readonly [Ports, ...Ports[]],
  found: AccessRequest,
  less: Less | undefined,
  change: (r: AccessRequest, quorum: Quorum) => AccessRequest,
): Promise<AccessRequest> {
  const ports = withinEach(each);
  const standing = new Map<UserId, boolean>();
  const isStill = (who: UserId) => standing.get(who) === true;
  for (let request = found; ; ) {
    await lookAgain(each, request, standing);
    let isKnown = true;
    request = await commit(
      ports,
      request.id,
      (r) => {
        isKnown = approvalsOf(r).every(({ by }) => standing.has(by.id));
        const needed = Math.max(...each.map((under) => neededNow(under, { ...r, ...less })));
        return isKnown ? change(r, { needed, isStill }) : null;
      },
      { replicated: true },
    ).catch((error: unknown) => {
      throw isOverOnlySome(error, each) ? new Refused({ kind: "rules-differ" }) : error;
    });
    if (isKnown) return request;
  }
}

function neededNow({ policy }: Ports, request: AccessRequest): number {
  const role = roleToday(request, policy.roles);
  return isChanged(role) ? (request.count ?? 1) : neededOf(request, role);
}

async function lookAgain(each: readonly Ports[], request: AccessRequest, standing: Map<UserId, boolean>) {
  const unknown = approvalsOf(request).filter(({ by }) => !standing.has(by.id));
  const found = await Promise.all(
    unknown.flatMap(({ by }) =>
      each.map((under) => qualify(under, reviewersOf(under, request), by.id, "decide")),
    ),
  );
  for (const { profile, qualified } of found) {
    const isOne = qualified !== null && profile.standing === "member";
    standing.set(profile.id, isOne && standing.get(profile.id) !== false);
  }
}

/** Throws SlackBusy. */
async function mayApprove(
  under: Ports,
  id: RequestId,
  by: UserId,
  verdict: DecideRequest["verdict"],
): Promise<boolean> {
  try {
    const { request } = await assertMayReview(under, id, by, "approve");
    await verdictOf(under, request, by, verdict);
    return (await changedSince(under, request)) === null;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** As far as the record alone tells. Throws Refused. */
export function assertPending(request: AccessRequest, by: UserId, deciding: Deciding): void {
  const approvers = [...approversAsked(request)];
  if (isParty(request, by)) throw new Refused({ kind: "own-request", approvers, deciding });
  if (request.state !== "pending") throw new Refused(lateFor(request));
}

/** Whether this person may decide this request at all, before a reason is typed. Throws Refused, SlackBusy. */
export async function assertMayReview(ports: Ports, id: RequestId, by: UserId, deciding: Deciding) {
  const purpose = deciding === "approve" ? "decide" : "end";
  const unlocked = assertUnlocked(ports);
  unlocked.catch(() => {});
  const [request, early] = await Promise.all([load(ports, id), qualifyEarly(ports, id, by, purpose)]);
  const among = reviewersOf(ports, request);
  const isAsked = early !== null && areSame(early.among, among);
  const { profile, qualified } = await (isAsked ? early.qualifying : qualify(ports, among, by, purpose));
  const refusal = reviewing({ profile, qualified, deciding }, request);
  if (refusal) throw new Refused(refusal);
  assertPending(request, by, deciding);
  await unlocked;
  return { request, profile: personOf(profile), qualified: qualified ?? by };
}

/** Asked beside the look at the record, by what was seen of it last: mostly it is for the same people to decide. */
async function qualifyEarly(ports: Ports, id: RequestId, who: UserId, purpose: Purpose) {
  const seen = await ports.requests.lately(id);
  if (!seen) return null;
  const among = reviewersOf(ports, seen);
  const qualifying = qualify(ports, among, who, purpose);
  qualifying.catch(() => {});
  return { among, qualifying };
}

interface Reviewers {
  asked: readonly Principal[];
  /** Where those are others. */
  today: readonly Principal[] | null;
}

/** Of whom it was asked, and today's approvers. */
function reviewersOf({ policy }: Ports, request: AccessRequest): Reviewers {
  const role = roleToday(request, policy.roles);
  const asked = approversAsked(request);
  const today = isChanged(role) ? null : approversToday(request, role);
  return { asked, today: today && !areSame(today, asked) ? today : null };
}

/** One and the same person must be among both. Throws Refused(look-up-failed), SlackBusy. */
async function qualify(ports: Ports, { asked, today }: Reviewers, who: UserId, purpose: Purpose) {
  const [{ profile, qualified }, now] = await Promise.all([
    resolveReviewer(ports, who, asked, purpose),
    today && resolveReviewer(ports, who, today, purpose),
  ]);
  return { profile, qualified: now ? qualified && now.qualified : qualified };
}

const areSame = <T extends Reviewers | readonly Principal[]>(a: T, b: T): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** What of the request does not hold any more, by today's rules or because what it adds to is over. Throws Refused(look-up-failed), SlackBusy. */
async function changedSince(ports: Ports, request: AccessRequest): Promise<Refusal | null> {
  if (isDoubtful(request, { before: ports.epoch.before() })) return noLonger(request, "restored");
  const role = roleToday(request, ports.policy.roles);
  if (isChanged(role)) return role;
  const gone = await extendedGone(ports, request);
  if (gone) return gone;
  const facts = await resolveRequester(ports, request);
  return deniedToday(request, judge(ports.policy, request, facts));
}

/** A file that is behind, or ahead, closes nothing alone; nor does one that was put aside meanwhile. Throws Refused(look-up-failed), SlackBusy. */
async function isChangedForAll(ports: Ports, request: AccessRequest, digest: string): Promise<boolean> {
  const isSame = async (under: Ports) => (await changedSince(under, request)) === null;
  return !(await isDisputed(ports, isSame)) && ports.policy.digest === digest;
}

async function close(ports: Ports, request: AccessRequest, refusal: Refusal): Promise<never> {
  await followHub(ports, request);
  const next = await commit(ports, request.id, (r) => closed(r, refusal, ports.clock.now()));
  throw new Refused(next.state === "refused" ? refusal : lateFor(next));
}
