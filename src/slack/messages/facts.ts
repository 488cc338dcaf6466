/** What sentences are made of: the record's union laid flat. A sentence reads only what its state has. Pure. */
import type { Principal } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { AccessRequest, Decision, End, Outage, Verification } from "../../domain/request.ts";

export interface Facts {
  id: string;
  role: string;
  hub: string;
  requester: Person;
  approvers: readonly Principal[];
  duration: number;
  closesAt: number;
  /** When those asked were reminded. */
  nudgedAt: number;
  decidedBy: Decision["by"];
  decidedAt: number;
  endsAt: number;
  end: End;
  /** How it is known that the hub refuses the token, and since when. */
  proof: Verification["method"];
  deletedAt: number;
  slow: Outage;
  /** Which of the rules an earlier request no longer meets. */
  changed: Pick<Extract<Refusal, { kind: "terms-changed" }>, "what" | "max">;
}

export function facts(r: AccessRequest, hub: string): Facts {
  const { id, role, requester, approvers, duration, closesAt } = r;
  const { nudgedAt = closesAt } = r;
  const common = { id, role, hub, requester, approvers, duration, closesAt, nudgedAt };
  const at = "at" in r ? r.at : r.requestedAt;
  const decision =
    "decision" in r ? r.decision : { by: r.state === "denied" ? r.by : ("policy" as const), at };
  const end: End = "end" in r ? r.end : { cause: "expired", at };
  return {
    ...common,
    decidedBy: decision.by,
    decidedAt: decision.at,
    endsAt: "expiresAt" in r ? r.expiresAt : closesAt,
    end,
    proof: r.state === "ended" ? r.verification.method : "absence",
    deletedAt: r.state === "ended" ? r.verification.deletedAt : end.at,
    slow: ("outage" in r && r.outage) || { what: "hub", since: at },
    changed: r.state === "refused" && r.refusal.kind === "terms-changed" ? r.refusal : { what: "role-gone" },
  };
}
