/** Views that show a token to its holder, and are overwritten: nothing of them stands in Slack's history. */
import type { Locale } from "../../domain/person.ts";
import type { TokenViews } from "../../flow/ports.ts";
import { coveredModal, tokenModal, type ViewContext } from "../views/index.ts";
import { isUndeliverable, type SlackClients, slackError } from "./client.ts";
import { throwTrouble } from "./trouble.ts";

export interface TokenViewsOptions {
  slack: Pick<SlackClients, "to">;
  context(locale: Locale): ViewContext;
}

/** It was closed, or its reader has left. */
const isClosed = (code: string | null): boolean =>
  code !== null && (code === "not_found" || isUndeliverable(code));

export function createTokenViews({ slack, context }: TokenViewsOptions): TokenViews {
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
      try {
        await slack.to("take-off").views.update({ view_id: id, view });
      } catch (error) {
        if (!isClosed(slackError(error))) throwTrouble(error);
      }
    },
  };
}
