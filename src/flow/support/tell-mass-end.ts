/** One message counts what is confirmed, redrawn no more often than Slack has room for. */
import { SECOND } from "../../domain/duration.ts";
import type { MassEnd } from "../../domain/mass-end.ts";
import { POSTS_MAX } from "../../domain/messages.ts";
import { type Ports, PostRefused, PostUnanswered } from "../ports.ts";

const REDRAW_MS = 5 * SECOND;

/** Whether it shows how things are, as far as Slack lets it; and what is to be remembered of it. Never rejects. */
export async function tellMassEnd(
  ports: Pick<Ports, "massEndNotifier" | "clock" | "log">,
  one: MassEnd,
): Promise<{ isTold: boolean; message?: Pick<MassEnd, "message" | "posts"> }> {
  const { massEndNotifier, clock, log } = ports;
  const { message, posts = 0 } = one;
  const drawn = [one.left.length, one.troubled].join();
  const isTold = message ? message.drawn === drawn : isAnnounced(one);
  if (isTold || (message && one.left.length > 0 && clock.now() - message.at < REDRAW_MS)) return { isTold };
  try {
    if (message) await massEndNotifier.redraw(one, message);
    const place = message ?? (await massEndNotifier.post(one));
    return { isTold: true, message: { message: { ...place, drawn, at: clock.now() } } };
  } catch (error) {
    log.warn({ id: one.id, err: error }, "the channel is not told yet how far the ends are");
    if (error instanceof PostRefused) return { isTold: true, message: { posts: POSTS_MAX } };
    return { isTold: false, message: { posts: posts + (error instanceof PostUnanswered ? 1 : 0) } };
  }
}

/** Its message stands, or none will come. */
export const isAnnounced = (one: MassEnd): boolean =>
  one.message !== undefined || isSilent(one) || (one.posts ?? 0) >= POSTS_MAX;

const isSilent = ({ quiet, grants }: MassEnd): boolean => quiet === true && grants?.length === 0;
