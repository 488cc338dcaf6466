/** English: what was done with an access, as far as the hub tells. */
import { changesMade, type Gap, type SeenUse, type UseChange, usesIn } from "../../domain/use.ts";
import type { Formatter } from "./formatter.ts";

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);
const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** So many are named in a line. */
const NAMED = 2;

const gap = ({ from, to }: Gap, fmt: Formatter): string =>
  to === null
    ? `not complete since ${fmt.when(from)}`
    : `not complete from ${fmt.when(from)} to ${fmt.when(to)}`;
/** Many are counted, from the first to the last. */
function gaps({ gaps: all }: SeenUse, fmt: Formatter): string[] {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.length <= NAMED) return all.map((one) => gap(one, fmt));
  const from = fmt.when(first.from);
  return [
    `not complete ${all.length} times${last.to === null ? ` since ${from}` : `, from ${from} to ${fmt.when(last.to)}`}`,
  ];
}

const call = ({ method, path }: UseChange, fmt: Formatter): string => fmt.code(`${method} ${path}`);

function changes(use: SeenUse, fmt: Formatter): string[] {
  if (use.changed === 0) return [];
  const named = changesMade(use).slice(0, NAMED);
  const more = use.changed > named.length ? " …" : "";
  return [`${counted(use.changed, "change")}: ${named.map((one) => call(one, fmt)).join(", ")}${more}`];
}

export const enUse = {
  /** In a list. */
  lately: (use: SeenUse, fmt: Formatter): string => {
    const nothing = use.gaps.length > 0 ? "no use reported" : "not used yet";
    return [use.last === null ? nothing : `last used ${fmt.ago(use.last)}`, ...gaps(use, fmt)].join(", ");
  },
  /** In full. */
  line: (use: SeenUse, fmt: Formatter): string =>
    use.last === null
      ? [`${fmt.b("No use reported")} of this access`, ...gaps(use, fmt)].join(" · ")
      : [
          `${fmt.b(`Used ${times(usesIn(use))},`)} last ${fmt.when(use.last)}`,
          ...changes(use, fmt),
          ...(use.refused > 0 ? [`${use.refused} refused`] : []),
          ...gaps(use, fmt),
        ].join(" · "),
  /** Below the card of what ended for it. */
  idle: (line: string, fmt: Formatter): string => `${fmt.b("Ended because idle.")} ${line}`,
  /** On the receipt: a smaller role. */
  enough: (role: string, fmt: Formatter): string => `${fmt.code(role)} would have been enough`,
  /** From where, where there is more to tell than how often. */
  places: (use: SeenUse): string =>
    `${counted(use.reads, "read")}, from ${use.addresses} ${use.addresses === 1 ? "address" : "addresses"} and ${counted(use.agents, "client")}`,
  /** After its time. */
  change: (one: UseChange, fmt: Formatter): string =>
    `${call(one, fmt)} → ${one.code === 0 ? "no answer" : one.code}`,
};
