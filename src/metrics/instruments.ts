/** Every metric, by name: what it counts, and how several replicas' values are put together. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const PREFIX = "karpor_access_";

/** Each replica counts what it did itself. */
const SUM = "Add up over replicas.";
/** Each replica says the same of all of them together. */
const MAX = "The same from each replica: take the maximum.";
const EACH = "Of this replica alone.";

const SECONDS = {
  /** Of people. */
  decision: [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400],
  /** What somebody waits for. */
  token: [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600],
  lateness: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600],
  /** A proof takes 11 s at least. */
  confirmed: [12, 13, 15, 20, 30, 60, 120, 300, 900, 3600, 14_400, 86_400],
  call: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  wait: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
};

/** What becomes of a request. */
export const OUTCOMES = [
  "approved",
  "by_policy",
  "emergency",
  "denied",
  "refused",
  "withdrawn",
  "timed_out",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Instruments = ReturnType<typeof createInstruments>;

export function createInstruments(registry: Registry) {
  const common = (name: string, help: string) => ({ name: PREFIX + name, help, registers: [registry] });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ ...common(name, `${help} ${SUM}`), labelNames });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ ...common(name, `${help} ${SUM}`), labelNames, buckets });
  const known = new Set<string>();
  const gauge = <L extends string = never>(name: string, help: string, how: string, labelNames: L[] = []) =>
    new Gauge({ ...common(name, `${help} ${how}`), labelNames });
  const made = {
    asked: counter("requests_total", "Requests made.", ["role"]),
    outcomes: counter("request_outcomes_total", `What became of requests: ${OUTCOMES.join(", ")}.`, [
      "role",
      "outcome",
    ]),
    ends: counter("ends_total", "Grants whose end began, by its cause.", ["role", "cause"]),
    decision: histogram(
      "decision_seconds",
      "From the request to the decision of people.",
      ["role"],
      SECONDS.decision,
    ),
    token: histogram(
      "token_seconds",
      "From the approval, or the beginning that was asked for, to the token in Slack.",
      ["role"],
      SECONDS.token,
    ),
    lateness: histogram(
      "end_lateness_seconds",
      "From the end that was promised to account and binding gone from the hub.",
      ["role"],
      SECONDS.lateness,
    ),
    confirmed: histogram(
      "end_confirmed_seconds",
      "From the beginning of an end to its proof, by the kind of proof.",
      ["method"],
      SECONDS.confirmed,
    ),
    slackCalls: histogram(
      "slack_call_seconds",
      "Calls to Slack: ok, Slack's word for its refusal, http_STATUS, timeout or unanswered.",
      ["method", "result"],
      SECONDS.call,
    ),
    slackWaits: histogram(
      "slack_wait_seconds",
      "What calls waited within Slack's limits until they went out.",
      ["method"],
      SECONDS.wait,
    ),
    slackPostponed: counter(
      "slack_postponed_total",
      "Calls that were put off to a later job, for Slack's limits leave no room.",
      ["method"],
    ),
    hubCalls: histogram(
      "hub_call_seconds",
      "Calls to the hub: its HTTP status, timeout, aborted or unreachable.",
      ["method", "resource", "result"],
      SECONDS.call,
    ),
    takenOver: counter(
      "lease_takeovers_total",
      "Leases taken over from a replica that did not give them back.",
      ["lease"],
    ),
    hubAlarms: counter(
      "hub_alarms_total",
      "Alarms that the hub's audit log gave cause for: late_use, refused, writes, too_large.",
      ["kind"],
    ),
    live: gauge("live_grants", "Grants that are live, at the last sweep.", MAX, ["role"]),
    waiting: gauge("waiting_requests", "Requests that wait for a decision, at the last sweep.", MAX, [
      "role",
    ]),
    unconfirmed: gauge("unconfirmed_ends", "Ends that are not proved, at the last sweep.", MAX),
    unconfirmedAge: gauge(
      "unconfirmed_end_age_seconds",
      "How long ago the oldest end that is not proved began; 0 where all are.",
      MAX,
    ),
    sweepAge: gauge("sweep_age_seconds", "Since a sweep was last completed, by any replica.", MAX),
    sweepLength: gauge("sweep_duration_seconds", "How long the last sweep took.", MAX),
    jobs: gauge("jobs_waiting", "Jobs that are due and that nobody has begun.", MAX, ["lane"]),
    oldestJob: gauge(
      "job_oldest_seconds",
      "How long the oldest of them has been due; 0 where there is none.",
      MAX,
      ["lane"],
    ),
    records: gauge("records_up", "1 while this replica reads Redis, else 0.", `${EACH} Take the minimum.`),
    ready: gauge("ready", "1 while this replica can answer people, else 0.", `${EACH} Take the minimum.`),
    holds: gauge(
      "holding_back",
      "Causes for which new grants wait, as /status lists them.",
      `${EACH} Take the maximum.`,
    ),
    credential: gauge(
      "credential_remaining_seconds",
      "Until the bot's own credential for the hub ends; none where it has no end.",
      `${EACH} Take the minimum.`,
    ),
    lifetime: gauge(
      "credential_lifetime_seconds",
      "For how long that credential was made; it is renewed at half of it.",
      EACH,
    ),
    canaryOk: gauge(
      "canary_ok",
      "1 where the last canary went well, else 0; none before the first one.",
      MAX,
    ),
    canaryAge: gauge("canary_age_seconds", "Since the last canary, or since it is looked for.", MAX),
    canaryInterval: gauge("canary_interval_seconds", "How often it is to run; none where it does not.", MAX),
    canaryStep: gauge(
      "canary_step_seconds",
      "What each step of the last canary took: mint, use, end, refused.",
      MAX,
      ["step"],
    ),
    readsOpen: gauge(
      "reads_open",
      "1 where at the last look the hub gave reads to whoever shows no token, else 0; none without hub.anonymous.",
      MAX,
    ),
    evidenceComplete: gauge(
      "evidence_complete",
      "1 while the hub tells what tokens are used for, else 0; none without audit.hub.",
      MAX,
    ),
    evidenceAge: gauge(
      "evidence_age_seconds",
      "Since the latest heartbeat that came back in the hub's audit log; none before the first one.",
      MAX,
    ),
    skew: gauge(
      "clock_skew_seconds",
      "How far the hub's clock is ahead of this machine's; 0 below two seconds.",
      `${EACH} Take the largest in either direction.`,
    ),
    build: gauge("build_info", "1; which version runs, and for which instance.", EACH, [
      "version",
      "node",
      "bot",
    ]),
  };
  for (const lease of ["request", "messages", "sweep"]) made.takenOver.inc({ lease }, 0);
  for (const kind of ["late_use", "refused", "writes", "too_large"]) made.hubAlarms.inc({ kind }, 0);
  return {
    ...made,
    /** From 0 on: of what appears with its first value no increase is seen. */
    know(role: string): void {
      if (known.has(role)) return;
      known.add(role);
      made.asked.inc({ role }, 0);
      for (const outcome of OUTCOMES) made.outcomes.inc({ role, outcome }, 0);
      for (const times of [made.decision, made.token, made.lateness]) times.zero({ role });
    },
  };
}
