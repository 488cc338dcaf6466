/** `emergency ROLE [DURATION] REASON…`: access at once, reviewed after. The word alone opens the form. */
import { openForm } from "../forms/open.ts";
import { askCommand } from "./ask.ts";
import type { Command } from "./index.ts";

export const emergencyCommand: Command = {
  first: (rest) => rest !== "",
  async run(context, turn) {
    if (turn.rest !== "") return askCommand.run(context, { ...turn, rest: `emergency ${turn.rest}` });
    const { user, triggerId, channel, responseUrl } = turn;
    await openForm(context, { user, triggerId, emergency: true, origin: { channel, responseUrl } });
    return undefined;
  },
};
