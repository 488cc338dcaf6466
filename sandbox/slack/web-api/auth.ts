/** auth.test and apps.connections.open. */
import type { JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, noScopes } from "./method.ts";

function authTest({ bot }: Workspace): JsonObject {
  return {
    url: `https://${bot.teamDomain}.slack.com/`,
    team: bot.teamDomain,
    user: bot.name,
    team_id: bot.teamId,
    user_id: bot.userId,
    bot_id: bot.botId,
    is_enterprise_install: false,
  };
}

export const authMethods = {
  "auth.test": { scopes: noScopes, run: authTest },
  // The URL names the server, so the server adds it; here only the token's kind is stated.
  "apps.connections.open": { token: "app", scopes: noScopes, run: () => ({}) },
} satisfies Record<string, Method>;
