/** The one message that counts how far a lockdown, or a revocation of many, is; and that a lockdown is over. */
import type { MassEndNotifier } from "../../flow/ports.ts";
import { type Message, massEndMessage, unlockedMessage } from "../views/index.ts";
import { calm, isFinalRefusal, slackError } from "./client.ts";
import type { NotifierOptions } from "./notifier.ts";
import { throwPostTrouble, throwTrouble } from "./trouble.ts";

/** `channel`: where requests are approved, save where a role says another. */
export function createMassEndNotifier(options: NotifierOptions & { channel: string }): MassEndNotifier {
  const { slack, language, context, log, channel } = options;
  const post = async (message: Message) => {
    try {
      const { ts = "" } = await slack.to("trouble").chat.postMessage({ channel, ...message, ...calm });
      return { channel, ts };
    } catch (error) {
      return throwPostTrouble(error);
    }
  };
  return {
    post: (one) => post(massEndMessage(one, context(language))),
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
      await post(unlockedMessage(lockdown, by, context(language)));
    },
  };
}
