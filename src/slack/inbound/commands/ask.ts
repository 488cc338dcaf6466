/** `ROLE [DURATION] [REASON…]`: stored first, then promised. */
import { ask as askFor } from "../../../flow/request.ts";
import { asked } from "../../views/index.ts";
import { asker } from "../context.ts";
import { typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const ask: Command = {
  first: () => true,
  async run(desk, { user, name, rest, triggerId }) {
    const requester = asker(desk, user, name);
    const request = await askFor(desk.ports, { requester, text: typed(rest), triggerId });
    return (ctx) => asked(request, ctx);
  },
};
