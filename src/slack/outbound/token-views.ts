/** Views that show a token to its holder, and are overwritten: nothing of them stands in Slack's history. */
import type { Clock } from "../../domain/clock.ts";
import type { Locale } from "../../domain/person.ts";
import { type TokenViews, TroubleOutside } from "../../flow/ports.ts";
import { coveredModal, tokenModal, type ViewContext } from "../views/index.ts";
import { isOfAnyCall, isUndeliverable, type SlackClients, slackError } from "./client.ts";
import { throwTrouble } from "./trouble.ts";
import { fewWhileAway } from "./while-away.ts";

export interface TokenViewsOptions {
  slack: Pick<SlackClients, "to" | "oneTry">;
  clock: Pick<Clock, "now">;
  context(locale: Locale): ViewContext;
}

/** It was closed, or its reader has left. */
const isClosed = (code: string | null): boolean =>
  code !== null && (code === "not_found" || isUndeliverable(code));

export function createTokenViews(options: TokenViewsOptions): TokenViews {
  const { slack, context } = options;
  const covering = fewWhileAway("cover", options);
  return {
    async show(r, { id, hash }, token, expiresAt) {
      const view = tokenModal(r, { token: token.reveal(), expiresAt }, context(r.requester.locale));
      try {
        await slack.to("show").views.update({ view_id: id, hash, view });
      } catch (error) {
        const code = slackError(error);
        if (code !== "hash_conflict" && !isClosed(code)) throwTrouble(error);
      }
    },

    async cover(r, { id, generation }) {
      const view = coveredModal(r, generation, context(r.requester.locale));
      await covering(async () => {
        try {
          await slack.to("take-off").views.update({ view_id: id, view });
        } catch (error) {
          const code = slackError(error);
          if (isOfAnyCall(error)) throw new TroubleOutside("slack", `Slack says ${code}`);
          if (!isClosed(code)) throwTrouble(error);
        }
      });
    },
  };
}
