/**
 * Keeps a Socket Mode connection for ever, each time with a fresh client, and has the next one before the last is gone. A
 * replica that has lost its records leaves commands to others, as long as Slack counts others: else its "nothing was
 * changed" is the best answer there is.
 */
import type { Clock } from "../../flow/ports.ts";
import type { HoldFound } from "../../flow/support/holds.ts";
import { type Repeating, repeat } from "../../flow/support/repeat.ts";
import { retryAfter } from "../outbound/client.ts";
import { type Census, type CensusOptions, createCensus } from "./census.ts";
import type { SocketConnection } from "./connection.ts";
import { socketRefused } from "./refused.ts";

export interface SocketOptions extends CensusOptions {
  connect(): Promise<SocketConnection>;
  /** Whether the records can be reached from here. */
  hasRecords(): boolean;
  /** Resolves when nothing waits for an acknowledgement any more. */
  acked(): Promise<void>;
  report(found: readonly HoldFound[]): void;
}

export interface Socket {
  /** Resolves when a connection is there, or could not be had at once. */
  start(): Promise<void>;
  stop(): Promise<void>;
  isOpen(): boolean;
  /** Of this replica: each has seen Slack's hello. */
  connections(): number;
}

const TICK_MS = 1_000;
/** A connection that was lost sooner is no sign that Slack is well. */
const YOUNG_MS = 10_000;
const BACKOFF_MAX_MS = 30_000;
/** One that was replaced goes on taking what Slack still sends it; Slack closes it about 10 s after its warning. */
const LINGER_MS = 15_000;
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
  /** When that was, and for how long nothing is tried from then on: the clock may be set meanwhile. */
  failedAt: number;
  waitMs: number;
  /** When to replace the current one although it lives. */
  renewAt: number | undefined;
  /** Replaced, and not closed yet. */
  retired: Set<SocketConnection>;
  /** When to look for others; undefined while the records are there. */
  nextLook: number | undefined;
  /** The last look saw others. */
  sawOthers: boolean;
  aside: boolean;
  stopping: AbortController;
  census: Census;
}

export function createSocket(options: SocketOptions): Socket {
  const state: State = {
    ...{ current: undefined, openedAt: 0, renewAt: undefined, retired: new Set() },
    ...{ failures: 0, failedAt: 0, waitMs: 0 },
    ...{ nextLook: undefined, sawOthers: false, aside: false, stopping: new AbortController() },
    census: createCensus(options),
  };
  const turn = async () => {
    await step(state, options);
    if (options.hasRecords()) void state.census.keep(owned(state));
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
      state.stopping.abort();
      // An attempt under way may take seconds, and ends itself.
      void turning?.close();
      const open = [state.current, ...state.retired];
      state.current = undefined;
      await Promise.all(open.map((one) => one?.close()));
      await state.census.keep(0);
    },
    isOpen: () => state.current !== undefined,
    connections: () => owned(state),
  };
}

const owned = ({ current, retired }: State): number => retired.size + (current ? 1 : 0);

/** A connection that is lost, or will be, cuts the wait short. */
const pause = ({ current, renewAt }: State, wait: Promise<void>): Promise<void> =>
  Promise.race([
    wait,
    ...(current ? [current.lost] : []),
    ...(current && !renewAt ? [current.expiring] : []),
  ]);

async function step(state: State, options: SocketOptions): Promise<void> {
  const now = options.clock.now();
  if (options.hasRecords()) comeBack(state, options);
  else state.nextLook ??= now + within(LOOK_AFTER_MS);
  if (state.nextLook !== undefined && now >= state.nextLook) return lookForOthers(state, options);
  if (state.aside || Math.abs(now - state.failedAt) < state.waitMs || !isWanted(state, now)) return;
  const fresh = await open(state, options);
  if (!fresh) return;
  const before = state.current;
  take(state, fresh, options);
  if (before) void retire(state, before, options);
  const after = await state.census.judge(fresh.connections, owned(state));
  if (after !== undefined) state.renewAt ??= options.clock.now() + after;
}

const isWanted = ({ current, renewAt = Number.POSITIVE_INFINITY }: State, now: number): boolean =>
  !current || now >= renewAt;

async function retire(state: State, old: SocketConnection, { clock, acked }: SocketOptions): Promise<void> {
  state.retired.add(old);
  void old.lost.then(() => state.retired.delete(old));
  await Promise.race([old.lost, clock.sleep(LINGER_MS, state.stopping.signal).catch(() => {})]);
  // On a closed WebSocket nothing can be acknowledged any more.
  await acked();
  await old.close();
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
  const others = fresh.connections - owned(state) - 1;
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
  state.renewAt = undefined;
  state.openedAt = clock.now();
  void fresh.expiring.then(() => {
    if (state.current === fresh) state.renewAt = clock.now();
  });
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
  state.failedAt = clock.now();
  state.waitMs = Math.max(wait, atLeast);
}

async function open(
  state: State,
  { connect, report, clock }: SocketOptions,
): Promise<SocketConnection | null> {
  const { signal } = state.stopping;
  try {
    const fresh = await connect();
    report([]);
    if (!signal.aborted) return fresh;
    await fresh.close();
  } catch (error) {
    back(state, clock, retryAfter(error) ?? 0);
    // While the one before still lives, nothing is missed.
    if (!signal.aborted && !state.current) report([{ cause: "slack delivery", ...socketRefused(error) }]);
  }
  return null;
}
