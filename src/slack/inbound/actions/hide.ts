/** Hide token, in the holder's DM or status. */
import { hide as takeOff } from "../../../flow/hide.ts";
import type { Action } from "./index.ts";
import { about, toldIn } from "./target.ts";

export const hide: Action = async ({ ports }, click) => {
  const request = await takeOff(ports, { id: about(click).id, by: click.user });
  return toldIn(click, "hidden", request);
};
