/** A live grant gets a fresh token of the same account, in a message of its own that rings: the old one's goes before it is shown. What is shown at a click gets the message alone. It stays active, and ends where its holder can be given none. active → ending; extending → extended */
import { isRevealed } from "../domain/delivery.ts";
import type { RequestId } from "../domain/ids.ts";
import { withReplaced } from "../domain/left-tokens.ts";
import { hasTokenAt, tokenGoing } from "../domain/messages.ts";
import type { Refresh } from "../domain/request.ts";
import { failed, refreshAsked, refreshed, refreshing, tokenTakenOff } from "../domain/transitions.ts";
import { finishExtension } from "./extend-grant.ts";
import {
  type AccessRequest,
  GrantFailed,
  type Held,
  type In,
  type Later,
  type Place,
  type Ports,
  type RoomForToken,
} from "./ports.ts";
import { asDelivered } from "./support/as-delivered.ts";
import { commit } from "./support/commit.ts";
import { knownLater } from "./support/known-later.ts";
import { type MaybeMinted, mintToken } from "./support/mint.ts";
import { noteToken } from "./support/note-token.ts";
import { reportOutage } from "./support/outage.ts";
import { postTokenMessage } from "./support/post-token-message.ts";
import { takeOffReplaced, takeOffUnknown } from "./support/take-off-replaced.ts";
import { underLease } from "./support/under-lease.ts";
import { againWhileLocked } from "./support/while-locked.ts";
import { clearHeld } from "./take-token-off.ts";

/**
 * Asked for by whoever makes the old token useless, as often as that happens: of several that are asked for before one
 * is shown, one comes, made after the last was asked for. What is not active gets none. Throws StoreDown, StoreUnsure.
 */
export const askFreshToken = (
  ports: Ports,
  id: RequestId,
  why: Refresh["why"],
  isNeeded: (r: In<"active">) => boolean = () => true,
): Promise<AccessRequest> =>
  commit(ports, id, (r) =>
    r.state === "active" && isNeeded(r) ? refreshAsked(r, { why, at: ports.clock.now() }) : null,
  );

type Asked = In<"active"> & { refresh: Refresh };
const isAsked = (r: AccessRequest | null): r is Asked => r?.state === "active" && r.refresh !== undefined;

export const refreshToken = (ports: Ports, id: RequestId): Promise<Later> =>
  underLease(ports, id, (found, held) => againWhileLocked(ports, () => refresh(ports, found, held)));

async function refresh(
  ports: Ports,
  found: AccessRequest | null,
  { signal, assertHeld }: Held,
): Promise<Later> {
  const request = found && (await asDelivered(ports, found));
  // What is over ends by its own timer.
  if (!isAsked(request) || ports.clock.now() >= request.expiresAt) return undefined;
  const { id } = request;
  // Locked down it ends; of a Redis that lost the lockdown, this is where it is learnt.
  if (await reportOutage(ports, id, "hub", () => ports.lockdown.look())) return undefined;
  try {
    await assertMember(ports, request);
    await noteLostMessage(ports, request, signal);
    await using room = isRevealed(request) ? null : await ports.notifier.roomForToken(request);
    // Before the old one goes: without a new one in hand its holder keeps what they have.
    const minted = await mintFresh(ports, request, signal);
    await deliverFresh(ports, request, { ...minted, room }, signal);
  } catch (error) {
    if (!(error instanceof GrantFailed)) throw error;
    ports.log.error({ id, failure: error.failure, err: error }, "a fresh token cannot be delivered");
    await commit(ports, id, (r) => {
      assertHeld();
      return isAsked(r) ? failed(r, error.failure, ports.clock.now()) : null;
    });
  }
  return isAsked(await ports.requests.get(id)) ? { again: ports.clock.now() } : undefined;
}

/** Whose holder is told of trouble: an active grant has no words for it. */
const whoWaits = ({ id, refresh }: Asked): RequestId => refresh.for ?? id;

async function assertMember(ports: Ports, request: Asked): Promise<void> {
  const { standing } = await reportOutage(ports, whoWaits(request), "slack", () =>
    ports.directory.person(request.requester.id, "grant"),
  );
  if (standing !== "member") throw new GrantFailed("recipient-gone", `the recipient is ${standing} now`);
}

/**
 * A Redis that lost it knows of no message that came since, and the account does: until it is told of another. Its token
 * gives way with that of the record.
 */
async function noteLostMessage(ports: Ports, request: Asked, signal: AbortSignal): Promise<void> {
  const { id, generation, grant, messages } = request;
  const look = () => ports.grants.find(request, grant, signal);
  const { account } = await reportOutage(ports, whoWaits(request), "hub", look);
  const { tokenMessage, expiresAt, tokenExpiresAt = expiresAt } = account?.annotations ?? {};
  if (!tokenMessage || tokenExpiresAt === undefined || tokenMessage.ts === messages.token?.ts) return;
  const lost = { ...tokenMessage, generation, tokenExpiresAt };
  // Another try may have its own there by now.
  const isLost = (r: Asked) => r.messages.token?.ts !== lost.ts;
  await commit(ports, id, (r) => (isAsked(r) && isLost(r) ? withReplaced(r, lost) : null));
}

/** The account itself says first until when it stands: without Redis it is ended by that. */
const mintFresh = (ports: Ports, request: Asked, signal: AbortSignal): Promise<MaybeMinted> =>
  reportOutage(ports, whoWaits(request), "hub", async () => {
    const { grant } = request;
    await ports.grants.annotate(request, grant.accountUid, knownLater(request), signal);
    const { signedBy: _, ...unsigned } = grant;
    // Each click makes one: what the hub shortened before, on a message, ends nothing.
    if (isRevealed(request)) return { token: null, grant: { ...unsigned, shortened: false } };
    return mintToken(ports, request, grant, signal);
  });

async function deliverFresh(
  ports: Ports,
  found: Asked,
  { token, grant, room }: MaybeMinted & { room: RoomForToken | null },
  signal: AbortSignal,
): Promise<void> {
  const { id, refresh } = found;
  const request = await withoutOldMessage(ports, found);
  if (!isAsked(request)) return;
  const message = await placeFor(ports, request, room);
  await reportOutage(ports, whoWaits(request), "hub", () =>
    noteToken(ports, request, grant, message, signal),
  );
  const next = await commit(ports, id, (r) => (isMine(r, message) ? refreshing(r, grant) : null));
  // Ended meanwhile, or another try has a message of its own.
  if (!isMine(next, message) || signal.aborted) return;
  const show = async () => token && ports.notifier.showToken(next, message, token, room ?? undefined);
  await reportOutage(ports, whoWaits(next), "slack", show).catch(async (error: unknown) => {
    const now = await ports.requests.get(id);
    // Another try deleted this message, and has its own.
    if (!(error instanceof GrantFailed) || (now && isMine(now, message))) throw error;
  });
  const done = await commit(ports, id, (r) =>
    isMine(r, message) ? refreshed(r, refresh, ports.clock.now()) : null,
  );
  if (refresh.for) await finishExtension(ports, refresh.for, next);
  // Taken off before it came there, by whoever took over: where Slack deletes nothing, it stands there now.
  if (!hasTokenAt(done, message)) return takeOffUnknown(ports, next, { ...message, ...grant });
  // Hidden or ended in the moment it was shown.
  if (done.state !== "active" || done.hidden) await clearHeld(ports, id);
}

const isMine = (r: AccessRequest, message: Place): r is Asked => isAsked(r) && hasTokenAt(r, message);

/** Deleted: over what is gone no slower try can show a token, and no two messages bear one. One that waits for its token stays, and what was never posted is none. */
async function withoutOldMessage(ports: Ports, request: Asked): Promise<AccessRequest> {
  const { id } = request;
  const old = request.messages.token;
  if (!old || old.ts === "" || (old.shows === "setting-up" && !old.token)) return request;
  const { generation, grant, refresh } = request;
  // Of a key that is gone it works no more.
  const tokenExpiresAt = refresh.why === "upgraded" ? refresh.at : grant.tokenExpiresAt;
  // Else whoever sleeps while they show a token there could call it shown when it is deleted.
  const now = await commit(ports, id, (r) => (isAsked(r) ? tokenGoing(r, old) : null));
  if (!isAsked(now) || now.messages.token?.ts !== old.ts) return now;
  const keep = await reportOutage(ports, whoWaits(request), "slack", () =>
    takeOffReplaced(ports, request, { ...old, generation, tokenExpiresAt }),
  );
  return commit(ports, id, (r) => {
    const next = r.messages.token?.ts === old.ts ? tokenTakenOff(r) : null;
    return next && old.token ? keep(next) : next;
  });
}

/** In the record before a token is shown on it. */
async function placeFor(ports: Ports, request: Asked, room: RoomForToken | null): Promise<Place> {
  const before = request.messages.token;
  if (before && before.ts !== "") return before;
  const { place } = await reportOutage(ports, whoWaits(request), "slack", () =>
    postTokenMessage(ports, request, { room }),
  );
  return place;
}
