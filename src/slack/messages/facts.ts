/** What sentences are made of: the record's union laid flat. A sentence reads only what its state has. Pure. */
import type { Principal } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { AccessRequest, Decision, End, Trouble } from "../../domain/request.ts";

export interface Facts {
  id: string;
  role: string;
  hub: string;
  requester: Person;
  approvers: readonly Principal[];
  duration: number;
  closesAt: number;
  decidedBy: Decision["by"];
  decidedAt: number;
  endsAt: number;
  end: End;
  /** How it is known that the hub refuses the token, and since when. */
  proof: "probe" | "absence";
  deletedAt: number;
  slow: Trouble;
}

export function facts(r: AccessRequest, hub: string): Facts {
  const { id, role, requester, approvers, duration, closesAt } = r;
  const common = { id, role, hub, requester, approvers, duration, closesAt };
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
    slow: ("trouble" in r && r.trouble) || { what: "hub", since: at },
  };
}
