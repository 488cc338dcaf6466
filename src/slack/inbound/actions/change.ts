/** Change and ask again, on a denial: the form, filled with what was denied. */
import { startAhead } from "../../../domain/window.ts";
import { reasonLeft } from "../../../domain/without-texts.ts";
import { openForm } from "../forms/open.ts";
import type { Action } from "./index.ts";
import { ownRequest } from "./target.ts";

export const changeAction: Action = async (context, click) => {
  const request = await ownRequest(context, click);
  const { role, duration } = request;
  const { user, triggerId, channel } = click;
  const start = startAhead(request, context.ports.clock.now());
  const meaning = { role, duration, reason: reasonLeft(request) };
  await openForm(context, { user, triggerId, meaning, start, origin: { channel } });
  return undefined;
};
