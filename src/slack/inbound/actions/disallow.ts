/** Withdraw, on what was allowed beforehand. In a list, what else is allowed stays at hand. */
import { allowedList } from "../../../flow/allowances/allowed-list.ts";
import { withdrawAllowance } from "../../../flow/allowances/withdraw-allowance.ts";
import { allowedListReply, disallowedReply } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { allowanceOf } from "./target.ts";

export const disallowAction: Action = async ({ ports }, click) => {
  const allowance = await withdrawAllowance(ports, { id: allowanceOf(click), by: click.user });
  // The message itself is redrawn; one that only this person sees is not.
  if (!click.ephemeral) return undefined;
  const others = await allowedList(ports, click.user).catch(() => []);
  return {
    replace: true,
    reply: (ctx) => {
      const first = disallowedReply(allowance, ctx);
      if (others.length === 0) return first;
      return { ...first, blocks: [...first.blocks, ...allowedListReply(others, ctx).blocks] };
    },
  };
};
