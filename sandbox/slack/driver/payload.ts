/** The parts that Slack's payloads share. */
import type { Delivered, Kind } from "../delivery.ts";
import { teamOf } from "../places.ts";
import type { JsonObject, SlackPerson, View } from "../types.ts";
import type { Workspace } from "../workspace.ts";

export const verificationToken = "not-to-be-trusted";

/** What was sent, so that it can be sent again exactly. */
export interface DeliveredPayload extends Delivered {
  kind: Kind;
  payload: JsonObject;
}

export function interactionBase({ bot }: Workspace, person: SlackPerson): JsonObject {
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: teamOf(bot, person) },
    api_app_id: bot.appId,
    token: verificationToken,
    team: { id: bot.teamId, domain: bot.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function wireView({ errors: _, ...view }: View): JsonObject {
  return structuredClone(view);
}
