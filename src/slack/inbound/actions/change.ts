/** Change and ask again, on a denial: the form, filled with what was denied. */
import { openForm } from "../forms/open.ts";
import type { Action } from "./index.ts";
import { ownRequest } from "./target.ts";

export const changeAction: Action = async (context, click) => {
  const { role, duration, reason } = await ownRequest(context, click);
  const { user, triggerId, channel } = click;
  await openForm(context, { user, triggerId, meaning: { role, duration, reason }, origin: { channel } });
  return undefined;
};
