/** Posting a message of the record: noted before, so that a lost answer or a crash leads to one copy at most. */
import type { MessageKey } from "../../domain/message-key.ts";
import { POSTS_MAX, UNKNOWN, type Wanted } from "../../domain/messages.ts";
import { Refused } from "../../domain/refusal.ts";
import {
  type AccessRequest,
  type Place,
  type Ports,
  PostRefused,
  PostsLost,
  PostUnanswered,
  type RoomForToken,
  type Sent,
} from "../ports.ts";
import { commit } from "./commit.ts";
import { persist } from "./persist.ts";

/** Where it stands; null when Slack refuses to deliver it, which the record then says. Throws PostUnanswered, PostsLost and what Slack throws. */
export async function postMessage(
  ports: Ports,
  request: AccessRequest,
  wanted: Wanted,
): Promise<Place | null> {
  return (await post(ports, request, wanted))?.place ?? null;
}

export interface Posted {
  place: Place;
  /** As it stood when the place was noted; undefined where the post of an earlier try was found. */
  request?: AccessRequest;
}

interface PostOptions {
  room?: RoomForToken | null;
  /** What else is changed when its place is noted, should Redis take that now. */
  also?: (r: AccessRequest) => AccessRequest;
  /** What goes on while its place is noted: begun when this resolves. */
  beside?: (place: Place) => Promise<void>;
}

/** The same. */
export async function post(
  ports: Ports,
  request: AccessRequest,
  { key, shows }: Wanted,
  { room, also = (r) => r, beside }: PostOptions = {},
): Promise<Posted | null> {
  const { revision } = request;
  const standing = request.messages[key];
  const sent: Sent = { channel: "", ts: "", shows, revision };
  const is = (one: Sent | undefined) => (other: Sent | undefined) =>
    JSON.stringify(one) === JSON.stringify(other);
  const failed = (posts: number, at: number, code: string | null): Sent => ({
    ...sent,
    ...(posts > 0 ? { unanswered: { posts, at } } : {}),
    ...(code ? { refused: { code, since: standing?.refused?.since ?? at, triedAt: at } } : {}),
  });
  const before = await postsBefore(ports, request, key);
  const now = ports.clock.now();
  if (before instanceof PostRefused) {
    const posts = standing?.unanswered?.posts ?? 0;
    await note(ports, request, key, failed(posts, now, before.code), is(standing));
    return null;
  }
  if (typeof before !== "number") return { place: before };
  const posts = before;
  const noted: Sent = { ...sent, unanswered: { posts: posts + 1, at: now } };
  await note(ports, request, key, noted, is(standing));
  let place: Place;
  try {
    place = await ports.notifier.post(request, key, shows, room ?? undefined);
  } catch (error) {
    if (error instanceof PostUnanswered) throw error;
    const code = error instanceof PostRefused ? error.code : null;
    await note(ports, request, key, failed(posts, now, code), is(noted));
    if (code) return null;
    throw error;
  }
  await beside?.(place);
  const placed = (more: typeof also) =>
    note(
      ports,
      request,
      key,
      { ...sent, ...place },
      (standing, r) => standing?.ts === place.ts || (isUnplaced(standing) && !isOfOthers(key, request, r)),
      more,
    );
  // Where Redis is away it counts as posted and unanswered: it stands, and must not be made without number.
  const next = await persist(ports, () =>
    placed(also).catch((error: unknown) => {
      if (error instanceof Refused) return placed((r) => r);
      throw error;
    }),
  );
  return { place, request: next };
}

/** Of earlier tries, how many may stand in Slack; or the place of the one that was found; or why neither that nor another can be. */
async function postsBefore(
  ports: Ports,
  request: AccessRequest,
  key: MessageKey,
): Promise<number | Place | PostRefused> {
  const { unanswered } = request.messages[key] ?? {};
  if (!unanswered) return 0;
  const found = await ports.notifier.findPost(request, key).catch((error: unknown) => {
    // Another call would take the same turn, and wait for it each time anew.
    if (error instanceof PostRefused) return error;
    throw error;
  });
  if (found instanceof PostRefused) return found;
  if (found === "absent") return 0;
  if (found !== "unknown") {
    await note(ports, request, key, { ...found, shows: UNKNOWN, revision: request.revision }, isUnplaced);
    return found;
  }
  if (unanswered.posts >= POSTS_MAX) throw new PostsLost("no answer to this message's posts");
  return unanswered.posts;
}

/** Where one whose answer was lost stands. Whoever left the workspace has no DM that shows it. */
export const lookForPost = (
  { notifier }: Pick<Ports, "notifier">,
  request: AccessRequest,
  key: MessageKey,
): Promise<Place | "absent" | "unknown"> =>
  notifier.findPost(request, key).catch((error: unknown) => {
    if (error instanceof PostRefused) return "unknown";
    throw error;
  });

/** Made less meanwhile, of another role (transitions.ts): those whom that one names are still to be told. */
const isOfOthers = (key: MessageKey, asked: AccessRequest, now: AccessRequest): boolean =>
  (key === "fallback" || key === "nudge") && asked.role !== now.role;

const isUnplaced = (standing: Sent | undefined): boolean => !standing?.ts;

/** Who slept over its lease does nothing beside the one that took over. Throws PostUnanswered where that one did something. */
async function note(
  ports: Ports,
  { id }: AccessRequest,
  key: MessageKey,
  sent: Sent,
  replaces: (standing: Sent | undefined, now: AccessRequest) => boolean,
  also = (r: AccessRequest) => r,
): Promise<AccessRequest> {
  let done = false;
  const noted = await commit(ports, id, (r) => {
    done = replaces(r.messages[key], r);
    return done ? also({ ...r, messages: { ...r.messages, [key]: sent } }) : null;
  });
  if (!done) throw new PostUnanswered("somebody else posts this message");
  return noted;
}
