/** An error Slack itself shows to a person: the bot was late, or answered nonsense. */
import type { Workspace } from "../workspace.ts";

export function trouble(workspace: Workspace, user: string, error: string, doing: string): void {
  const one = { user, error, doing, at: workspace.clock.now() };
  workspace.troubles.push(one);
  workspace.changes.emit({ kind: "trouble", trouble: one });
}
