/** Looking at the workspace from outside: what is shown to whom, and what happened. */
import type { WorkspaceChange } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export function observed(workspace: Workspace) {
  const current = (channel: string) =>
    workspace.messages.filter((one) => one.channel === channel && !one.deleted);
  return {
    messages: current,
    dm: (user: string) => current(workspace.dms.get(user) ?? ""),
    /** Every message ever, deleted ones too, each with all it ever said. */
    history: (channel?: string) =>
      workspace.messages.filter((one) => channel === undefined || one.channel === channel),
    ephemerals: (user: string) => workspace.ephemerals.filter((one) => one.user === user),
    views: (user: string) => [workspace.modals.get(user) ?? []].flat(),
    home: (user: string) => workspace.homes.get(user),
    notifications: (user: string) => workspace.notifications.filter((one) => one.user === user),
    troubles: (user?: string) => workspace.troubles.filter((one) => user === undefined || one.user === user),
    calls: workspace.calls,
    directory: { people: workspace.people, groups: workspace.groups, channels: workspace.channels },
    onEvent: (listener: (change: WorkspaceChange) => void) => workspace.changes.on(listener),
    waitFor: workspace.changes.waitFor,
  };
}
