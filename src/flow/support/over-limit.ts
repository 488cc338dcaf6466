/** What somebody at a limit is told: when it frees; or that a rule denies it anyhow, where that is remembered. */
import { VERIFY_AFTER_MS } from "../../domain/lifecycle.ts";
import { judge } from "../../domain/policy-engine.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { refusalIn } from "../../domain/rules/policy-denies.ts";
import type { AskerHistory } from "../../domain/rules/rule.ts";
import { latestEnd, windowOf } from "../../domain/window.ts";
import type { AccessRequest, Made, Ports } from "../ports.ts";
import { recalledFacts } from "./asker.ts";

type Over = Extract<Made, { over: string }>;

/** Throws StoreDown. */
export async function overLimit(ports: Ports, asked: AccessRequest, over: Over): Promise<Refusal> {
  const { id } = asked.requester;
  const [facts, open] = await Promise.all([recalledFacts(ports, id, asked.role), ports.requests.open(id)]);
  const isBeside = besideWhom(asked, ports.clock.now());
  const counted = open.filter((r) => isBeside(r) && (!asked.emergency || "decision" in r));
  const refusal = refusalIn(
    judge(ports.policy, asked, { ...facts, history: historyOf(over, counted, ports) }),
  );
  if (!refusal) throw new Error("a limit that the store counts is none to the policy");
  // How often one may ask counts for whoever asks.
  return asked.askedBy && refusal.kind === "too-many-grants"
    ? { ...refusal, recipient: asked.requester }
    : refusal;
}

/** As the store counts: the end of what is over by then, or begins later, frees nothing. */
function besideWhom(asked: AccessRequest, now: number): (r: AccessRequest) => boolean {
  const { from, to } = windowOf(asked);
  return (r) => windowOf(r).from < to && (from <= now || latestEnd(r) > from);
}

function historyOf(
  over: Over,
  open: readonly AccessRequest[],
  { policy: { limits }, clock }: Ports,
): AskerHistory {
  if (over.over === "requests")
    return { open: 0, lastHour: limits.requestsPerHour ?? 0, againAt: over.againAt };
  const next = Math.min(...open.map(freesAt));
  // Of what should be over, and is not yet, nobody can tell.
  const nextEndsAt = Number.isFinite(next) && next > clock.now() ? next : undefined;
  return { open: limits.grantsPerPerson ?? 0, nextEndsAt, lastHour: 0 };
}

function freesAt(r: AccessRequest): number {
  if (r.state === "ending") return (r.deletedAt ?? r.end.at) + VERIFY_AFTER_MS;
  return "expiresAt" in r ? r.expiresAt : r.closesAt;
}
