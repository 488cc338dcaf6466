/** What was allowed beforehand, as far as this person may see it, each with a button that withdraws it. */
import { allowedList } from "../../../flow/allowances/allowed-list.ts";
import { allowedListReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const allowedCommand: Command = {
  first: () => false,
  async run({ ports }, { user }) {
    const all = await allowedList(ports, user);
    return (ctx) => allowedListReply(all, ctx);
  },
};
