/** The message that will bear a token, posted without it; or that shows one at each click. */
import { isRevealed } from "../../domain/delivery.ts";
import { type AccessRequest, GrantFailed, type Place, type Ports, PostsLost } from "../ports.ts";
import { postMessage } from "./post.ts";

/** Its place. Throws GrantFailed where there will never be one, PostUnanswered, and what Slack throws. */
export async function postTokenMessage(ports: Ports, request: AccessRequest): Promise<Place> {
  const shows = isRevealed(request) ? "reveal" : "setting-up";
  const place = await postMessage(ports, request, { key: "token", shows }).catch(unlessLost);
  if (!place) throw new GrantFailed("dm-closed", "Slack does not let the bot write to this person");
  return place;
}

/** A third post is made by nobody, and without a place nothing can be shown: better told now than waited for in vain. */
function unlessLost(error: unknown): never {
  if (error instanceof PostsLost) throw new GrantFailed("message-lost", error.message);
  throw error;
}
