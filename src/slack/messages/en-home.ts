/** English: the Home tab. */
import type { Formatter } from "./formatter.ts";

export const enHome = {
  /** Over a modal with an answer. */
  answer: "Access to Karpor",
  have: "You have",
  waits: "You wait for",
  decides: "Waiting for you",
  roles: "Ask",
  allRoles: (count: number): string => `All ${count} roles…`,
  noRoles: "There is no other role you can ask for.",
  active: (count: number): string => `All active: ${count}`,
  more: (shown: number, all: number, line: string, fmt: Formatter): string =>
    `${shown} of ${all} shown; ${fmt.code(line)} lists them all.`,
};
