/** Ask for more time, on a token's message, a reminder, or "you already have this": its form. */
import { assertMayAskMore } from "../../../flow/ask-more-time.ts";
import { moreForm } from "../../views/index.ts";
import { contextFor } from "../context.ts";
import { openView } from "../open-view.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const moreAction: Action = async (context, click) => {
  const { user, triggerId, channel, responseUrl, ephemeral } = click;
  const may = await assertMayAskMore(context.ports, targetOf(click).id, user);
  const origin = { channel, ...(ephemeral && { responseUrl, replace: true }) };
  const view = moreForm({ ...may, origin }, contextFor(context, user));
  await openView(context.client, triggerId, view);
  return undefined;
};
