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
  lapsesAt: number;
  decidedBy: Decision["by"];
  decidedAt: number;
  endsAt: number;
  end: End;
  /** How it is known that the hub refuses the token, and since when. */
  proof: "witness" | "absence";
  goneAt: number;
  slow: Trouble;
}

export function facts(r: AccessRequest, hub: string): Facts {
  const { id, role, requester, approvers, duration, lapsesAt } = r;
  const common = { id, role, hub, requester, approvers, duration, lapsesAt };
  const at = "at" in r ? r.at : r.askedAt;
  const decision =
    "decision" in r ? r.decision : { by: r.state === "denied" ? r.by : ("policy" as const), at };
  const end: End = "end" in r ? r.end : { cause: "expired", at };
  return {
    ...common,
    decidedBy: decision.by,
    decidedAt: decision.at,
    endsAt: "expiresAt" in r ? r.expiresAt : lapsesAt,
    end,
    proof: r.state === "ended" ? r.verification.method : "absence",
    goneAt: r.state === "ended" ? r.verification.goneAt : end.at,
    slow: ("trouble" in r && r.trouble) || { what: "hub", since: at },
  };
}
