/** Slack's door: commands, clicks and submissions come in by Bolt, and leave nothing unanswered. */
import { App, type ViewSubmitAction } from "@slack/bolt";
import type { HoldFound } from "../../flow/support/holds.ts";
import { sendDirectly } from "../outbound/send.ts";
import { unforeseenReply } from "../views/index.ts";
import { handleClick } from "./actions/handle.ts";
import { boltLog } from "./bolt-log.ts";
import type { Busy } from "./busy.ts";
import { type EphemeralAnswer, handleCommand } from "./commands/handle.ts";
import type { HandlerContext } from "./context.ts";
import { EVENTS } from "./events/index.ts";
import { handleSubmission } from "./forms/submit.ts";
import { COMMAND, SHORTCUT } from "./kinds.ts";
import { createReceiver, type SlackReceiver, type Transport } from "./receiver.ts";
import { handleShortcut } from "./shortcut.ts";

export interface ListenerOptions extends Omit<HandlerContext, "leaving"> {
  transport: Transport;
  busy: Busy;
  token: string;
  botId: string;
  botUserId: string;
  apiUrl?: string | undefined;
  pongWithin?: number;
  /** Whether the records can be reached from here: a replica without them leaves commands to others that have them. */
  hasRecords(): boolean;
  /** Told what keeps Slack from reaching us, and when it is over. */
  report(found: readonly HoldFound[]): void;
  /** Socket Mode only: how many connections this replica has; answers how many all replicas have. May reject. */
  held(own: number): Promise<number>;
  /** Told what people should know of although it holds nothing back. */
  notice(found: readonly HoldFound[]): void;
  /** Told of each kind that Slack sends: what never comes, the app's manifest may lack. Never rejects. */
  sent(kind: string): Promise<void>;
}

export interface SlackListener {
  /** Resolves when Slack reaches us, or did not at once: then it is tried for ever. */
  start(): Promise<void>;
  /** Takes no more work, and resolves when what was taken is done. Once is enough; twice is harmless. */
  stop(): Promise<void>;
  /** Commands and clicks can come in; over HTTP, as far as we can know. */
  isOpen(): boolean;
  /** Socket Mode only: of this replica. */
  connections(): number | undefined;
}

export function createListener(options: ListenerOptions): SlackListener {
  const { transport, busy, apiUrl, proxy, log, pongWithin, hasRecords, report, held, notice } = options;
  const line = createReceiver(transport, {
    ...{ logger: boltLog(log), apiUrl, proxy, pongWithin, hasRecords, report, held, notice, log },
    acked: busy.acked,
    clock: options.ports.clock,
  });
  const leaving = new AbortController();
  register(createApp(options, line), { ...options, leaving: leaving.signal }, options);
  let stopped: Promise<void> | undefined;
  return {
    start: () => line.start(),
    stop: () => (stopped ??= stop(line, busy, leaving)),
    isOpen: () => line.isOpen(),
    connections: () => line.connections?.(),
  };
}

async function stop(line: SlackReceiver, busy: Busy, leaving: AbortController): Promise<void> {
  // On a closed WebSocket nothing can be acknowledged any more.
  await busy.acked();
  await line.stop();
  leaving.abort();
  await busy.idle();
}

function createApp(
  { token, botId, botUserId, apiUrl, proxy, log }: ListenerOptions,
  { receiver }: SlackReceiver,
): App {
  const app = new App({
    receiver,
    token,
    botId,
    botUserId,
    convoStore: false,
    logger: boltLog(log),
    clientOptions: {
      timeout: 1_000,
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      fetch: proxy?.fetch ?? sendDirectly,
    },
  });
  // Not the extended handler: its `context` holds the token.
  app.error(async (error) => log.error({ err: error }, "Bolt could not handle what Slack sent"));
  return app;
}

const ANY = /^/;
const acknowledged = ({ ack }: { ack: () => Promise<void> }): Promise<void> => ack();

function register(app: App, context: HandlerContext, { busy, sent }: ListenerOptions): void {
  const sorry = (): EphemeralAnswer => ({
    response_type: "ephemeral",
    ...unforeseenReply(undefined, context.viewContext(context.language)),
  });
  const noting =
    <A>(kind: string, handle: Handle<A>): Handle<A> =>
    (...sentNow) => {
      void sent(kind);
      return handle(...sentNow);
    };
  app.command(ANY, serve(context, busy, noting(COMMAND, handleCommand), sorry));
  app.action(ANY, serve<undefined>(context, busy, handleClick));
  app.view<ViewSubmitAction>(ANY, serve(context, busy, handleSubmission));
  app.view({ callback_id: ANY, type: "view_closed" }, acknowledged);
  app.shortcut(ANY, serve<undefined>(context, busy, noting(SHORTCUT, handleShortcut)));
  app.options(ANY, acknowledged);
  for (const [name, handle] of Object.entries(EVENTS))
    app.event(name, ({ event }) => {
      void sent(name);
      return serveEvent(context, busy, () => handle(context, event));
    });
}

/** Never rejects: Slack has its acknowledgement already. */
const serveEvent = ({ log }: HandlerContext, busy: Busy, work: () => Promise<void>): Promise<void> =>
  busy.run(async (acked) => {
    acked();
    await work().catch((error: unknown) =>
      log.error({ err: error }, "an event of Slack's could not be handled"),
    );
  });

type Ack<A> = (answer?: A) => Promise<void>;
type Handle<A> = (context: HandlerContext, body: unknown, ack: Ack<A>) => Promise<void>;

/** Counts a handler, and acknowledges for one that failed before it did. Never rejects. */
const serve =
  <A>(context: HandlerContext, busy: Busy, handle: Handle<A>, sorry?: () => A) =>
  ({ body, ack }: { body: unknown; ack: Ack<A> }): Promise<void> =>
    busy.run(async (acked) => {
      let answered = false;
      const once: Ack<A> = async (answer) => {
        answered = true;
        await ack(answer).finally(acked);
      };
      try {
        await handle(context, body, once);
      } catch (error) {
        context.log.error({ err: error }, "what Slack sent could not be handled");
        if (!answered) await once(sorry?.()).catch(() => {});
      }
    });
