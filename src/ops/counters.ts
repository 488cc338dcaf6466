/** Counts for Prometheus each entry that this replica puts on the trail. Prometheus adds the replicas up. */
import { Counter, Histogram, type Registry } from "prom-client";
import type { Bot } from "../bot.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../request/durations.ts";
import type { TrailEntry } from "../store/trail.ts";

const OWN = "Of this replica alone: add them up.";
const DECISIONS = ["approved", "denied", "refused", "unanswered", "withdrawn"] as const;
type DecisionKind = (typeof DECISIONS)[number];
const BUCKETS = [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY].map((ms) => ms / SECOND);

/** Each counter begins at 0, so that the first event shows as an increase. */
export function countTrail({ store, config }: Bot, registry: Registry): void {
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({
      name: `karpor_access_${name}_total`,
      help: `${help} ${OWN}`,
      labelNames,
      registers: [registry],
    });
  const asked = counter("asked", "Requests, by role.", ["role"]);
  const decisions = counter("decisions", "Requests that were decided, by how.", ["decision"]);
  const emergencies = counter("emergencies", "Access that was taken in an emergency.");
  const refused = counter("refused_attempts", "What people tried and may not.");
  const foreign = counter("foreign_access", "Findings of access that the bot did not make.");
  const lostSeals = counter("lost_seals", "Seals of the trail that Redis lost.");
  const took = new Histogram({
    name: "karpor_access_decision_seconds",
    help: `From the request to a person's decision, or a rule's. ${OWN}`,
    buckets: BUCKETS,
    registers: [registry],
  });
  for (const role of Object.keys(config.roles)) asked.inc({ role }, 0);
  for (const decision of DECISIONS) decisions.inc({ decision }, 0);
  store.trail.listen((entry) => {
    const { event, role, askedAt, at } = entry;
    const decision = decisionIn(entry);
    if (event === "request.asked") asked.inc({ role: String(role) });
    if (decision) decisions.inc({ decision });
    if (decision === "approved" || decision === "denied") took.observe((at - Number(askedAt)) / SECOND);
    if (event === "access.granted" && entry.emergency) emergencies.inc();
    if (event === "attempt.refused") refused.inc(Number(entry.count ?? 1));
    if (event === "access.foreign") foreign.inc();
    if (event === "seal.lost") lostSeals.inc();
  });
}

/** Undefined for the first of two approvals. */
function decisionIn({ event, state }: TrailEntry): DecisionKind | undefined {
  if (event === "request.approved" && state === "waiting") return undefined;
  return DECISIONS.find((one) => event === `request.${one}`);
}
