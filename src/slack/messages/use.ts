/** Says in one line what access was used for: on its receipt, in status and in its story. */
import type { Locale } from "../../request/people.ts";
import type { Use } from "../../request/use.ts";
import { period } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";

export function usageLine({ first, last, reads, changes, refusals, ...rest }: Use, locale: Locale): string {
  const { evidence } = wordsFor(locale);
  const late = rest.late > 0 ? evidence.late(rest.late) : "";
  if (first === null || last === null) return (rest.isKnown ? evidence.noUse : evidence.unknown) + late;
  return evidence.used(period(first, last), { reads, changes, refusals }) + late;
}
