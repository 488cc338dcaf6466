/** usergroups.list and usergroups.users.list. */
import { flag, requiredArg } from "../args.ts";
import { SlackRefusal } from "../errors.ts";
import type { Group, JsonObject } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, scope } from "./method.ts";

export const describeGroup = (workspace: Workspace, group: Group, args: JsonObject): JsonObject => ({
  id: group.id,
  team_id: workspace.bot.teamId,
  is_usergroup: true,
  name: group.name ?? group.handle,
  handle: group.handle,
  description: "",
  date_delete: group.disabled ? 1 : 0,
  ...(flag(args, "include_count") ? { user_count: String(group.members.length) } : {}),
  ...(flag(args, "include_users") ? { users: group.members } : {}),
});

function list(workspace: Workspace, args: JsonObject): JsonObject {
  const shown = [...workspace.groups.values()].filter(
    (one) => !one.disabled || flag(args, "include_disabled"),
  );
  return { usergroups: shown.map((group) => describeGroup(workspace, group, args)) };
}

function users(workspace: Workspace, args: JsonObject): JsonObject {
  const group = workspace.groups.get(requiredArg(args, "usergroup"));
  if (!group) throw new SlackRefusal("no_such_subteam");
  return { users: group.disabled && !flag(args, "include_disabled") ? [] : group.members };
}

export const usergroupMethods = {
  "usergroups.list": { scopes: scope("usergroups:read"), run: list },
  "usergroups.users.list": { scopes: scope("usergroups:read"), run: users },
} satisfies Record<string, Method>;
