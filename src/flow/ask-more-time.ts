/** The holder of a grant asks for more time: a request of its own, which policy judges like any other. new → requested */
import { roleNamed } from "../domain/catalog.ts";
import { mostMore } from "../domain/extension.ts";
import { needed } from "../domain/idle-steps.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { lateFor } from "../domain/lifecycle.ts";
import { termsOf } from "../domain/policy.ts";
import { Refused } from "../domain/refusal.ts";
import { beginsAt, windowTaken } from "../domain/window.ts";
import type { AccessRequest, In, Ports } from "./ports.ts";
import { draftOf } from "./request.ts";
import { commit, follow } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { overLimit } from "./support/over-limit.ts";

export interface AskMoreTime {
  id: RequestId;
  by: UserId;
  /** ms more. */
  duration: number;
  reason: string;
  /** Slack's trigger_id: the same one makes the same request. */
  triggerId: string;
}

/** The request made, or the one this very click made before; the caller vets it at once (vetRequest). Throws Refused, StoreDown, StoreUnsure. */
export async function askMoreTime(
  ports: Ports,
  { id, by, duration, reason, triggerId }: AskMoreTime,
): Promise<AccessRequest> {
  const { grant, most } = await assertMayAskMore(ports, id, by);
  const terms = termsOf({ role: grant.role, time: { ms: duration }, reason }, ports.policy.roles);
  if (duration > most) throw new Refused({ kind: "too-much-more", role: grant.role, most });
  const wanted = draft(ports, grant, terms);
  const made = await ports.requests.make(wanted, triggerId, ports.policy.limits);
  if ("over" in made) throw new Refused(await overLimit(ports, wanted, made));
  if (made.made) await Promise.all([follow(ports, null, made.request, "validate"), noteNeeded(ports, grant)]);
  else if (made.taken === "window") throw new Refused(windowTaken(made.request));
  else if (made.taken !== "trigger") throw new Refused(askedAlready(made.request));
  return made.request;
}

/** Who asks for more of it needs it: it does not end meanwhile because nobody uses it. Never rejects. */
const noteNeeded = (ports: Ports, { id }: In<"active">): Promise<unknown> =>
  commit(ports, id, (r) => needed(r, ports.clock.now())).catch((error: unknown) =>
    ports.log.warn({ id, err: error }, "that its holder needs it is not noted; they are asked still"),
  );

const askedAlready = ({ id, role, state }: AccessRequest) =>
  ({ kind: "open-already", id, role, state }) as const;

/** The grant, and the most that may be added to it. Throws Refused, StoreDown. */
export async function assertMayAskMore(
  ports: Ports,
  id: RequestId,
  by: UserId,
): Promise<{ grant: In<"active">; most: number }> {
  const grant = await load(ports, id);
  if (grant.requester.id !== by) throw new Refused({ kind: "not-yours", id });
  if (grant.state !== "active") throw new Refused(lateFor(grant));
  const open = (await ports.requests.open(by)).find((r) => r.extends?.id === id);
  if (open) throw new Refused(askedAlready(open));
  const role = roleNamed(ports.policy.roles, grant.role);
  if (role?.clusterRole !== grant.clusterRole) {
    const what = role ? "other-rights" : "role-gone";
    throw new Refused({ kind: "changed-since", role: grant.role, what, of: "access" });
  }
  const most = mostMore({ from: beginsAt(grant), until: grant.expiresAt }, role);
  if (most === 0) throw new Refused({ kind: "too-much-more", role: grant.role, most });
  return { grant, most };
}

/** Whoever is to decide must do so before the grant ends; what their role times later than that comes halfway. */
function draft(ports: Ports, grant: In<"active">, terms: ReturnType<typeof termsOf>): In<"requested"> {
  const asked = draftOf(ports, grant.requester, terms);
  const { requestedAt: now, fallback, nudgeAt } = asked;
  const closesAt = Math.min(asked.closesAt, grant.expiresAt);
  const inTime = (at: number) => (at < closesAt ? at : Math.round((now + closesAt) / 2));
  return {
    ...asked,
    extends: { id: grant.id, from: beginsAt(grant), until: grant.expiresAt },
    closesAt,
    ...(nudgeAt !== undefined && { nudgeAt: inTime(nudgeAt) }),
    ...(fallback && { fallback: { ...fallback, at: inTime(fallback.at) } }),
  };
}
