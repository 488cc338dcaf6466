/** Send, below a word that is no command: the line that was meant is run as if typed. */
import { commandFor, isAfterAck } from "../commands/index.ts";
import type { Action } from "./index.ts";

export const runAction: Action = async (context, click) => {
  const { command, rest } = commandFor(click.value, context.ports.policy.roles);
  const outcome = await command.run(context, { ...click, command: "", text: click.value, rest });
  // It takes the place of the refusal, wherever that stands.
  const reply = outcome && isAfterAck(outcome) ? await outcome.after(click.ephemeral) : outcome;
  return reply && { reply, replace: click.ephemeral };
};
