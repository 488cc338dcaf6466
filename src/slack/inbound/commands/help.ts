/** What one can do, with the roles one may ask for; all of them where that cannot be looked up. */
import { rolesFor } from "../../../flow/roles-for.ts";
import { helpReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const helpCommand: Command = {
  first: () => false,
  async run({ ports, log }, { user }) {
    const names = await rolesFor(ports, user).catch((error: unknown) => {
      log.warn({ who: user, err: error }, "could not look up who may ask for what; help shows every role");
      return Object.keys(ports.policy.roles);
    });
    return (ctx) => helpReply(ctx, names);
  },
};
