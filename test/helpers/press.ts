/** In a list many buttons say the same: the first of them, to be pressed. */
import { walk } from "../../sandbox/slack/read.ts";

export function firstOf({ blocks }: { blocks?: readonly unknown[] | undefined }, actionId: string) {
  const found = walk(blocks ?? []).find(({ action_id }) => action_id === actionId);
  if (!found) throw new Error(`no ${actionId} here`);
  return { actionId, value: String(found.value) };
}
