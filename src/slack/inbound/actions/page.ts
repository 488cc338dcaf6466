/** Next page, First page: in the place of the one that is shown. */
import { readPage, showPage } from "../pages/index.ts";
import type { Action } from "./index.ts";

export const pageAction: Action = async (context, { user, value, ephemeral }) => ({
  reply: await showPage(context, user, readPage(value)),
  replace: ephemeral,
});
