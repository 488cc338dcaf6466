/** What one can do, with the roles one may ask for, and those of which that is not known. */
import { recallRoles } from "../../../flow/roles-for.ts";
import { helpReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const helpCommand: Command = {
  asksNothing: true,
  first: () => false,
  async run({ ports }, { user }) {
    const recalled = await recallRoles(ports, user);
    return (ctx) => helpReply(ctx, recalled.names, recalled.unsure, recalled);
  },
};
