/** Messages about an allowance: a line where its role is approved, and the person's DM. */
import type { AllowanceNotifier } from "../../flow/ports.ts";
import { allowanceDm, allowanceLine } from "../views/index.ts";
import { isFrozen, isUndeliverable, slackError } from "./client.ts";
import { dmWith } from "./dm.ts";
import type { NotifierOptions } from "./notifier.ts";
import { throwPostTrouble, throwTrouble } from "./trouble.ts";

const calm = { unfurl_links: false, unfurl_media: false };

export function createAllowanceNotifier(options: NotifierOptions): AllowanceNotifier {
  const { slack, language, context, log } = options;
  return {
    async post(a, key) {
      const client = slack.to("cards");
      const message =
        key === "line" ? allowanceLine(a, context(language), true) : allowanceDm(a, context(a.person.locale));
      try {
        const where =
          key === "line"
            ? context(language).channel(a.role)
            : await dmWith(options, slack.to("show"), a.person.id);
        const { ts = "" } = await client.chat.postMessage({ channel: where, ...message, ...calm });
        return { channel: where, ts };
      } catch (error) {
        return throwPostTrouble(error);
      }
    },
    async redraw(a, key, at) {
      const message =
        key === "line"
          ? allowanceLine(a, context(language), false)
          : allowanceDm(a, context(a.person.locale));
      try {
        await slack.to("tidying").chat.update({ channel: at.channel, ts: at.ts, ...message });
      } catch (error) {
        const code = slackError(error);
        if (!code || !(isFrozen(code) || isUndeliverable(code))) return throwTrouble(error);
        log.warn({ id: a.id, key, slack: code }, "Slack does not let this message be redrawn");
      }
    },
  };
}
