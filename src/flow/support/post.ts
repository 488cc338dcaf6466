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
  /** What begins while its place is noted. */
  beside?: (place: Place) => void;
}

/** The same. */
export async function post(
  ports: Ports,
  request: AccessRequest,
  { key, shows }: Wanted,
  { room, also = (r) => r, beside }: PostOptions = {},
): Promise<Posted | null> {
  const posts = await postsBefore(ports, request, key);
  if (typeof posts !== "number") return { place: posts };
  const now = ports.clock.now();
  const { revision } = request;
  const sent: Sent = { channel: "", ts: "", shows, revision };
  const noted: Sent = { ...sent, unanswered: { posts: posts + 1, at: now } };
  const [known, mine] = [request.messages[key], noted].map((one) => JSON.stringify(one));
  await note(ports, request, key, noted, (standing) => JSON.stringify(standing) === known);
  let place: Place;
  try {
    place = await ports.notifier.post(request, key, shows, room ?? undefined);
  } catch (error) {
    if (error instanceof PostUnanswered) throw error;
    const code = error instanceof PostRefused ? error.code : null;
    const since = request.messages[key]?.refused?.since ?? now;
    const failed: Sent = {
      ...sent,
      ...(posts > 0 ? { unanswered: { posts, at: now } } : {}),
      ...(code ? { refused: { code, since, triedAt: now } } : {}),
    };
    await note(ports, request, key, failed, (standing) => JSON.stringify(standing) === mine);
    if (code) return null;
    throw error;
  }
  beside?.(place);
  const placed = (more: typeof also) =>
    note(
      ports,
      request,
      key,
      { ...sent, ...place },
      (standing) => standing?.ts === place.ts || (isUnplaced(standing) && !isOfOthers(key, standing)),
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

/** Of earlier tries, how many may stand in Slack; or the place of the one that was found. */
async function postsBefore(ports: Ports, request: AccessRequest, key: MessageKey): Promise<number | Place> {
  const { unanswered } = request.messages[key] ?? {};
  if (!unanswered) return 0;
  const found = await ports.notifier.findPost(request, key);
  if (found === "absent") return 0;
  if (found !== "unknown") {
    await note(ports, request, key, { ...found, shows: UNKNOWN, revision: request.revision }, isUnplaced);
    return found;
  }
  if (unanswered.posts >= POSTS_MAX) throw new PostsLost("no answer to this message's posts");
  return unanswered.posts;
}

/** Made less meanwhile, of another role (transitions.ts): those whom that one names are still to be told. */
const isOfOthers = (key: MessageKey, standing: Sent | undefined): boolean =>
  key === "fallback" && standing === undefined;

const isUnplaced = (standing: Sent | undefined): boolean => !standing?.ts;

/** Who slept over its lease does nothing beside the one that took over. Throws PostUnanswered where that one did something. */
async function note(
  ports: Ports,
  { id }: AccessRequest,
  key: MessageKey,
  sent: Sent,
  replaces: (standing: Sent | undefined) => boolean,
  also = (r: AccessRequest) => r,
): Promise<AccessRequest> {
  let done = false;
  const noted = await commit(ports, id, (r) => {
    done = replaces(r.messages[key]);
    return done ? also({ ...r, messages: { ...r.messages, [key]: sent } }) : null;
  });
  if (!done) throw new PostUnanswered("somebody else posts this message");
  return noted;
}
