/** Ways to the outside, none of which must answer yet: Redis, the hub, Slack. */

import type { Logger } from "pino";
import { Agent } from "undici";
import type { Config } from "../config.ts";
import type { Clock, Turns } from "../flow/ports.ts";
import type { EndsWatchTimes } from "../flow/watch/watch-ends.ts";
import { createGiveWay } from "../give-way.ts";
import { nameWritesBy } from "../http/hub-audit/own-looks.ts";
import { openHub } from "../hub/client/access.ts";
import { hubClock } from "../hub/client/clock-offset.ts";
import { openLazily } from "../hub/client/lazy.ts";
import type { HubCall } from "../hub/client/seen.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createEager } from "../queue/eager.ts";
import type { LockTimes } from "../queue/worker.ts";
import { createBusy } from "../slack/inbound/busy.ts";
import { createBudget } from "../slack/outbound/budget.ts";
import { slackClients } from "../slack/outbound/client.ts";
import { slackProxy } from "../slack/outbound/proxy.ts";
import type { SlackCall } from "../slack/outbound/seen.ts";
import { sendBy } from "../slack/outbound/send.ts";
import { connect } from "../store/connect.ts";
import { keysOf } from "../store/keys.ts";
import type { LeaseTimes } from "../store/lease.ts";
import { createMemory } from "../store/memory.ts";
import { createTurns } from "../store/turns.ts";

export interface AppDeps {
  /** This machine's. */
  clock: Clock;
  log: Logger;
  /** Milliseconds that only pass; this process's own when left out. */
  elapsed?: () => number;
  /** Shorter in tests: after how long another replica, or the hub alone, takes over, and a call is given up. */
  times?: { lease?: LeaseTimes; locks?: LockTimes; ends?: EndsWatchTimes; callMs?: number };
  /** Of the benches, whose Slack limits nobody. */
  turns?: (counted: Turns) => Turns;
}

export type Clients = ReturnType<typeof connectAll>;

/** Nothing must answer yet. */
export function connectAll(
  config: Config,
  { clock, log, times, elapsed, turns: by = (counted) => counted }: AppDeps,
  opened: AsyncDisposableStack,
) {
  const { env } = config;
  const timeout = times?.callMs;
  const redis = opened.adopt(connect(env.REDIS_URL, { log, commandTimeout: timeout }), (r) => r.close());
  const metrics = createMetrics();
  const onHubCall = (call: HubCall) => {
    metrics.hubCall(call);
    const { method, resource, result, ms } = call;
    log.debug({ hub: `${method} ${resource}`, result, ms: Math.round(ms) }, "called the hub");
  };
  const onSlackCall = (call: SlackCall) => {
    metrics.slackCall(call);
    const { method, result, ms, waitedMs } = call;
    log.debug({ slack: method, result, ms: Math.round(ms), waitedMs: Math.round(waitedMs) }, "called Slack");
  };
  const hub = opened.adopt(
    openLazily(() => openHub(config, { log }), {
      ...{ clock, elapsed, timeout, onCall: onHubCall },
      nameWrite: nameWritesBy(config),
    }),
    (h) => h.close(),
  );
  const proxy = slackProxy(env);
  const toSlack = proxy?.dispatcher ?? new Agent({ allowH2: false });
  opened.defer(() => toSlack.destroy());
  const time = hubClock(clock, hub.clockOffset);
  const shared = { redis: redis.commands, keys: keysOf(config.instance), clock: time };
  const turns = by(createTurns(shared));
  const giveWay = createGiveWay();
  const budget = createBudget({
    ...{ turns, clock: time, send: sendBy(toSlack), giveWay },
    onCall: onSlackCall,
    onPostponed: metrics.slackPostponed,
  });
  const callers = slackClients(env.SLACK_BOT_TOKEN, budget, { apiUrl: env.SLACK_API_URL, timeout });
  const memory = createMemory(shared);
  return {
    metrics,
    redis,
    hub,
    proxy,
    memory,
    callers,
    giveWay,
    eager: createEager(),
    busy: createBusy(),
    interactive: callers.interactive,
    slack: callers.to("trouble"),
  };
}
