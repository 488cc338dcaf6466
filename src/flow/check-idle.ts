/** Access that nobody uses: its holder is asked whether they still need it, and where its role says so, it ends. active → ending */
import { MINUTE, SECOND } from "../domain/duration.ts";
import { idleDue, openQuestion, releasedAt } from "../domain/idle-due.ts";
import { idled, kept, type SeenIdle } from "../domain/idle-steps.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { Refused } from "../domain/refusal.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";

const LOOK_AGAIN_MS = 15 * SECOND;
const SELDOM_MS = 10 * MINUTE;

/** Throws StoreDown, StoreUnsure. */
export async function checkIdle(ports: Ports, id: RequestId): Promise<Later> {
  const dueIn = (r: AccessRequest | null) => (r?.state === "active" ? idleDue(r, ports.policy.roles) : null);
  const due = dueIn(await ports.requests.get(id));
  const now = ports.clock.now();
  if (due === null) return undefined;
  if (now < due) return { again: due };
  const seen = await seenIdle(ports, id);
  // By then, not now: a question stands from when its message is seen to, however long that took.
  const after = await commit(ports, id, (r) => idled(r, ports.policy.roles, seen, ports.clock.now()));
  // Else there is another timer.
  return dueIn(after) === due ? { again: lookAgainAt(after, now) } : undefined;
}

async function seenIdle({ evidence }: Ports, id: RequestId): Promise<SeenIdle | null> {
  if (!evidence) return null;
  // What is heard later than the use is looked at would be taken for all of it.
  const coverage = await evidence.coverage();
  const [use] = await evidence.uses([id]);
  return { last: use?.last ?? null, coverage };
}

/** What stands unanswered for long is looked at less and less often. */
function lookAgainAt(r: AccessRequest, now: number): number {
  const asked = openQuestion(r);
  const slowly = now + Math.min(SELDOM_MS, Math.max(LOOK_AGAIN_MS, (now - (asked?.at ?? now)) / 10));
  const ends = asked ? releasedAt(asked) : null;
  return ends === null ? slowly : Math.max(now + SECOND, Math.min(now + LOOK_AGAIN_MS, ends));
}

/** By its holder. Throws Refused, StoreDown, StoreUnsure. */
export const keepAccess = (ports: Ports, { id, by }: { id: RequestId; by: UserId }): Promise<AccessRequest> =>
  commit(
    ports,
    id,
    (r) => {
      if (r.requester.id !== by) throw new Refused({ kind: "not-yours", id });
      return kept(r, ports.clock.now());
    },
    { replicated: true },
  );
