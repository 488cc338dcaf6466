/** A person asks: the request is made in one atomic call, and only then promised. new → requested */
import { HOUR } from "../domain/duration.ts";
import { requestId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { parseRequest } from "../domain/policy.ts";
import { Refused } from "../domain/refusal.ts";
import type { In } from "../domain/request.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { follow } from "./support/commit.ts";

export interface MakeRequest {
  requester: Person;
  /** The command's text, or an earlier request's put into words again. */
  text: string;
  /** Slack's trigger_id: the same one makes the same request. */
  triggerId: string;
}

/** How long a request may wait for the workspace's answers when no approver sets a limit. */
const UNAPPROVED_WITHIN_MS = HOUR;

/** The request made, or the one this very command made before. Throws Refused, StoreDown, StoreUnsure. */
export async function makeRequest(
  ports: Ports,
  { requester, text, triggerId }: MakeRequest,
): Promise<AccessRequest> {
  const terms = parseRequest(text, ports.policy.roles);
  const made = await ports.requests.make(draft(ports, requester, terms), triggerId);
  if (made.made) await follow(ports, null, made.request);
  else if (made.taken === "open") {
    const { id, role, state } = made.request;
    throw new Refused({ kind: "open-already", id, role, state });
  }
  return made.request;
}

function draft(
  { clock, policy, random }: Ports,
  requester: Person,
  terms: { role: string; duration: number; reason: string },
): In<"requested"> {
  const role = policy.roles[terms.role];
  if (!role) throw new Refused({ kind: "unknown-role", role: terms.role, roles: Object.keys(policy.roles) });
  const approval = role.approval === "none" ? { by: [], within: UNAPPROVED_WITHIN_MS } : role.approval;
  const now = clock.now();
  return {
    state: "requested",
    id: requestId(random()),
    version: 0,
    requester,
    ...terms,
    clusterRole: role.clusterRole,
    requestedAt: now,
    enteredAt: now,
    closesAt: now + approval.within,
    approvers: approval.by,
    policy: policy.digest,
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
  };
}
