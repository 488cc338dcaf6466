/** Writing, editing and removing messages and ephemerals; every change is kept and told. */
import { isInteractive } from "./blocks/elements.ts";
import { notifyPhones } from "./phone.ts";
import type { Block, Content, Ephemeral, JsonObject, SlackMessage } from "./types.ts";
import type { Workspace } from "./workspace.ts";

interface NewMessage extends Content {
  channel: string;
  user: string;
  thread_ts?: string;
}

export function post(workspace: Workspace, draft: NewMessage): SlackMessage {
  const content = stored(workspace, draft);
  const fromBot = draft.user === workspace.bot.userId;
  const message: SlackMessage = {
    ...draft,
    ...content,
    ts: workspace.nextTs(),
    ...(fromBot ? { bot_id: workspace.bot.botId } : {}),
    history: [{ ...content, at: workspace.clock.now() }],
  };
  workspace.messages.push(message);
  workspace.changes.emit({ kind: "message", message });
  notifyPhones(workspace, message);
  return message;
}

export function edit(workspace: Workspace, message: SlackMessage, draft: Content): void {
  replaceContent(workspace, message, draft);
  message.edited = { user: workspace.bot.userId, ts: workspace.nextTs() };
  workspace.changes.emit({ kind: "message_edited", message });
}

export function removeMessage(workspace: Workspace, message: SlackMessage): void {
  message.deleted = true;
  workspace.changes.emit({ kind: "message_deleted", message });
}

export function whisper(
  workspace: Workspace,
  draft: Content & Pick<Ephemeral, "channel" | "user" | "from"> & { thread_ts?: string },
): Ephemeral {
  const content = stored(workspace, draft);
  const ephemeral: Ephemeral = {
    ...draft,
    ...content,
    ephemeral: true,
    ts: workspace.nextTs(),
    history: [{ ...content, at: workspace.clock.now() }],
  };
  workspace.ephemerals.push(ephemeral);
  workspace.changes.emit({ kind: "ephemeral", ephemeral });
  return ephemeral;
}

export function editEphemeral(workspace: Workspace, ephemeral: Ephemeral, draft: Content): void {
  replaceContent(workspace, ephemeral, draft);
  workspace.changes.emit({ kind: "ephemeral_edited", ephemeral });
}

export const findMessage = (workspace: Workspace, channel: string, ts: string): SlackMessage | undefined =>
  workspace.messages.find((message) => message.channel === channel && message.ts === ts && !message.deleted);

export const findEphemeral = (workspace: Workspace, channel: string, ts: string): Ephemeral | undefined =>
  workspace.ephemerals.find((one) => one.channel === channel && one.ts === ts);

function replaceContent(workspace: Workspace, target: SlackMessage | Ephemeral, draft: Content): void {
  const content = stored(workspace, draft);
  target.text = content.text;
  if (content.blocks) target.blocks = content.blocks;
  else delete target.blocks;
  target.history.push({ ...content, at: workspace.clock.now() });
}

function stored(workspace: Workspace, { text, blocks }: Content): Content {
  return blocks?.length ? { text, blocks: withIds(workspace, blocks) } : { text };
}

/** Slack gives every block a block_id and every element an action_id when the app gave none. */
export function withIds(workspace: Workspace, blocks: Block[]): Block[] {
  return structuredClone(blocks).map((block) => {
    const elements = [block.element, block.accessory, block.elements].flat();
    for (const element of elements as (JsonObject | undefined)[]) {
      if (element && isInteractive(element.type)) element.action_id ??= workspace.nextId("act");
    }
    return { ...block, block_id: block.block_id ?? workspace.nextId("blk") };
  });
}
