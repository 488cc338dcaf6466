/** Edit…, below a refused command: the form, filled with what was understood of it. */
import { meaningOf, parseCommand } from "../../../domain/command.ts";
import { openForm } from "../forms/open.ts";
import { startKnown } from "../forms/start-known.ts";
import type { Action } from "./index.ts";

export const editAction: Action = async (
  context,
  { user, triggerId, value, channel, responseUrl, ephemeral },
) => {
  const meaning = meaningOf(parseCommand(value), context.ports.policy.roles);
  const start = await startKnown(context, user, meaning?.start);
  const origin = { channel, responseUrl, replace: ephemeral };
  await openForm(context, { user, triggerId, meaning, start, origin });
  return undefined;
};
