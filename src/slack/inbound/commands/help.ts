/** What one can do, with the roles one may ask for, and those of which that is not known. By what is remembered alone. */
import { recallRoles } from "../../../flow/seen/roles-for.ts";
import { helpReply, refusedReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const helpCommand: Command = {
  asksNothing: true,
  first: () => false,
  async run({ ports, people }, { user }) {
    const { standing = "member" } = (await people.recallPerson(user)) ?? {};
    if (standing !== "member") return (ctx) => refusedReply({ kind: "not-served", standing }, ctx);
    const recalled = await recallRoles(ports, user);
    return (ctx) => helpReply(ctx, recalled.names, recalled.unsure, recalled);
  },
};
