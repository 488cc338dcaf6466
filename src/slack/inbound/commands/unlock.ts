/** `unlock REASON`: the lockdown is over. */
import { Refused } from "../../../domain/refusal.ts";
import { unlock } from "../../../flow/together/lockdown.ts";
import { unlockedReply } from "../../views/index.ts";
import { reasonTyped } from "../typed.ts";
import type { Command } from "./index.ts";

export const unlockCommand: Command = {
  first: () => false,
  async run({ ports }, { user, rest }) {
    const reason = reasonTyped(rest);
    if (reason === "") throw new Refused({ kind: "unlock-why" });
    const done = await unlock(ports, { by: user, reason });
    return (ctx) => unlockedReply(done, ctx);
  },
};
