/** The one door to Slack's Web API: every call waits for its turn here, and what Slack asks one method to wait, all replicas wait. */
import { createHash, randomUUID } from "node:crypto";
import type { FetchFunction } from "@slack/web-api";
import { SECOND } from "../../domain/duration.ts";
import { type Clock, isStoreAway, type Room, SlackBusy, type Turns } from "../../flow/ports.ts";
import type { GiveWay } from "../../give-way.ts";
import { roomsOf, URGENCIES, type Urgency } from "./limits.ts";
import { markIn } from "./mark.ts";
import { createOrder, type Write } from "./order.ts";
import { failureOf, resultOf, type SlackCall } from "./seen.ts";
import { askToWait, type SlackAnswer } from "./send.ts";

export interface BudgetOptions {
  turns: Turns;
  clock: Clock;
  /** For calls that nobody's access waits for. */
  giveWay: GiveWay;
  send: FetchFunction;
  /** Told of each call when it is answered. */
  onCall?: ((call: SlackCall) => void) | undefined;
  /** Told of each call that is put off, for want of room. */
  onPostponed?: ((method: string) => void) | undefined;
}

export interface Budget {
  /** For a client of the Web API. `timeoutMs`: of the call itself, however long it waited before. */
  fetch(urgency: Urgency | "reserved", timeoutMs: number): FetchFunction;
  /** Room for each of these calls, which are then made without another turn. `what` they are for. Throws SlackBusy. */
  reserve(calls: readonly Call[], urgency: Urgency, what: string): Promise<Reserved>;
  /** Whoever will reserve it in so many ms: until then what is less urgent leaves them room. */
  lineUp(call: Call, urgency: Urgency, what: string, ms: number): Promise<void>;
  /** Of all replicas together one in so many ms. Throws SlackBusy. */
  oneTry(what: string, ms: number): Promise<void>;
}

export interface Call {
  method: string;
  /** The channel. */
  where?: string;
}

export interface Reserved extends AsyncDisposable {
  /** Whether there is still room for a call of this method; then it is used up. */
  use(method: string): boolean;
}

/** A token goes by an edit or a deletion: whoever waits for one of them is in no line. */
const TOGETHER = [{ holdMs: 3 * SECOND }];
/** A shorter wait is waited for in place. */
const PATIENCE_MS = 2.5 * SECOND;
/** Whoever reserved and did not come for so long keeps it from others in vain. */
const RESERVED_MS = 10 * SECOND;

export function createBudget(options: BudgetOptions): Budget {
  const order = createOrder();
  return {
    fetch: (urgency, timeoutMs) => async (url, init) => {
      const method = String(url).split("/").at(-1) ?? "";
      const fields = new URLSearchParams(typeof init?.body === "string" ? init.body : "");
      const where = fields.get("channel") ?? fields.get("users");
      const rooms = urgency === "reserved" ? [] : roomsOf(method, where, urgency);
      const write: Write = { method, urgency, init, isOut: false };
      const send = () => options.send(url, { ...write.init, signal: AbortSignal.timeout(timeoutMs) });
      const place = { rooms, place: placeOf(method, fields), rank: rankOf(urgency) };
      const now = () => go(options, place, write, send);
      // Before its turn: what has taken one and comes later than that comes beside the next.
      const call = () => (isPressing(place) ? now() : options.giveWay(now));
      const surface = surfaceOf(method, fields);
      return surface === null ? call() : order(surface, write, call);
    },
    reserve: (calls, urgency, what) =>
      reserve(options, calls, urgency, { place: what, rank: rankOf(urgency) }),
    lineUp: async (call, urgency, what, ms) => {
      const turn = { place: what, rank: rankOf(urgency) };
      await counted(() => options.turns.lineUp(roomsFor(call, urgency), turn, ms));
    },
    async oneTry(what, ms) {
      const room = { name: `try:${what}`, most: 1, windowMs: ms };
      const turn = { id: randomUUID(), place: what, rank: 0, ...TOGETHER[0] };
      const wait = await counted(() => options.turns.take([room], turn));
      if (wait) throw new SlackBusy(wait);
    },
  };
}

/** What is written over: of writes to one of them the last counts. */
function surfaceOf(method: string, fields: URLSearchParams): string | null {
  if (method === "views.publish") return `home:${fields.get("user_id")}`;
  const isEdit = method === "chat.update" || method === "chat.delete";
  return isEdit && fields.get("ts") ? `${fields.get("channel")}:${fields.get("ts")}` : null;
}

const rankOf = (urgency: Urgency | "reserved"): number =>
  urgency === "reserved" ? 0 : URGENCIES.indexOf(urgency);

/** What tells one call of a method from another. */
const SUBJECTS = ["channel", "ts", "user", "users", "user_id", "trigger_id", "view_id"];

/**
 * The same whenever the same is tried again: a place that nobody comes back to keeps others waiting. A post is known by the
 * mark on its first block; without one, by what it says.
 */
function placeOf(method: string, fields: URLSearchParams): string {
  const mark = markIn(fields.get("blocks"));
  if (method === "chat.postMessage" && !mark) return digestOf(fields);
  return [method, ...SUBJECTS.map((name) => fields.get(name)), mark].filter(Boolean).join(" ");
}

const digestOf = (fields: URLSearchParams): string =>
  createHash("sha256").update(fields.toString()).digest("base64");

const roomsFor = ({ method, where }: Call, urgency: Urgency): Room[] =>
  roomsOf(method, where ?? null, urgency);

interface Place {
  rooms: Room[];
  place: string;
  rank: number;
}

const isPressing = ({ rank }: Place): boolean => rank <= rankOf("show");

async function go(
  options: BudgetOptions,
  place: Place,
  write: Write,
  send: () => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  const began = options.clock.now();
  const until = began + PATIENCE_MS;
  for (;;) {
    const wait = await turn(options, place, randomUUID(), until);
    if (wait > 0) options.onPostponed?.(write.method);
    if (wait > 0) return askToWait(wait);
    if (write.isDropped) return askToWait(SECOND);
    write.isOut = true;
    const response = await seen(options, write.method, options.clock.now() - began, send);
    const after = askedToWait(response);
    if (after === null) return response;
    write.isOut = false;
    const [refused] = place.rooms;
    const isClosed = refused && (await counted(() => options.turns.close(refused, after).then(() => true)));
    // Whatever was asked, nothing was done: the turn that comes next is this one's again.
    if (!refused || options.clock.now() + after > until) return response;
    // Without Redis no turn waits.
    if (!isClosed) await options.clock.sleep(after);
  }
}

async function seen(
  { onCall }: BudgetOptions,
  method: string,
  waitedMs: number,
  send: () => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  if (!onCall) return send();
  const began = performance.now();
  const tell = (result: string) => onCall({ method, result, ms: performance.now() - began, waitedMs });
  try {
    const response = await send();
    tell(resultOf(response, await response.text()));
    return response;
  } catch (error) {
    tell(failureOf(error));
    throw error;
  }
}

/** 0 when it has come; else the milliseconds it would take beyond `until`. */
async function turn(
  options: BudgetOptions,
  { rooms, place, rank }: Place,
  id: string,
  until: number,
): Promise<number> {
  const { turns, clock } = options;
  for (;;) {
    if (rooms.length === 0) return 0;
    const wait = (await counted(() => turns.take(rooms, { id, place, rank, ...TOGETHER[rank] }))) ?? 0;
    if (wait === 0 || clock.now() + wait > until) return wait;
    await clock.sleep(wait);
  }
}

/** Without Redis nobody counts, and Slack says itself when it is too much. */
async function counted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isStoreAway(error)) return undefined;
    throw error;
  }
}

async function reserve(
  options: BudgetOptions,
  calls: readonly Call[],
  urgency: Urgency,
  place: Pick<Place, "place" | "rank">,
): Promise<Reserved> {
  const { turns, clock } = options;
  const left = new Map(calls.map((call) => [call.method, roomsFor(call, urgency)]));
  const id = randomUUID();
  const wait = await turn(
    options,
    { ...place, rooms: [...left.values()].flat() },
    id,
    clock.now() + PATIENCE_MS,
  );
  if (wait > 0) throw new SlackBusy(wait);
  const end = clock.now() + RESERVED_MS;
  return {
    use(method) {
      const rooms = left.get(method);
      if (!rooms || clock.now() >= end) return false;
      left.delete(method);
      // Slack counts it from now on.
      void counted(() => turns.callsNow(rooms, id));
      return true;
    },
    async [Symbol.asyncDispose]() {
      const rooms = [...left.values()].flat();
      left.clear();
      if (rooms.length > 0) await counted(() => turns.giveBack(rooms, id));
    },
  };
}

/** Milliseconds; null when it was let in. */
function askedToWait({ status, headers }: SlackAnswer): number | null {
  const seconds = Number(headers.get("retry-after"));
  return status === 429 && seconds > 0 ? seconds * SECOND : null;
}
