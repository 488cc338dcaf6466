/** A token that may no longer be seen is taken off Slack, and then its message: a step of its own, repeated until Slack confirms. */
import { MINUTE, SECOND } from "../domain/duration.ts";
import { formerOf } from "../domain/former.ts";
import type { RequestId } from "../domain/ids.ts";
import { nextTry, refusedAgain, replacedToTry, replacedTried } from "../domain/left-tokens.ts";
import type { Shown } from "../domain/message-key.ts";
import { isTokenToCome, mustTakeTokenOff, needsTokenOff, tokenShows, UNKNOWN } from "../domain/messages.ts";
import type { Replaced } from "../domain/request.ts";
import {
  type AccessRequest,
  type Later,
  type Place,
  type Ports,
  type Sent,
  SlackBusy,
  TroubleOutside,
} from "./ports.ts";
import { commit } from "./support/commit.ts";
import { lookForPost } from "./support/post.ts";
import { sooner } from "./support/sooner.ts";
import { underLease } from "./support/under-lease.ts";

const AGAIN_MS = SECOND;
const REDRAWN_AGAIN_MS = 15 * SECOND;
/** While many wait for Slack, together they try this often: the first is gone soon, and the others cost little. */
const TRIES_PER_SECOND = 100;

/** When each failed last, the oldest first: another replica may have seen to it since. */
const waiting = new Map<RequestId, number>();
const WAITING_MS = 5 * MINUTE;

/** Never fails: what Slack does not take now is tried on, for as long as it takes. */
export async function takeTokenOff(ports: Ports, id: RequestId): Promise<Later> {
  try {
    const own = clearTokenMessage(ports, id);
    // Whatever becomes of the one, the others are tried.
    await own.catch(() => {});
    const later = sooner(await clearReplaced(ports, id), await own);
    waiting.delete(id);
    return later;
  } catch (error) {
    const now = ports.clock.now();
    forgetBefore(now - WAITING_MS);
    if (!waiting.has(id))
      ports.log.warn({ id, err: error }, "the token's message is not off Slack yet; trying on");
    waiting.delete(id);
    waiting.set(id, now);
    const spread = (Math.random() * waiting.size * SECOND) / TRIES_PER_SECOND;
    const wait = error instanceof SlackBusy ? error.retryAfterMs : AGAIN_MS;
    return { again: now + wait + spread };
  }
}

function forgetBefore(time: number): void {
  for (const [id, at] of waiting) {
    if (at > time) return;
    waiting.delete(id);
  }
}

/** Throws what Slack throws. */
export async function clearTokenMessage(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  // A token that was shown is shown no more: nobody can come in between. Else somebody may be about to show one.
  if (!request || !needsTokenOff(request)) return undefined;
  const mayCome = isTokenToCome(request) || (request.state === "active" && request.refresh);
  if (!mayCome && request.messages.token?.token !== "sending") return clearHeld(ports, id);
  return underLease(ports, id, () => clearHeld(ports, id));
}

/** For whoever holds the request's lease. Throws what Slack throws. */
export async function clearHeld(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  const sent = request?.messages.token;
  const shows = request && tokenShows(request);
  if (!request || !sent || !shows || !needsTokenOff(request)) return undefined;
  if (ports.clock.now() < nextTry(sent)) return { again: nextTry(sent) };
  if (sent.ts === "") return search(ports, request);
  if (shows === "gone" && !sent.token) {
    await ports.notifier.remove(request, "token", sent);
    return settle(ports, request, null);
  }
  // Without a token there is nothing in haste, and a message that its holder needs is never deleted for lack of room.
  if (!sent.token) return redraw(ports, request, sent, shows);
  // A new token is to come: in a message of its own, that rings.
  const gaveWay = mustTakeTokenOff(request) && isTokenToCome(request);
  const [left, how] = gaveWay ? (["gone", "delete"] as const) : [shows, howFor(sent, shows)];
  const outcome = await ports.notifier.takeTokenOff(request, left, sent, how);
  if (outcome === "deleted" || (gaveWay && outcome === "edited")) return settle(ports, request, null);
  if (outcome !== "edited") return refused(ports, request, outcome.refused);
  // Slack deletes nothing that was never confirmed: more cannot be done. Else what was only edited is deleted later.
  if (shows === "gone" && sent.token === "sending") return settle(ports, request, null);
  await settle(ports, request, { ...sent, shows: shows === "gone" ? "" : shows });
  return shows === "gone" ? { again: ports.clock.now() + AGAIN_MS } : undefined;
}

/** Over a message that is gone no late edit can put a token; so one that was never confirmed is deleted. */
function howFor({ token }: Sent, shows: Shown["token"]): "edit" | "delete" | "either" {
  if (token === "sending") return "delete";
  return shows === "gone" ? "either" : "edit";
}

async function redraw(
  ports: Ports,
  request: AccessRequest,
  sent: Sent,
  shows: Shown["token"],
): Promise<Later> {
  try {
    // Whoever takes over while this one sleeps puts no token where this may yet be drawn: theirs has a message of its own.
    if (isTokenToCome(request)) {
      const { messages } = await note(ports, request, { ...sent, shows: UNKNOWN });
      if (messages.token?.ts !== sent.ts || messages.token.token) return undefined;
    }
    // What Slack lets nobody edit may be deleted yet, when it must go.
    await ports.notifier.redraw(request, "token", shows, sent);
    return await settle(ports, request, { ...sent, shows });
  } catch (error) {
    if (!(error instanceof SlackBusy || error instanceof TroubleOutside)) throw error;
    ports.log.warn({ id: request.id, err: error }, "the token's message is not redrawn yet; trying on");
    const wait = error instanceof SlackBusy ? error.retryAfterMs : REDRAWN_AGAIN_MS;
    return { again: ports.clock.now() + wait };
  }
}

/** For a post whose answer was lost: where it is not found, there is nothing to redraw. */
async function search(ports: Ports, request: AccessRequest): Promise<Later> {
  const found = await lookForPost(ports, request, "token");
  if (typeof found === "string") return settle(ports, request, null);
  await settle(ports, request, { ...found, shows: "" });
  return clearHeld(ports, request.id);
}

type Stands = Place & { shows: string };

/** Null: the message is gone. */
const settle = async (ports: Ports, request: AccessRequest, now: Stands | null): Promise<undefined> =>
  void (await note(ports, request, now));

const note = (
  ports: Ports,
  { id, revision, messages: { token: found } }: AccessRequest,
  now: Stands | null,
): Promise<AccessRequest> =>
  commit(ports, id, (r) => {
    const { token, ...others } = r.messages;
    // A fresh token has a message of its own by now.
    if (token?.ts !== found?.ts) return null;
    // Or another, while this one slept over its lease, has put it where there was none.
    if (now && token?.token && !found?.token) return null;
    if (!now) return { ...r, messages: others };
    const { channel, ts, shows } = now;
    return { ...r, messages: { ...others, token: { channel, ts, shows, revision } } };
  });

/** Messages of tokens that gave way: each is tried once a day. Throws what Slack throws. */
async function clearReplaced(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  const next = request && nextOf(request);
  if (!next || ports.clock.now() < next.again) return next ?? undefined;
  return underLease(ports, id, () => tryReplaced(ports, id));
}

const nextOf = (r: AccessRequest): { again: number } | undefined => {
  const waiting = replacedToTry(r).map(nextTry);
  return waiting.length > 0 ? { again: Math.min(...waiting) } : undefined;
};

async function tryReplaced(ports: Ports, id: RequestId): Promise<Later> {
  let request = await ports.requests.get(id);
  for (const one of request ? replacedToTry(request) : []) {
    if (!request || ports.clock.now() < nextTry(one)) continue;
    const outcome = await ports.notifier.takeTokenOff(request, "gone", one, "either");
    const refused = typeof outcome === "string" ? null : outcome.refused;
    request = await commit(ports, id, (r) => replacedTried(r, one.ts, refused, ports.clock.now()));
  }
  return request ? nextOf(request) : undefined;
}

/** Of whose account the token is: where its own was not made yet, that of the generation before. */
function ownerOf(r: AccessRequest): Pick<Replaced, "generation" | "tokenExpiresAt"> {
  const of = "grant" in r && r.grant ? r : formerOf(r).at(-1);
  const tokenExpiresAt = of?.grant?.tokenExpiresAt ?? Number.POSITIVE_INFINITY;
  return { generation: of?.generation ?? r.generation, tokenExpiresAt };
}

async function refused(ports: Ports, request: AccessRequest, code: string): Promise<Later> {
  const now = ports.clock.now();
  ports.log.error({ id: request.id, slack: code }, "Slack refuses to take the token off; trying daily");
  if (!mustTakeTokenOff(request)) return settle(ports, request, null);
  const next = await commit(ports, request.id, (r) => {
    const { token } = r.messages;
    if (!token || token.ts !== request.messages.token?.ts) return null;
    const stuck = refusedAgain(r, { ...token, ...ownerOf(r) }, code, now);
    return { ...r, messages: { ...r.messages, token: { ...token, stuck } } };
  });
  const { token } = next.messages;
  return token && mustTakeTokenOff(next) ? { again: nextTry(token) } : undefined;
}
