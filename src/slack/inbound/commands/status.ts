/** One's open requests and live grants, with what can be done to each. */
import { status as statusOf } from "../../../flow/status.ts";
import { status as listed } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const status: Command = {
  first: () => true,
  async run({ ports }, { user }) {
    const requests = await statusOf(ports, user);
    return (ctx) => listed(requests, ctx);
  },
};
