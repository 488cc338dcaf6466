/** The bot's metrics: counted where calls and changes pass, and read from Redis when somebody scrapes. */
import { Registry } from "prom-client";
import { SECOND } from "../domain/duration.ts";
import type { HubAlarm } from "../domain/hub-signs.ts";
import type { Requests } from "../flow/ports.ts";
import type { HubCall } from "../hub/client/seen.ts";
import type { SlackCall } from "../slack/outbound/seen.ts";
import { createInstruments } from "./instruments.ts";
import { meteredRequests } from "./requests.ts";
import { readSources, type Sources } from "./scrape.ts";

export interface Metrics {
  slackCall(call: SlackCall): void;
  /** Slack's limits left it no room: it is called later, by another job. */
  slackPostponed(method: string): void;
  hubCall(call: HubCall): void;
  leaseTakenOver(name: string): void;
  hubAlarm(kind: HubAlarm["kind"]): void;
  requests(requests: Requests): Requests;
  /** What a scrape reads, as soon as it is there. */
  from(sources: Sources): void;
  /** In Prometheus' text format. Never rejects. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const to = createInstruments(registry);
  let sources: Sources | undefined;
  return {
    slackCall({ method, result, ms, waitedMs }) {
      to.slackCalls.observe({ method, result }, ms / SECOND);
      // From 0 on, as of roles.
      to.slackPostponed.inc({ method }, 0);
      to.slackWaits.observe({ method }, waitedMs / SECOND);
    },
    slackPostponed: (method) => to.slackPostponed.inc({ method }),
    hubCall: ({ method, resource, result, ms }) =>
      to.hubCalls.observe({ method, resource, result }, ms / SECOND),
    leaseTakenOver: (name) => to.takenOver.inc({ lease: kindOf(name) }),
    hubAlarm: (kind) => to.hubAlarms.inc({ kind: kind.replace("-", "_") }),
    requests: (requests) => meteredRequests(requests, to),
    from: (given) => {
      sources = given;
    },
    async text() {
      if (sources) await readSources(sources, to);
      return registry.metrics();
    },
  };
}

/** Of what a lease is; the request itself is no label. */
const kindOf = (name: string): string => {
  if (/^R-/.test(name)) return "request";
  if (/^messages-R-/.test(name)) return "messages";
  const [kind = ""] = name.split(":");
  return /^[a-z-]+$/.test(kind) ? kind : "allowance";
};
