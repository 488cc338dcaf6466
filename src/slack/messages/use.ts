/** What an access was used for, in one line: on its receipt, in status and in its story. */
import type { Locale } from "../../request/people.ts";
import type { Use } from "../../request/use.ts";
import { period } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";

export function usageLine({ isKnown, first, last, reads, changes, refusals }: Use, locale: Locale): string {
  const { evidence } = wordsFor(locale);
  if (first === null || last === null) return isKnown ? evidence.noUse : evidence.unknown;
  return evidence.used(period(first, last), { reads, changes, refusals });
}
