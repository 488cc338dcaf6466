/** Where more is over than is ended at once, every binding goes before any end is seen to further: refused soon, all of them. */
import { SECOND } from "../../domain/duration.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { In } from "../../domain/request.ts";
import type { Ports, Recorded } from "../ports.ts";
import { lookAtEpoch } from "../support/as-on-hub.ts";

/** As many as timers are run at once. */
const AT_ONCE = 24;
/** Read in one go. */
const BATCH = 5;
/** While their ends are seen to, others come to be over, which wait behind them. */
const AGAIN_MS = SECOND / 2;
/** Where many are over, more will be soon. */
const QUIET_MS = SECOND / 10;
/** One replica at a time goes through what waits; one that died keeps the others for so long. */
const LEASE = "expiry";
const PAUSES_MAX = 30;

/** Whose time is over too, as their timers say that wait for their turn. Throws while Redis does not answer. */
type Waiting = () => Promise<RequestId[]>;

/**
 * Resolves when the end of `id` may go on: nobody's binding waits for it. It promises nothing: what fails is left to
 * each one's own end, which says what keeps it.
 */
export function createExpiry(
  ports: Pick<Ports, "requests" | "grants" | "lease" | "epoch" | "clock" | "log" | "stopping">,
): (id: RequestId, waiting: Waiting) => Promise<void> {
  const todo = new Set<RequestId>();
  const over: In<"active">[] = [];
  const reads = new Set<Promise<void>>();
  let taken = new Set<RequestId>();
  let looked = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  const look = async (waiting: Waiting): Promise<void> => {
    looked = ports.clock.now();
    const ids = await waiting();
    taken = new Set(ids.filter((id) => taken.has(id)));
    for (const id of ids) if (!taken.has(id)) todo.add(id);
  };

  const take = (): RequestId[] => {
    const ids: RequestId[] = [];
    for (const id of todo) {
      todo.delete(id);
      taken.add(id);
      if (ids.push(id) === BATCH) break;
    }
    return ids;
  };

  const read = async (): Promise<void> => {
    const found = await ports.requests.getMany(take());
    over.push(...found.filter((r) => isOver(r, ports)));
  };

  /** None while nothing more is being read: whoever finds none says that all bindings have been seen to. */
  const next = async (): Promise<In<"active"> | undefined> => {
    while (over.length === 0 && (todo.size > 0 || reads.size > 0)) {
      if (todo.size === 0) await Promise.race(reads);
      else {
        const one: Promise<void> = read().finally(() => reads.delete(one));
        await Promise.race(reads.add(one));
      }
    }
    return over.shift();
  };

  /** A hub that refuses, or is away, would do so for all of them. */
  const giveUp = (error: unknown) => {
    todo.clear();
    over.length = 0;
    ports.log.warn({ err: error }, "not every binding goes first; each end goes on by itself");
  };

  const worker = async () => {
    for (let r = await next(); r; r = await next()) await unbind(ports, r).catch(giveUp);
  };

  /** Nobody waits for a last one that hangs. */
  const unbindAll = () => Promise.race(Array.from({ length: AT_ONCE }, worker));
  const pause = () => ports.clock.sleep(QUIET_MS, ports.stopping);

  const goThrough = async (waiting: Waiting) => {
    for (let isQuiet = false; !isQuiet || todo.size > 0; await look(waiting)) {
      isQuiet = todo.size === 0;
      await (isQuiet ? pause() : unbindAll());
    }
  };

  /** Whoever waits by the time that another replica is through has been seen to. */
  const leaveToOther = async (waiting: Waiting) => {
    const note = async () => {
      taken = new Set(await waiting());
    };
    for (let pauses = 0; pauses < PAUSES_MAX && !(await ports.lease.hold(LEASE, note)); pauses++)
      await pause();
  };

  const run = async (waiting: Waiting) => {
    looked = ports.clock.now();
    // Alone, it is ended whole.
    if (todo.size < 2 && (await waiting()).length === 0 && todo.size < 2) return todo.clear();
    await lookAtEpoch(ports);
    // What this replica has begun waits in no queue.
    await unbindAll();
    if (!(await ports.lease.hold(LEASE, () => goThrough(waiting)))) await leaveToOther(waiting);
  };

  return async (id, waiting) => {
    if (!taken.has(id)) todo.add(id);
    const isLate = Math.abs(ports.clock.now() - looked) >= AGAIN_MS;
    if (!running && todo.size === 0 && !isLate) return;
    running ??= run(waiting)
      .catch(giveUp)
      .finally(() => {
        running = null;
      });
    await running;
  };
}

/**
 * Its record says so, and no more time is given to it any more (transitions.ts). Of a Redis that may be older than more
 * time that was given, each one's own end asks the hub.
 */
const isOver = (r: Recorded, { clock, epoch }: Pick<Ports, "clock" | "epoch">): r is In<"active"> =>
  r !== null &&
  r !== "unreadable" &&
  r.state === "active" &&
  clock.now() >= r.expiresAt &&
  !isDoubtful(r, { before: epoch.before() });

/** Known by its uid, it needs no lease: deleting twice does no harm. */
const unbind = ({ grants, stopping }: Pick<Ports, "grants" | "stopping">, r: In<"active">): Promise<void> =>
  grants.removeBinding(r, r.grant, stopping);
