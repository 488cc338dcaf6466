/** Account, binding and token on the hub, then the token in a DM, or what shows it at a click; where that cannot be, or is over, it ends. approved → delivering → active; approved | delivering → ending */
import { setImmediate as turn } from "node:timers/promises";
import { isRevealed } from "../domain/delivery.ts";
import { MINUTE, SECOND } from "../domain/duration.ts";
import { isDoubtful } from "../domain/epoch.ts";
import { formerOf } from "../domain/former.ts";
import { isRenewing } from "../domain/generations.ts";
import type { RequestId } from "../domain/ids.ts";
import { endBy } from "../domain/mass-end.ts";
import { hasTokenAt, isSaid, tokenGoing, UNKNOWN, withTokenAside } from "../domain/messages.ts";
import { toldOutage } from "../domain/outage.ts";
import type { Grant } from "../domain/request.ts";
import { active, delivering, ending, failed } from "../domain/transitions.ts";
import { mustLeave, unbindMeanwhile } from "./end.ts";
import { failDoubtful, followLive } from "./mend/settle-doubtful.ts";
import {
  type AccessRequest,
  type Change,
  GrantFailed,
  type GrantMade,
  type Held,
  type In,
  type Later,
  type Place,
  type Ports,
  type RoomForToken,
  TroubleOutside,
} from "./ports.ts";
import { asDelivered } from "./support/as-delivered.ts";
import { commit } from "./support/commit.ts";
import { underEach } from "./support/disputed.ts";
import { leaveHub } from "./support/leave-hub.ts";
import { createWithToken, type MaybeMinted, tryToken } from "./support/mint.ts";
import { noteToken } from "./support/note-token.ts";
import { noteOutage, reportOutage } from "./support/outage.ts";
import { assertOutside } from "./support/outside.ts";
import { type Posted, postMessage } from "./support/post.ts";
import { postTokenMessage } from "./support/post-token-message.ts";
import { settleAll } from "./support/settle-all.ts";
import { assertStillAllowed, waitsForRules } from "./support/still-allowed.ts";
import { takeOffReplaced, takeOffUnknown } from "./support/take-off-replaced.ts";
import { againWhileLocked } from "./support/while-locked.ts";
import { clearHeld } from "./take-token-off.ts";

type Open = In<"approved" | "delivering">;

const HELD_BACK_MS = 5 * SECOND;
/** Each look lists on the hub, and of a copy there may be many; once an administrator goes on, none of them is granted. */
const DOUBTFUL_MS = MINUTE;

/** `version`: of the record that asks for it, which may not have landed yet, or have come too late. */
export async function provisionGrant(ports: Ports, id: RequestId, version = 0): Promise<Later> {
  const worked = await ports.lease.holdRequest(id, async (request, held) => {
    if (request && request.version < version) return { again: ports.clock.now() };
    const later = await againWhileLocked(ports, () => provision(ports, request, held));
    // Whoever lost the lease on the way may have left it undone.
    return later ?? (held.signal.aborted ? { again: ports.clock.now() } : undefined);
  });
  return worked ? worked.done : unbindMeanwhile(ports, id);
}

async function provision(ports: Ports, request: AccessRequest | null, held: Held): Promise<Later> {
  if (!isOpen(request)) return undefined;
  const { id } = request;
  // What gave way goes whatever new access waits for, and its proof runs beside the new token.
  const leaving = mustLeave(request).map((going) => leaveHub(ports, going, held.signal));
  const unbinding = reportOutage(ports, id, "hub", () => settleAll(leaving.map((one) => one.unbound)));
  const unbound = orTold(ports, id, unbinding);
  const granting = unbound.then(() => grant(ports, request, held));
  const [later] = await settleAll([granting, ...leaving.map((one) => one.gone)]);
  return later;
}

async function grant(ports: Ports, request: Open, held: Held): Promise<Later> {
  const { id } = request;
  await using early = isFirstTry(request) ? startRoom(ports, request) : null;
  // After the record: it is of a Redis that the hub was asked about.
  const look = () => settleAll([ports.epoch.look(), ports.lockdown.look(), ports.hubEnds.of(id)]);
  const looking = orTold(ports, id, reportOutage(ports, id, "hub", look));
  const each = underEach(ports);
  const differing = waitsForRules(ports, request, each);
  const [[epoch, lockdown, ended], differs] = await settleAll([looking, differing, each]);
  const over = lockdown ? endBy(lockdown, ports.clock.now()) : ended;
  const isOlder = isDoubtful(request, epoch ?? { before: ports.epoch.before() });
  // Its record says so before it ends, and whatever new access waits for.
  const isLive = isOlder && (await orTold(ports, id, followLive(ports, request)));
  // Awaited: the room may take longer than this takes to fail.
  if (over) return await stop(ports, id, (r) => ending(r, over));
  if (isLive) return undefined;
  // Whether it has more time on the hub, its end asks.
  if (!epoch && ports.clock.now() >= request.expiresAt) return undefined;
  const waits = !epoch || ports.heldBack() ? "held-back" : differs;
  if (waits && ports.clock.now() < request.expiresAt) {
    await noteOutage(ports, id, waits);
    await announceWait(ports, id);
    return { again: ports.clock.now() + (isOlder ? DOUBTFUL_MS : HELD_BACK_MS) };
  }
  if (epoch && isOlder) await failDoubtful(ports, request);
  else await setUp(ports, request, { early, each }, held);
  return undefined;
}

/** Of an earlier try nothing stands that must go first. */
const isFirstTry = (r: Open): boolean => r.state === "approved" && !r.messages.token;

/** Asked for, whatever comes of it. */
function startRoom(ports: Ports, request: Open): StartedRoom {
  const room = isRevealed(request) ? Promise.resolve(null) : ports.notifier.roomForToken(request);
  const over = room.then(
    (kept) => () => kept?.[Symbol.asyncDispose](),
    () => () => {},
  );
  return { room, [Symbol.asyncDispose]: async () => (await over)() };
}

interface StartedRoom extends AsyncDisposable {
  room: Promise<RoomForToken | null>;
}

/** Where it fails before there is a message, whoever waits is told by one. Throws what `work` throws. */
const orTold = <T>(ports: Ports, id: RequestId, work: Promise<T>): Promise<T> =>
  work.catch(async (error: unknown) => {
    if (!(error instanceof GrantFailed))
      await announceWait(ports, id).catch((err: unknown) =>
        ports.log.warn({ id, err }, "nobody is told yet that it takes longer"),
      );
    throw error;
  });

/** Whoever needed no approval, or whose old token's message is gone, has none yet that could say so. */
async function announceWait(ports: Ports, id: RequestId): Promise<void> {
  const request = await ports.requests.get(id);
  if (isOpen(request) && toldOutage(request) && !isSaid(request, "token"))
    await postMessage(ports, request, { key: "token", shows: "outage" });
}

const isOpen = (r: AccessRequest | null): r is Open => r?.state === "approved" || r?.state === "delivering";

async function setUp(
  ports: Ports,
  found: Open,
  { early, each }: { early: StartedRoom | null; each: ReturnType<typeof underEach> },
  { signal, assertHeld }: Held,
): Promise<void> {
  const { id } = found;
  const today = await asDelivered(ports, found, each);
  const request = isOpen(today) ? await withoutOldToken(ports, today) : today;
  if (!isOpen(request)) return;
  const now = ports.clock.now();
  if (now >= request.expiresAt)
    return stop(ports, id, (r) =>
      isOpen(r) && now >= r.expiresAt ? ending(r, { cause: "expired", at: now }) : null,
    );
  let ts: string | undefined;
  try {
    const outside = isRenewing(request) ? undefined : assertOutside(ports, request, each);
    outside?.catch(() => {});
    // Before the token: one that were made and then had to wait would count as one that may have been shown.
    await using started = early ?? startRoom(ports, request);
    const [room] = await Promise.all([started.room, outside]);
    const ready = await prepare(ports, request, room, signal);
    ts = ready.placed.place.ts;
    await deliver(ports, request, { ...ready, room }, signal);
  } catch (error) {
    if (!(error instanceof GrantFailed)) throw error;
    ports.log.error({ id, failure: error.failure, err: error }, "this grant cannot be made");
    await stop(ports, id, (r) => {
      assertHeld();
      return isMine(r, ts) ? failed(r, error.failure, ports.clock.now(), error.said) : null;
    });
  }
}

/** Not another's try, made while this one slept: that one has a message of its own. */
const isMine = (r: AccessRequest, ts: string | undefined): boolean =>
  isOpen(r) && (ts === undefined || hasTokenAt(r, { ts }));

const stop = async (ports: Ports, id: RequestId, change: Change): Promise<undefined> =>
  void (await commit(ports, id, change));

/**
 * Another try may have been about to show a token, and be asleep: over a message that is gone it cannot, so that
 * message goes first. So does that of the token which gave way: the new one rings.
 */
async function withoutOldToken(ports: Ports, request: Open): Promise<AccessRequest> {
  const { id } = request;
  const sent = request.messages.token;
  if (!sent?.token) return request;
  const of = request.state === "delivering" ? request : formerOf(request).at(-1);
  const { generation, tokenExpiresAt } = {
    generation: of?.generation ?? request.generation,
    tokenExpiresAt: of?.grant.tokenExpiresAt ?? request.expiresAt,
  };
  // Else they could call it shown when it is deleted.
  const now = await commit(ports, id, (r) => (isOpen(r) ? tokenGoing(r, sent) : null));
  if (!isOpen(now) || now.messages.token?.ts !== sent.ts) return now;
  const keep = await reportOutage(ports, id, "slack", () =>
    takeOffReplaced(ports, request, { ...sent, generation, tokenExpiresAt }),
  );
  return commit(ports, id, (r) => {
    const { token, ...others } = r.messages;
    if (!isOpen(r)) return null;
    // Another try may have posted its own meanwhile.
    return keep(token?.ts === sent.ts ? { ...r, messages: others } : r);
  });
}

/** What stands on the hub with its token, a message in the DM, and a last look at everybody, side by side: none needs the other. */
async function prepare(
  ports: Ports,
  request: Open,
  room: RoomForToken | null,
  signal: AbortSignal,
): Promise<Ready> {
  const { id } = request;
  const allowed = reportOutage(ports, id, "slack", () => assertStillAllowed(ports, request));
  const minting = reportOutage(ports, id, "hub", () => orRefused(grantOnHub(ports, request, signal)));
  const granting = minting.then((made) =>
    reportOutage(ports, id, "hub", () => withTokenTried(ports, made, signal)),
  );
  const good = settleAll([granting, allowed]);
  const telling = tellBoth(ports, request, { minting, good }, signal);
  const place = () => reportOutage(ports, id, "slack", () => placeFor(ports, request, { room, ...telling }));
  // Where it was said that it takes long, the message that rings waits for its token: it could only say so again. What says that a click shows one must be true.
  const placing = saysDelay(request) || isRevealed(request) ? orTold(ports, id, good).then(place) : place();
  const [grant, placed] = await settleAll([granting, placing, allowed]).catch(async (error: unknown) => {
    await telling.annotating()?.catch(() => {});
    throw error;
  });
  const earlier = grant.tokenMessage;
  if (earlier && earlier.ts !== placed.place.ts)
    await withoutEarlier(ports, request, { ...earlier, ...grant.grant });
  return { ...grant, placed, annotating: telling.annotating() };
}

/**
 * The hub is told where the token will stand once both are known, while its login tries the token; and our record of
 * the grant with its place, where it is good by then and whoever gets it still may.
 */
function tellBoth(
  ports: Ports,
  request: Open,
  { minting, good }: { minting: Promise<OnHub>; good: Promise<unknown> },
  signal: AbortSignal,
) {
  let made: Grant | undefined;
  let place: Place | undefined;
  let isGood = false;
  let annotating: Promise<void> | undefined;
  const annotate = () => {
    if (!made || !place) return;
    annotating = note(ports, request, made, place, signal);
    annotating.catch(() => {});
  };
  minting.then(
    ({ grant, tokenMessage }) => {
      made = tokenMessage ? undefined : grant;
      annotate();
    },
    () => {},
  );
  good.then(
    () => {
      isGood = true;
    },
    () => {},
  );
  return {
    also: (r: AccessRequest) => (isGood && made && delivering(r, made)) || r,
    beside: async (known: Place) => {
      place = known;
      annotate();
      if (!annotating) return;
      // It is waited for the longest, so it goes out first: after a turn, in which its idle connection is looked at.
      await turn();
      await turn();
    },
    annotating: () => annotating,
  };
}

const note = (ports: Ports, request: Open, grant: Grant, place: Place, signal: AbortSignal): Promise<void> =>
  reportOutage(ports, request.id, "hub", () => orRefused(noteToken(ports, request, grant, place, signal)));

/** What the bot may not do on the hub now, it may not do a moment later either: whoever waits is told. */
const orRefused = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    const isRefused = error instanceof TroubleOutside && error.forbidden;
    throw isRefused ? new GrantFailed("hub-refuses", error.message) : error;
  });

/** A message that the record does not know: of another try. */
const withoutEarlier = (ports: Ports, request: Open, earlier: Place & Grant): Promise<void> =>
  reportOutage(ports, request.id, "slack", () => takeOffUnknown(ports, request, earlier));

type OnHub = GrantMade & MaybeMinted;

/** A token that waits for its message harms nobody: nobody has seen it. */
async function grantOnHub(ports: Ports, request: Open, signal: AbortSignal): Promise<OnHub> {
  if (!isRevealed(request)) return createWithToken(ports, request, signal);
  const made = await ports.grants.create(request, signal);
  return { ...made, token: null, grant: withoutToken(made, request) };
}

async function withTokenTried(ports: Ports, made: OnHub, signal: AbortSignal): Promise<OnHub> {
  if (made.token) await tryToken(ports, made.token, signal);
  return made;
}

const withoutToken = ({ accountUid, bindingUid }: GrantMade, { expiresAt }: Open): Grant => ({
  ...{ accountUid, bindingUid },
  tokenExpiresAt: expiresAt,
  shortened: false,
});

interface Ready extends OnHub {
  placed: Posted;
  /** Where it has begun. */
  annotating: Promise<void> | undefined;
}

/** The DM without the token: its place is in the record before a token is shown. */
async function placeFor(
  ports: Ports,
  found: Open,
  options: Parameters<typeof postTokenMessage>[2],
): Promise<Posted> {
  const request = await setDelayAside(ports, found);
  const before = request.messages.token;
  if (before && before.ts !== "") return { place: before };
  return postTokenMessage(ports, request, options);
}

/** What said that it takes long, or that the token before is hidden, gives way to a new message; so does what may say so any moment. */
const setDelayAside = async (ports: Ports, found: Open): Promise<AccessRequest> =>
  saysDelay(found)
    ? commit(ports, found.id, (r) => {
        if (!isOpen(r) || !saysDelay(r)) return null;
        return { ...r, messages: withTokenAside(r.messages) };
      })
    : found;

const saysDelay = ({ messages: { token } }: AccessRequest): boolean =>
  token !== undefined && SAYS_DELAY.includes(token.shows) && token.ts !== "" && !token.token;
const SAYS_DELAY: readonly string[] = ["outage", "hidden", UNKNOWN];

/** The message that was noted then is the one which bears the token. */
const isToldOfGrant = (r: AccessRequest | undefined): r is In<"delivering"> =>
  r?.state === "delivering" && r.messages.token?.token === "sending";

/** Where the token will stand is in both records before it is shown. */
async function deliver(
  ports: Ports,
  request: Open,
  { placed, annotating, token, grant, room }: Ready & { room: RoomForToken | null },
  signal: AbortSignal,
): Promise<void> {
  const { id } = request;
  const message = placed.place;
  const [next] = await settleAll([
    isToldOfGrant(placed.request)
      ? Promise.resolve(placed.request)
      : commit(ports, id, (r) => (isMine(r, message.ts) ? delivering(r, grant) : null)),
    annotating ?? note(ports, request, grant, message, signal),
  ]);
  // Withdrawn, revoked or over meanwhile: its end takes away what was made. Or another try has a message of its own.
  if (next.state !== "delivering" || !isMine(next, message.ts) || signal.aborted) return;
  if (token && !next.hidden)
    await reportOutage(ports, id, "slack", () =>
      ports.notifier.showToken(next, message, token, room ?? undefined),
    );
  const done = await commit(ports, id, (r) => (isMine(r, message.ts) ? active(r) : null));
  // Taken off before it came there, by whoever took over: where Slack deletes nothing, it stands there now.
  if (!hasTokenAt(done, message)) return withoutEarlier(ports, next, { ...message, ...grant });
  // Hidden or ended in the moment it was shown.
  if (done.state !== "active" || done.hidden) await clearHeld(ports, id);
}
