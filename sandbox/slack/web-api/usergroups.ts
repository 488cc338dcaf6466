/** usergroups.list. */
import { flag } from "../args.ts";
import type { Group, JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, scope } from "./method.ts";

const describeGroup = (workspace: Workspace, group: Group, args: JsonObject): JsonObject => ({
  id: group.id,
  team_id: workspace.bot.teamId,
  is_usergroup: true,
  name: group.name ?? group.handle,
  handle: group.handle,
  description: "",
  date_delete: group.disabled ? 1 : 0,
  ...(flag(args, "include_users") ? { users: group.members } : {}),
});

function list(workspace: Workspace, args: JsonObject): JsonObject {
  const shown = [...workspace.groups.values()].filter(
    (one) => !one.disabled || flag(args, "include_disabled"),
  );
  return { usergroups: shown.map((group) => describeGroup(workspace, group, args)) };
}

export const usergroupMethods = {
  "usergroups.list": { scopes: scope("usergroups:read"), run: list },
} satisfies Record<string, Method>;
