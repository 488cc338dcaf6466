/** Approve, on a card. */
import { decide } from "../../../flow/decide.ts";
import type { Action } from "./index.ts";
import { about, toldIn } from "./target.ts";

export const approve: Action = async ({ ports }, click) => {
  const request = await decide(ports, { ...about(click), by: click.user, verdict: { approve: true } });
  return toldIn(click, "approved", request);
};
