/** Trigger ids live three seconds of the clock and open one view; response URLs half an hour and five answers. */
import { randomBytes } from "node:crypto";
import { SlackRefusal } from "./errors.ts";
import type { ResponseUrl, Workspace } from "./workspace.ts";

const triggerLife = 3_000;
const responseUrlLife = 30 * 60_000;
export const responseUrlUses = 5;

export function newTrigger(workspace: Workspace, user: string): string {
  const id = `${workspace.nextId("1")}.${workspace.nextId("2")}.${randomBytes(16).toString("hex")}`;
  workspace.triggers.set(id, { user, expires: workspace.clock.now() + triggerLife, used: false });
  return id;
}

/** Who may be shown a view; each refusal has its own code, as at Slack. */
export function exchangeTrigger(workspace: Workspace, id: string): string {
  const trigger = workspace.triggers.get(id);
  if (!trigger) throw new SlackRefusal("invalid_trigger_id");
  if (workspace.clock.now() > trigger.expires) throw new SlackRefusal("expired_trigger_id");
  if (trigger.used) throw new SlackRefusal("exchanged_trigger_id");
  trigger.used = true;
  return trigger.user;
}

export function newResponseUrl(
  workspace: Workspace,
  origin: string,
  target: Pick<ResponseUrl, "user" | "channel" | "source">,
): string {
  const id = `${workspace.bot.teamId}/${workspace.nextId("")}/${randomBytes(12).toString("hex")}`;
  workspace.responseUrls.set(id, { ...target, expires: workspace.clock.now() + responseUrlLife, uses: 0 });
  return `${origin}/response/${id}`;
}
