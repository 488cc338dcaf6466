/**
 * Keeps a Socket Mode connection for ever, each time with a fresh client. A replica that has lost its records leaves
 * commands to others, as long as Slack counts others: else its "nothing was changed" is the best answer there is.
 */
import type { Clock, Log } from "../../flow/ports.ts";
import type { HoldFound } from "../../flow/support/holds.ts";
import { type Repeating, repeat } from "../../flow/support/repeat.ts";
import { retryAfter, slackError } from "../outbound/client.ts";
import type { SocketConnection } from "./connection.ts";

export interface SocketOptions {
  connect(): Promise<SocketConnection>;
  /** Whether the records can be reached from here. */
  hasRecords(): boolean;
  /** Resolves when nothing waits for an acknowledgement any more. */
  acked(): Promise<void>;
  report(found: readonly HoldFound[]): void;
  clock: Clock;
  log: Log;
}

export interface Socket {
  /** Resolves when a connection is there, or could not be had at once. */
  start(): Promise<void>;
  stop(): Promise<void>;
  isOpen(): boolean;
}

const TICK_MS = 1_000;
/** A connection that was lost sooner is no sign that Slack is well. */
const YOUNG_MS = 10_000;
const BACKOFF_MAX_MS = 30_000;
/** How long the records may be away before a look at who else is there. Replicas that lost them together look one after the other. */
const LOOK_AFTER_MS = { least: 5_000, spread: 10_000 };
const LOOK_AGAIN_MS = { least: 30_000, spread: 30_000 };
/** Who was seen may only have been looking: so much later it is gone again. */
const LOOK_TWICE_MS = { least: 3_000, spread: 3_000 };

interface State {
  current: SocketConnection | undefined;
  openedAt: number;
  /** Attempts that failed, and connections lost young, in a row. */
  failures: number;
  nextTry: number;
  /** When to look for others; undefined while the records are there. */
  nextLook: number | undefined;
  /** The last look saw others. */
  sawOthers: boolean;
  aside: boolean;
  stopped: boolean;
}

export function createSocket(options: SocketOptions): Socket {
  const state: State = {
    ...{ current: undefined, openedAt: 0, failures: 0, nextTry: 0 },
    ...{ nextLook: undefined, sawOthers: false, aside: false, stopped: false },
  };
  const turn = async () => {
    await step(state, options);
    return TICK_MS;
  };
  let turning: Repeating | undefined;
  return {
    async start() {
      await step(state, options);
      const sleep = (ms: number, signal: AbortSignal) => pause(state, options.clock.sleep(ms, signal));
      turning = repeat(turn, { what: "Socket Mode", sleep, log: options.log, after: TICK_MS });
    },
    async stop() {
      state.stopped = true;
      // An attempt under way may take seconds, and ends itself.
      void turning?.close();
      const { current } = state;
      state.current = undefined;
      await current?.close();
    },
    isOpen: () => state.current !== undefined,
  };
}

/** A lost connection cuts the wait short. */
const pause = ({ current }: State, wait: Promise<void>): Promise<void> =>
  Promise.race(current ? [wait, current.lost] : [wait]);

async function step(state: State, options: SocketOptions): Promise<void> {
  const now = options.clock.now();
  if (options.hasRecords()) comeBack(state, options);
  else state.nextLook ??= now + within(LOOK_AFTER_MS);
  if (state.nextLook !== undefined && now >= state.nextLook) return lookForOthers(state, options);
  if (state.current || state.aside || now < state.nextTry) return;
  const fresh = await open(state, options);
  if (fresh) take(state, fresh, options);
}

const within = ({ least, spread }: typeof LOOK_AFTER_MS): number => least + Math.random() * spread;

function comeBack(state: State, { log }: SocketOptions): void {
  state.nextLook = undefined;
  if (state.aside) log.info({}, "the records are there again: taking commands again");
  state.aside = false;
  state.sawOthers = false;
}

/** A new connection in place of the one there is: Slack's hello says how many the app has, of all replicas. */
async function lookForOthers(state: State, options: SocketOptions): Promise<void> {
  const before = state.current;
  const fresh = await open(state, options);
  state.nextLook = options.clock.now() + within(LOOK_AGAIN_MS);
  if (!fresh) return;
  const others = fresh.connections - (before ? 2 : 1);
  const certain = !before || state.sawOthers;
  state.sawOthers = others > 0;
  if (others > 0 && certain) leave(state, options, others);
  else take(state, fresh, options);
  if (others > 0 && !certain) state.nextLook = options.clock.now() + within(LOOK_TWICE_MS);
  // On a closed WebSocket nothing can be acknowledged any more.
  await options.acked();
  await Promise.all([before?.close(), state.aside ? fresh.close() : undefined]);
}

function leave(state: State, { log }: SocketOptions, others: number): void {
  if (!state.aside)
    log.warn({ others }, "no records here, but other replicas are connected: commands are theirs");
  state.aside = true;
  state.current = undefined;
}

function take(state: State, fresh: SocketConnection, { clock }: SocketOptions): void {
  state.aside = false;
  state.current = fresh;
  state.openedAt = clock.now();
  void fresh.lost.then(() => {
    if (state.current !== fresh) return;
    state.current = undefined;
    if (clock.now() - state.openedAt < YOUNG_MS) back(state, clock);
    else state.failures = 0;
  });
}

/** The first time at once, then after 1 s, 2 s, 4 s… */
function back(state: State, clock: Clock, atLeast = 0): void {
  const wait = state.failures === 0 ? 0 : Math.min(TICK_MS * 2 ** (state.failures - 1), BACKOFF_MAX_MS);
  state.failures += 1;
  state.nextTry = clock.now() + Math.max(wait, atLeast);
}

async function open(
  state: State,
  { connect, report, clock }: SocketOptions,
): Promise<SocketConnection | null> {
  try {
    const fresh = await connect();
    report([]);
    if (!state.stopped) return fresh;
    await fresh.close();
  } catch (error) {
    back(state, clock, retryAfter(error) ?? 0);
    if (!state.stopped) report([refused(error)]);
  }
  return null;
}

const refused = (error: unknown): HoldFound => {
  const said = slackError(error);
  return {
    cause: "slack delivery",
    message: said ? `Slack refuses Socket Mode (${said})` : "Socket Mode: Slack does not answer",
    fix: said
      ? "Basic Information → App-Level Tokens: one with connections:write, into SLACK_APP_TOKEN; is the app still installed?"
      : "See whether this machine reaches slack.com, and wss-primary.slack.com behind it",
  };
};
