/** Messages about an allowance: a line where its role is approved, and the person's DM. */
import type { Allowance } from "../../domain/allowance.ts";
import type { AllowanceNotifier } from "../../flow/ports.ts";
import { allowanceDm, allowanceLine, type Message } from "../views/index.ts";
import { calm, isFinalRefusal, slackError } from "./client.ts";
import { dmWith } from "./dm.ts";
import { marked } from "./mark.ts";
import type { NotifierOptions } from "./notifier.ts";
import { throwPostTrouble, throwTrouble } from "./trouble.ts";

export function createAllowanceNotifier(options: NotifierOptions): AllowanceNotifier {
  const { slack, language, context, log } = options;
  const draw = (a: Allowance, key: "line" | "dm", first: boolean): Message =>
    key === "line" ? allowanceLine(a, context(language), first) : allowanceDm(a, context(a.person.locale));
  return {
    async post(a, key) {
      // Whoever else allows it while it waits is named in it.
      const message = { ...marked(draw(a, key, true), `${a.id}:${key}`), ...calm };
      try {
        const where =
          key === "line"
            ? context(language).channel(a.role)
            : await dmWith(options, slack.to("show"), a.person.id, true);
        const { ts = "" } = await slack.to("cards").chat.postMessage({ channel: where, ...message });
        return { channel: where, ts };
      } catch (error) {
        return throwPostTrouble(error);
      }
    },
    async redraw(a, key, { channel, ts }) {
      try {
        await slack.to("tidying").chat.update({ channel, ts, ...draw(a, key, false) });
      } catch (error) {
        const code = slackError(error);
        if (!code || !isFinalRefusal(code)) return throwTrouble(error);
        log.warn({ id: a.id, key, slack: code }, "Slack does not let this message be redrawn");
      }
    },
  };
}
