/** What waits for one to decide. */
import { pendingPage } from "../pages/pending.ts";
import type { Command } from "./index.ts";

export const pendingCommand: Command = {
  // Who they are is looked up.
  first: () => false,
  run: (context, { user }) => pendingPage(context, user, { list: "pending", from: 0 }),
};
