/** Posting a message of the record: noted before, so that a lost answer or a crash leads to one copy at most. */
import type { MessageKey } from "../../domain/message-key.ts";
import { POSTS_MAX, UNKNOWN, type Wanted } from "../../domain/messages.ts";
import {
  type AccessRequest,
  type Place,
  type Ports,
  PostRefused,
  PostsLost,
  PostUnanswered,
  type Sent,
} from "../ports.ts";
import { commit } from "./commit.ts";
import { persist } from "./persist.ts";

/** Where it stands; null when Slack refuses to deliver it, which the record then says. Throws PostUnanswered, PostsLost and what Slack throws. */
export async function postMessage(
  ports: Ports,
  request: AccessRequest,
  { key, shows }: Wanted,
): Promise<Place | null> {
  const posts = await postsBefore(ports, request, key);
  if (typeof posts !== "number") return posts;
  const now = ports.clock.now();
  const { revision } = request;
  const sent: Sent = { channel: "", ts: "", shows, revision };
  const noted: Sent = { ...sent, unanswered: { posts: posts + 1, at: now } };
  const [known, mine] = [request.messages[key], noted].map((one) => JSON.stringify(one));
  await note(ports, request, key, noted, (standing) => JSON.stringify(standing) === known);
  let place: Place;
  try {
    place = await ports.notifier.post(request, key, shows);
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
  // Where Redis is away it counts as posted and unanswered: it stands, and must not be made without number.
  await persist(ports, () =>
    note(
      ports,
      request,
      key,
      { ...sent, ...place },
      (standing) => standing?.ts === place.ts || isUnplaced(standing),
    ),
  );
  return place;
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

const isUnplaced = (standing: Sent | undefined): boolean => !standing?.ts;

/** Who slept over its lease does nothing beside the one that took over. Throws PostUnanswered where that one did something. */
async function note(
  ports: Ports,
  { id }: AccessRequest,
  key: MessageKey,
  sent: Sent,
  replaces: (standing: Sent | undefined) => boolean,
): Promise<void> {
  let done = false;
  await commit(ports, id, (r) => {
    done = replaces(r.messages[key]);
    return done ? { ...r, messages: { ...r.messages, [key]: sent } } : null;
  });
  if (!done) throw new PostUnanswered("somebody else posts this message");
}
