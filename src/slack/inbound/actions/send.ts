/** Send, below a refused command: the corrected line is asked for. */
import { ask } from "../../../flow/request.ts";
import { asked } from "../../views/index.ts";
import { asker } from "../context.ts";
import type { Action } from "./index.ts";

export const send: Action = async (desk, { user, name, value, triggerId, ephemeral }) => {
  const request = await ask(desk.ports, { requester: asker(desk, user, name), text: value, triggerId });
  return { words: (ctx) => asked(request, ctx), replace: ephemeral };
};
