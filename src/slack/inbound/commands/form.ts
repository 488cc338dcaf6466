/** Nothing but the command: the form; help in words where Slack does not open it. */
import { openForm } from "../forms/open.ts";
import { helpCommand } from "./help.ts";
import type { Command } from "./index.ts";

export const formCommand: Command = {
  first: () => false,
  async run(context, turn) {
    const { user, triggerId, channel, responseUrl } = turn;
    try {
      await openForm(context, { user, triggerId, origin: { channel, responseUrl } });
      return undefined;
    } catch (error) {
      context.log.warn({ who: user, err: error }, "Slack did not open the form; help is shown instead");
      return helpCommand.run(context, turn);
    }
  },
};
