/** Release now, by the holder. In a list, what else they have open stays at hand. */
import { release as giveBack } from "../../../flow/revoke.ts";
import { status } from "../../../flow/status.ts";
import { status as listed } from "../../views/index.ts";
import type { Action } from "./index.ts";
import { endedInList } from "./list.ts";
import { about } from "./target.ts";

export const release: Action = async ({ ports }, click) => {
  const request = await giveBack(ports, { id: about(click).id, by: click.user });
  return endedInList(click, request, () => status(ports, click.user), listed);
};
