/** One bot in this process, with its times scaled down: started as it is, or put together by the same composition without its checks. */
import { createHttpDelivery, type Deliver, type Delivered, type Kind } from "../../sandbox/slack/delivery.ts";
import type { LocalSlack } from "../../sandbox/slack/index.ts";
import type { JsonObject } from "../../sandbox/slack/types.ts";
import { assemble, contextOf } from "../../src/app/assemble.ts";
import { type AppDeps, connectAll } from "../../src/app/clients.ts";
import { hubAlarmsOf } from "../../src/app/hub-alarms.ts";
import { hubAuditOf } from "../../src/app/hub-audit.ts";
import { keepEpoch, keepLooking, keepMassEnds, keepSealing } from "../../src/app/keep.ts";
import { startWork } from "../../src/app/work.ts";
import { startApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { watchEnds } from "../../src/flow/watch/watch-ends.ts";
import { startHttp } from "../../src/http/server.ts";
import { hubClock } from "../../src/hub/client/clock-offset.ts";
import { handleClick } from "../../src/slack/inbound/actions/handle.ts";
import { handleCommand } from "../../src/slack/inbound/commands/handle.ts";
import type { HandlerContext } from "../../src/slack/inbound/context.ts";
import { EVENTS } from "../../src/slack/inbound/events/index.ts";
import { handleSubmission } from "../../src/slack/inbound/forms/submit.ts";
import { inviteOf } from "../../src/slack/slash-command.ts";
import { keysOf } from "../../src/store/keys.ts";
import type { Times } from "./times.ts";

export interface Bot {
  deliver: Deliver;
  /** People's payloads that it still works on. */
  handling(): number;
  /** What its plain timers do each minute. */
  minute(): Promise<void>;
  /** Where the hub's audit log comes in. */
  hubAuditPort: number | null;
}

/** In what the bot takes. */
type Deps = AppDeps & { times: Times };

export interface BotOptions {
  slack: LocalSlack;
  /** As `npm start` does it, with the checks, and with people's payloads as signed HTTP; else with neither. */
  whole: boolean;
}

/** Rejects when it refuses to start. `opened` closes it. */
export const startBot = (
  config: Config,
  deps: Deps,
  { slack, whole }: BotOptions,
  opened: AsyncDisposableStack,
): Promise<Bot> => (whole ? startWhole(config, deps, slack, opened) : startBare(config, deps, slack, opened));

async function startWhole(
  config: Config,
  deps: Deps,
  slack: LocalSlack,
  opened: AsyncDisposableStack,
): Promise<Bot> {
  // Sweeps are due by our clock: where it stands, none is late.
  const elapsed = deps.clock.now;
  const app = opened.adopt(await startApp(config, { ...deps, elapsed }), (a) => a.stop());
  const deliver = createHttpDelivery(slack, () => `http://127.0.0.1:${app.port}/slack/events`);
  // Its timers run by themselves, in the machine's time.
  const minute = () => new Promise<void>((resolve) => setTimeout(resolve, deps.times.ends.everyMs));
  return { deliver, handling: () => 0, minute, hubAuditPort: app.hubAuditPort };
}

async function startBare(
  config: Config,
  machine: Deps,
  slack: LocalSlack,
  opened: AsyncDisposableStack,
): Promise<Bot> {
  const clients = connectAll(config, machine, opened);
  const deps = { ...machine, clock: hubClock(machine.clock, clients.hub.clockOffset) };
  const home = () => ({ teamId: slack.bot.teamId });
  const assembled = assemble(config, deps, clients, opened, home);
  const { ports, timerPorts, people, holds, sealing } = assembled;
  const lanes = { urgent: ports, messages: ports, timers: timerPorts };
  startWork(lanes, clients, keysOf(config.instance).prefix, deps, opened);
  opened.adopt(keepEpoch(ports, deps), (r) => r.close());
  opened.adopt(keepLooking(ports), (r) => r.close());
  opened.adopt(keepSealing({ ...ports, ...sealing, holds }), (r) => r.close());
  opened.adopt(keepMassEnds(ports, deps), (r) => r.close());
  const hubAudit = hubAuditOf(config, assembled, hubAlarmsOf(config, assembled, clients)?.signs);
  const http = opened.adopt(await startHttp(0, {}, hubAudit ?? {}), (h) => h.stop());
  await clients.redis.ready(machine.times.callMs).catch(() => {});
  const context: HandlerContext = {
    ...{ ports, people, log: deps.log, client: clients.interactive, language: config.slack.language },
    patient: clients.callers.to("tidying"),
    memory: clients.memory,
    viewContext: contextOf(config, ports.policy, deps.clock),
    leaving: ports.stopping,
    ackWithin: machine.times.callMs,
  };
  const watch = watchEnds({
    ...{ ...timerPorts, holds, invite: inviteOf(config.slack.command) },
    elapsed: machine.clock.now,
  });
  const { signal } = new AbortController();
  return { ...straight(context), minute: () => watch(signal).then(() => {}), hubAuditPort: http.port };
}

type Ack = (answer?: object) => Promise<void>;
type Handle = (context: HandlerContext, body: unknown, ack: Ack) => Promise<void>;

const LATE: Delivered = { status: 0, ms: 0, body: "", error: "operation_timeout" };

/** What Bolt would call, without Bolt. */
function straight(context: HandlerContext): Pick<Bot, "deliver" | "handling"> {
  let handling = 0;
  const deliver: Deliver = async (kind, payload) => {
    const { promise, resolve } = Promise.withResolvers<Delivered>();
    const ack: Ack = async (answer) =>
      resolve({ status: 200, ms: 0, body: answer === undefined ? "" : JSON.stringify(answer) });
    const late = setTimeout(resolve, 3_000, LATE);
    handling += 1;
    void handlerOf(kind, payload)(context, payload, ack)
      .catch(() => {})
      .finally(() => {
        handling -= 1;
      });
    return promise.finally(() => clearTimeout(late));
  };
  return { deliver, handling: () => handling };
}

const handleEvent: Handle = async (context, payload, ack) => {
  await ack();
  const { event } = payload as { event: { type: string } };
  await EVENTS[event.type]?.(context, event);
};

function handlerOf(kind: Kind, payload: JsonObject): Handle {
  if (kind === "slash_commands") return handleCommand;
  if (kind === "events_api") return handleEvent;
  return payload.type === "view_submission" ? handleSubmission : handleClick;
}
