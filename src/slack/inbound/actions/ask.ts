/** Ask…, beside a role in the Home tab: the form, with that role chosen. */
import { ANY_ROLE } from "../../ids.ts";
import { openForm } from "../forms/open.ts";
import type { Action } from "./index.ts";

export const askAction: Action = async (context, { user, triggerId, channel, value: role }) => {
  const meaning = role === ANY_ROLE ? undefined : { role, duration: null, reason: "" };
  await openForm(context, { user, triggerId, meaning, origin: { channel } });
  return undefined;
};
