/** The message that will bear a token, posted without it; or that shows one at each click. */
import { isRevealed } from "../../domain/delivery.ts";
import { type AccessRequest, GrantFailed, type Ports, PostsLost } from "../ports.ts";
import { type Posted, post } from "./post.ts";

/** Throws GrantFailed where there will never be a place for it, PostUnanswered, and what Slack throws. */
export async function postTokenMessage(
  ports: Ports,
  request: AccessRequest,
  options?: Parameters<typeof post>[3],
): Promise<Posted> {
  const shows = isRevealed(request) ? "reveal" : "setting-up";
  const posted = await post(ports, request, { key: "token", shows }, options).catch(unlessLost);
  if (!posted) throw new GrantFailed("dm-closed", "Slack does not let the bot write to this person");
  return posted;
}

/** A third post is made by nobody, and without a place nothing can be shown: better told now than waited for in vain. */
function unlessLost(error: unknown): never {
  if (error instanceof PostsLost) throw new GrantFailed("message-lost", error.message);
  throw error;
}
