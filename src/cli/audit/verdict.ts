/** What `audit verify` says. Pure. */
import { headText } from "../../domain/seal.ts";
import { time } from "./time.ts";
import type { Verdict } from "./verifier.ts";

/** So many are said; the first is what counts, and others may follow from it. */
const FAULTS_SAID = 20;

export function wordsOf({ faults, notes, entries, seals, unsealed, from, newest }: Verdict): string[] {
  const counted = `${entries} entries and ${seals} seals`;
  const range =
    newest && from
      ? `, from seal ${from.seal} (${time(from.at)}) to seal ${newest.seal} (${time(newest.at)})`
      : "";
  const [first, ...more] = faults;
  return [
    ...(first
      ? [
          `Not whole. First, ${first.at === Number.POSITIVE_INFINITY ? "at the end" : `at line ${first.at}`}: ${first.what}.`,
          ...more
            .slice(0, FAULTS_SAID)
            .map(
              ({ at, what }) =>
                `  ${at === Number.POSITIVE_INFINITY ? "At the end" : `Line ${at}`}: ${what}.`,
            ),
          ...(more.length > FAULTS_SAID ? [`  And ${more.length - FAULTS_SAID} more.`] : []),
          `Read: ${counted}${range}.`,
        ]
      : [`Whole: ${counted}${range}.`]),
    ...unsealedWords(unsealed),
    ...notes,
    ...(newest ? [`The newest seal: ${headText(newest)}`] : []),
  ];
}

export const unsealedWords = (unsealed: number): string[] =>
  unsealed > 0
    ? [`${unsealed} entries are newer than the newest seal: only their requests' chains hold them yet.`]
    : [];
