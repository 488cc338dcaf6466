/** A person asks: the request is made in one atomic call, and only then promised. */
import { HOUR } from "../domain/duration.ts";
import { requestId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { parseRequest } from "../domain/policy.ts";
import { Refused } from "../domain/refusal.ts";
import type { In } from "../domain/request.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";

export interface MakeRequest {
  requester: Person;
  /** The command's text, or an earlier request's wish put into words again. */
  text: string;
  /** Slack's trigger_id: the same one makes the same request. */
  triggerId: string;
}

/** How long a request may wait for the workspace's answers when no approver sets a limit. */
const UNAPPROVED_WITHIN = HOUR;

/** The request made, or the one this very command made before. Throws Refused, StoreDown, StoreUnsure. */
export async function makeRequest(
  ports: Ports,
  { requester, text, triggerId }: MakeRequest,
): Promise<AccessRequest> {
  const wish = parseRequest(text, ports.policy.roles);
  const made = await ports.requests.make(draft(ports, requester, wish), triggerId);
  if (made.made) await enqueue(ports, "vet", made.request, ports.clock.now());
  else if (made.taken === "open") {
    const { id, role, state } = made.request;
    throw new Refused({ kind: "open-already", id, role, state });
  }
  return made.request;
}

function draft(
  { clock, policy, random }: Ports,
  requester: Person,
  wish: { role: string; duration: number; reason: string },
): In<"requested"> {
  const role = policy.roles[wish.role];
  if (!role) throw new Refused({ kind: "unknown-role", role: wish.role, roles: Object.keys(policy.roles) });
  const approval = role.approval === "none" ? { by: [], within: UNAPPROVED_WITHIN } : role.approval;
  const now = clock.now();
  return {
    state: "requested",
    id: requestId(random()),
    version: 0,
    requester,
    ...wish,
    clusterRole: role.clusterRole,
    requestedAt: now,
    closesAt: now + approval.within,
    approvers: approval.by,
    policy: policy.digest,
    terms: 1,
    generation: 1,
    messages: {},
  };
}
