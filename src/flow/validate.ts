/** The workspace's answers come in: may this person ask, and can anybody approve? requested → pending | scheduled | approved | extending | refused */
import type { Allowed } from "../domain/allowance.ts";
import { backgroundOf } from "../domain/background.ts";
import type { Role } from "../domain/catalog.ts";
import { SECOND } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { validating } from "../domain/policy.ts";
import { judge } from "../domain/policy-engine.ts";
import { type Refusal, Refused } from "../domain/refusal.ts";
import { isChanged, passedByRule, roleToday } from "../domain/today.ts";
import { validated } from "../domain/transitions.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { allowedBeforehand } from "./support/allowances.ts";
import { lookUpFacts } from "./support/asker.ts";
import { commit } from "./support/commit.ts";
import { countApprovers } from "./support/count-approvers.ts";
import { differ, isOverOnlySome, underEach, withinEach } from "./support/disputed.ts";
import { enqueue } from "./support/enqueue.ts";
import { extendedGone, extendsTaken } from "./support/extended-grant.ts";
import { load } from "./support/load.ts";
import { refusedOutside } from "./support/outside.ts";
import { unlessSlept } from "./support/unless-slept.ts";
import { againWhileLocked } from "./support/while-locked.ts";

/** How soon what replicas disagree about is looked at again. */
const DISPUTED_MS = 5 * SECOND;

export const validateRequester = (ports: Ports, id: RequestId): Promise<Later> =>
  againWhileLocked(ports, () => unlessSlept(ports, (assertAwake) => validate(ports, id, assertAwake)));

async function validate(ports: Ports, id: RequestId, assertAwake: () => void): Promise<Later> {
  const request = await ports.requests.get(id);
  // What is over by then the clock closes: nobody waits for it any more.
  if (request?.state !== "requested" || ports.clock.now() >= request.closesAt) return undefined;
  const { digest } = ports.policy;
  const { person, refusal, passed } = await vetted(ports, request);
  const allowed = refusal ? null : passed;
  const held = refusal?.kind === "terms-changed" ? isOffered : allowed || !isAsked(request) ? passes : null;
  // Where somebody is asked, the decision waits for the replicas to agree.
  const each = held ? await underEach(ports) : ([ports] as const);
  if (held && (await differ(each, (under) => held(under, request))))
    return { again: ports.clock.now() + DISPUTED_MS };
  // Another file was taken in meanwhile: by that one nothing was looked at.
  if (ports.policy.digest !== digest) return { again: ports.clock.now() };
  const vet = (no: Refusal | null) =>
    commit(withinEach(each), id, (r) => {
      assertAwake();
      return r.state === "requested" ? validated(r, person, no, ports.clock.now(), allowed) : null;
    });
  try {
    await vet(refusal);
  } catch (error) {
    if (isOverOnlySome(error, each)) return { again: ports.clock.now() + DISPUTED_MS };
    // It took so long that it would run into another.
    const over = error instanceof Refused ? error.refusal : null;
    if (over?.kind !== "window-taken" && over?.kind !== "too-many-grants") throw error;
    const { deciding: _, ...taken } = over;
    await vet(taken);
  }
  return undefined;
}

/** At once, for whoever waits; what cannot be looked up now is left to the job. Throws StoreDown, StoreUnsure, Refused. */
export async function vetRequest(ports: Ports, request: AccessRequest): Promise<AccessRequest> {
  try {
    if (await validateRequester(ports, request.id)) await leaveToJob(ports, request);
  } catch (error) {
    ports.log.warn({ id: request.id, err: error }, "could not be vetted at once; a job tries again");
    await leaveToJob(ports, request);
  }
  return load(ports, request.id);
}

const leaveToJob = (ports: Ports, request: AccessRequest): Promise<void> =>
  enqueue(ports, request, (jobs) => jobs.add("urgent", "validate", request.id, request.version));

type Found = Awaited<ReturnType<typeof lookUpAs>>;

/** What the workspace, the policy and the company's own check say of it. Throws what the directory throws, CheckBusy, StoreDown, Unreadable. */
export async function vetted(ports: Ports, request: AccessRequest) {
  const found = await lookUp(ports, request);
  const requester = { ...request.requester, name: found.person.name };
  return { ...found, refusal: found.refusal ?? (await refusedOutside(ports, { ...request, requester })) };
}

/** What nobody else decides on is given, or refused, by this look alone: then it rests on what is as fresh as a decision. */
async function lookUp(ports: Ports, request: AccessRequest): Promise<Found> {
  const found = await lookUpAs(ports, request, "ask");
  return found.refusal || isGiven(found, request) ? lookUpAs(ports, request, "grant") : found;
}

const isGiven = ({ refusal, passed }: Found, request: AccessRequest): boolean =>
  !refusal && (passed !== null || !isAsked(request));

async function lookUpAs(ports: Ports, request: AccessRequest, purpose: "ask" | "grant") {
  const { directory, policy, requests, clock } = ports;
  const { id } = request.requester;
  const { askedBy } = request;
  const role = roleToday(request, policy.roles);
  const [{ profile, facts }, recent, asker] = await Promise.all([
    lookUpFacts(ports, { id, role: request.role }, purpose),
    requests.recent(id),
    askedBy && directory.person(askedBy.id, purpose),
  ]);
  const { name, locale } = profile;
  const person = {
    ...{ name, locale, background: backgroundOf(request, profile, recent, clock.now()) },
    ...(asker && { askedBy: { id: asker.id, name: asker.name, locale: asker.locale } }),
  };
  const gone = isChanged(role) ? role : await extendedGone(ports, request);
  if (isChanged(role) || gone) return { person, refusal: gone, passed: null };
  const verdict = judge(policy, request, facts);
  const byRule = passedByRule(request, verdict, { digest: policy.digest, now: clock.now() });
  const passing = byRule ?? (await allowedFor(ports, request, role));
  // What nobody approved is made longer by somebody's approval alone.
  const passed = passing && (await extendsTaken(ports, request)) ? null : passing;
  const [approvers, glass] = await Promise.all([
    passed || request.emergency ? null : countApprovers(ports, request, role, purpose),
    request.emergency && role.breakGlass ? directory.qualifies(id, role.breakGlass.by, purpose) : null,
  ]);
  const refusal: Refusal | null = validating({ asker, role, verdict, approvers, glass }, request);
  return { person: { ...person, glass }, refusal, passed };
}

/** Nobody has a say in what nobody must approve, or is taken in an emergency. */
const isAsked = ({ approvers, emergency }: AccessRequest): boolean => approvers.length > 0 && !emergency;

/** A file that is behind, or ahead, refuses nothing alone. */
const isOffered = async ({ policy }: Ports, request: AccessRequest): Promise<boolean> =>
  !isChanged(roleToday(request, policy.roles));

/** At once, by the policy of these ports. */
const passes = async (under: Ports, request: AccessRequest): Promise<boolean> =>
  isGiven(await lookUp(under, request), request);

/** What nobody must approve, is taken in an emergency, or is asked for by somebody else, is not looked at. */
const allowedFor = async (ports: Ports, request: AccessRequest, role: Role): Promise<Allowed | null> =>
  isAsked(request) && !request.askedBy ? allowedBeforehand(ports, request, role) : null;
