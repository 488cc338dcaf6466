/** Looking at the workspace from outside: what is shown to whom, and what happened. */
import { CannotDo } from "./errors.ts";
import { canSee } from "./places.ts";
import type { Ephemeral, SlackMessage, WorkspaceChange } from "./types.ts";
import { stackOf } from "./views.ts";
import type { Workspace } from "./workspace.ts";

export function observed(workspace: Workspace) {
  const current = (channel: string) =>
    workspace.messages.filter((one) => one.channel === channel && !one.deleted);
  return {
    messages: current,
    /** What this person sees in a channel (or "dm"), ephemerals among the messages, oldest first. */
    timeline: (user: string, channel: string) => timeline(workspace, user, channel),
    /** The last thing this person sees there; an error when there is nothing. */
    latest: (user: string, channel: string) => {
      const last = timeline(workspace, user, channel).at(-1);
      if (!last) throw new CannotDo(`${user} sees nothing in ${channel}.`);
      return last;
    },
    dm: (user: string) => current(workspace.dms.get(user) ?? ""),
    /** Every message ever, deleted ones too, each with all it ever said. */
    history: (channel?: string) =>
      workspace.messages.filter((one) => channel === undefined || one.channel === channel),
    ephemerals: (user: string) => workspace.ephemerals.filter((one) => one.user === user && !one.gone),
    views: (user: string) => stackOf(workspace, user),
    home: (user: string) => workspace.homes.get(user),
    notifications: (user: string) => workspace.notifications.filter((one) => one.user === user),
    troubles: (user?: string) => workspace.troubles.filter((one) => user === undefined || one.user === user),
    calls: workspace.calls,
    directory: { people: workspace.people, groups: workspace.groups, channels: workspace.channels },
    onEvent: (listener: (change: WorkspaceChange) => void) => workspace.changes.on(listener),
    waitFor: workspace.changes.waitFor,
  };
}

function timeline(workspace: Workspace, user: string, channel: string): (SlackMessage | Ephemeral)[] {
  const id = channel === "dm" ? (workspace.dms.get(user) ?? "") : channel;
  const messages = workspace.messages.filter((one) => one.channel === id && !one.deleted);
  const whispers = workspace.ephemerals.filter((one) => one.channel === id && one.user === user && !one.gone);
  return [...(canSee(workspace, user, id) ? messages : []), ...whispers].sort((a, b) =>
    a.ts < b.ts ? -1 : 1,
  );
}
