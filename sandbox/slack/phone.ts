/** What reaches a locked phone: the words of new messages in a DM, or that mention the person. */
import { conversationOf } from "./places.ts";
import { mentionsIn, visibleText } from "./read.ts";
import type { SlackMessage, SlackPerson } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export function notifyPhones(workspace: Workspace, message: SlackMessage): void {
  for (const user of reachedBy(workspace, message)) {
    if (user === message.user || workspace.people.get(user)?.deleted) continue;
    const notification = {
      user,
      channel: message.channel,
      ts: message.ts,
      text: banner(workspace, message),
      at: workspace.clock.now(),
    };
    workspace.notifications.push(notification);
    workspace.changes.emit({ kind: "notification", notification });
  }
}

function reachedBy(workspace: Workspace, message: SlackMessage): Set<string> {
  const place = conversationOf(workspace, message.channel);
  if (place?.kind === "dm") return new Set([place.person.id]);
  if (!place) return new Set();
  const { users, groups, everyone } = mentionsIn(message);
  const members = new Set(place.channel.members);
  if (everyone) return members;
  const named = [...groups].flatMap((id) => workspace.groups.get(id)?.members ?? []);
  return new Set([...users, ...named].filter((user) => members.has(user)));
}

const nameOf = (person?: SlackPerson): string | undefined => person?.realName ?? person?.name;

/** Without `text` Slack builds the banner from the blocks, which is how secrets reach a lock screen. */
function banner(workspace: Workspace, message: SlackMessage): string {
  const words = message.text === "" ? visibleText(message) : visibleText({ text: message.text });
  return words
    .replace(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${nameOf(workspace.people.get(id)) ?? id}`)
    .replace(/<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${workspace.groups.get(id)?.handle ?? id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<#(C[A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `#${workspace.channels.get(id)?.name ?? id}`);
}
