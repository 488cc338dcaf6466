/** Serves /metrics for Prometheus: gauges that are read at each scrape, and the counters of counters.ts. */
import { Gauge, Registry } from "prom-client";
import type { Bot } from "../bot.ts";
import { readLockdowns } from "../life/lockdown/read.ts";
import { readDelivery } from "../life/trail/deliver-trail.ts";
import { SECOND } from "../request/durations.ts";
import { type Request, STATES } from "../request/record.ts";
import { UNREVIEWED } from "../store/indexes.ts";
import { UNREADABLE } from "../store/reading.ts";
import { VERSION } from "../version.ts";
import { countTrail } from "./counters.ts";
import { countDueJobs, page } from "./health.ts";

const SHARED = "The same from each replica: take the maximum.";
const OWN_REGISTRY = "Of this replica alone.";

const OUTSIDES = ["hub", "Slack", "Redis"] as const;

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(bot: Bot, isReady: () => boolean) {
  const startedAt = bot.clock.now();
  const counted = new Registry();
  countTrail(bot, counted);
  let lastSweep = { at: startedAt, took: 0 };
  return {
    noteSweep(took: number): void {
      lastSweep = { at: bot.clock.now(), took };
    },
    page: page("/metrics", async () => {
      const registry = new Registry();
      const show = gaugeWriter(registry);
      showOwn(bot, show, isReady());
      show(
        "sweep_age_seconds",
        `Since the last sweep. ${OWN_REGISTRY}`,
        (bot.clock.now() - lastSweep.at) / SECOND,
      );
      show(
        "sweep_duration_seconds",
        `How long the last sweep took. ${OWN_REGISTRY}`,
        lastSweep.took / SECOND,
      );
      // These gauges are left out while Redis is down.
      await showShared(bot, show).catch((error: unknown) => bot.outages.note(error));
      return { status: 200, body: await Registry.merge([registry, counted]).metrics() };
    }),
  };
}

/** One number, or one for each value of a label. */
type Show = (
  name: string,
  help: string,
  value: number | { label: string; values: Record<string, number> },
) => void;

function gaugeWriter(registry: Registry): Show {
  return (name, help, value) => {
    const labelNames = typeof value === "number" ? [] : [value.label];
    const gauge = new Gauge({ name: `karpor_access_${name}`, help, labelNames, registers: [registry] });
    if (typeof value === "number") return gauge.set(value);
    for (const [label, one] of Object.entries(value.values)) gauge.set({ [value.label]: label }, one);
  };
}

function showOwn({ outages, checks, companyChecks, hub, clock }: Bot, show: Show, isReady: boolean): void {
  const since = outages.current();
  const seconds = (outside: (typeof OUTSIDES)[number]) =>
    (clock.now() - (since.get(outside) ?? clock.now())) / SECOND;
  const away = Object.fromEntries(OUTSIDES.map((outside) => [outside, seconds(outside)]));
  show("build_info", `Always 1. ${OWN_REGISTRY}`, { label: "version", values: { [VERSION]: 1 } });
  show("ready", `1 while commands and clicks can come in. ${OWN_REGISTRY}`, Number(isReady));
  show("away_seconds", `How long it does not answer; 0 when it does. ${OWN_REGISTRY}`, {
    label: "outside",
    values: away,
  });
  show("holding_back", `Checks that fail, so that new access waits. ${OWN_REGISTRY}`, checks.failing.length);
  const silent = [...companyChecks].map(([role, one]) => [
    role,
    one ? (clock.now() - one.since) / SECOND : 0,
  ]);
  show(
    "company_check_silent_seconds",
    `How long a role's check gives no answer; 0 when it does. ${OWN_REGISTRY}`,
    {
      label: "role",
      values: Object.fromEntries(silent),
    },
  );
  show(
    "clock_skew_seconds",
    `How far the hub's clock is ahead of this machine's. ${OWN_REGISTRY}`,
    hub.clockOffset() / SECOND,
  );
}

async function showShared(bot: Bot, show: Show): Promise<void> {
  const [ids, unreviewed, jobs] = await Promise.all([
    bot.store.unfinished(),
    bot.store.count(UNREVIEWED),
    countDueJobs(bot),
  ]);
  const records = await bot.store.readAll(ids);
  const counts = STATES.map((state) => [state, records.filter((one) => one.state === state).length]);
  const oldest = Math.max(0, ...records.map((record) => unprovedFor(record, bot.clock.now())));
  const states = { label: "state", values: Object.fromEntries(counts) };
  show("requests", `Requests that are not over, by state. ${SHARED}`, states);
  show(
    "unconfirmed_end_age_seconds",
    `How long the oldest end has been due and is not proved. ${SHARED}`,
    oldest / SECOND,
  );
  show("unreviewed_emergencies", `Emergencies that nobody reviewed yet. ${SHARED}`, unreviewed);
  const byRole = Object.keys(bot.config.roles).map((role) => [
    role,
    records.filter((one) => one.role === role && one.state === "active").length,
  ]);
  show("live_access", `Access that somebody has, by role. ${SHARED}`, {
    label: "role",
    values: Object.fromEntries(byRole),
  });
  show(
    "held_back_emergencies",
    `Emergencies that wait for checks of the hub. ${SHARED}`,
    records.filter((one) => one.emergency && one.state === "scheduled" && one.heldBack.length > 0).length,
  );
  const locked = await readLockdowns(bot);
  show("lockdowns", `Lockdowns that hold, of everybody or of a person. ${SHARED}`, locked.size);
  await showTrail(bot, show);
  show("jobs_waiting", `Jobs that are due and not done. ${SHARED}`, { label: "queue", values: jobs });
}

async function showTrail({ store, config }: Bot, show: Show): Promise<void> {
  const seal = await store.seals.newest();
  const sealed = seal === UNREADABLE ? null : (seal?.id ?? null);
  show(
    "unsealed_age_seconds",
    `How long the oldest entry waits for its seal; it takes a minute. ${SHARED}`,
    (await store.trail.waiting(sealed)) / SECOND,
  );
  const delivery = await readDelivery(store);
  const lag = config.audit.webhook ? await store.trail.waiting(delivery.cursor) : 0;
  show(
    "audit_webhook_lag_seconds",
    `How long the oldest entry waits that audit.webhook did not take. ${SHARED}`,
    lag / SECOND,
  );
  show(
    "audit_webhook_failing",
    `1 while the receiver takes no entry. ${SHARED}`,
    Number(delivery.failing !== null),
  );
  show(
    "audit_webhook_skipped_entries",
    `Entries that it did not take for a day. ${SHARED}`,
    delivery.skipped,
  );
}

function unprovedFor({ state, ending, endsAt }: Request, now: number): number {
  if (state === "ending") return now - (ending?.at ?? now);
  return (state === "granting" || state === "active") && endsAt !== null ? now - endsAt : 0;
}
