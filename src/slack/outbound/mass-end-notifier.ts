/** The one message that counts how far a lockdown, or a revocation of many, is; and that a lockdown is over. */
import type { MassEndNotifier } from "../../flow/ports.ts";
import { massEndMessage, unlockedMessage } from "../views/index.ts";
import { type ChannelOptions, postInChannel } from "./channel-post.ts";
import { isFinalRefusal, slackError } from "./client.ts";
import { marked } from "./mark.ts";
import { throwTrouble } from "./trouble.ts";

export function createMassEndNotifier(options: ChannelOptions): MassEndNotifier {
  const { slack, language, context, log } = options;
  return {
    // What it counts changes while it waits.
    post: (one) => postInChannel(options, marked(massEndMessage(one, context(language)), one.id)),
    async redraw(one, { channel: where, ts }) {
      try {
        // As urgent as the tokens that must go, or it would stand still until the last of them is gone.
        await slack
          .to("take-off")
          .chat.update({ channel: where, ts, ...massEndMessage(one, context(language)) });
      } catch (error) {
        const code = slackError(error);
        if (!code || !isFinalRefusal(code)) return throwTrouble(error);
        log.warn({ id: one.id, slack: code }, "Slack does not let this message be redrawn");
      }
    },
    async unlocked(lockdown, by) {
      await postInChannel(options, unlockedMessage(lockdown, by, context(language)));
    },
  };
}
