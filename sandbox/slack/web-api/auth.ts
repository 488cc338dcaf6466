/** auth.test, bots.info and apps.connections.open. */
import { optionalArg } from "../args.ts";
import { SlackRefusal } from "../errors.ts";
import type { JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, noScopes, scope } from "./method.ts";

function authTest({ bot }: Workspace): JsonObject {
  return {
    url: `https://${bot.teamDomain}.slack.com/`,
    team: bot.teamDomain,
    user: bot.name,
    team_id: bot.teamId,
    user_id: bot.userId,
    bot_id: bot.botId,
    is_enterprise_install: false,
    ...(bot.enterpriseId === undefined ? {} : { enterprise_id: bot.enterpriseId }),
  };
}

function botsInfo({ bot }: Workspace, args: JsonObject): JsonObject {
  if ((optionalArg(args, "bot") ?? bot.botId) !== bot.botId) throw new SlackRefusal("bot_not_found");
  const { botId: id, name, appId: app_id, userId: user_id } = bot;
  return { bot: { id, deleted: false, name, updated: 1, app_id, user_id, icons: {} } };
}

export const authMethods = {
  "auth.test": { scopes: noScopes, run: authTest },
  "bots.info": { scopes: scope("users:read"), run: botsInfo },
  // The URL names the server, so the server adds it; here only the token's kind is stated.
  "apps.connections.open": { token: "app", scopes: noScopes, run: () => ({}) },
} satisfies Record<string, Method>;
