/** Whether somebody is among those named, in words for operators. */
import type { Principal } from "../ids.ts";

export function amongWords(among: boolean | null, principals: readonly Principal[]): string {
  const named = principals.join(", ");
  if (among === null) return `whether they are in ${named} is not known`;
  return among ? `in ${named}` : `not in ${named}`;
}
