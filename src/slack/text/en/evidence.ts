/** English: what an access was used for. */
import type { Use } from "../../../request/use.ts";

type Counts = Pick<Use, "reads" | "changes" | "refusals">;

const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;

export const evidence = {
  used: (when: string, { reads, changes, refusals }: Counts) => {
    const counts = [
      count(reads, "read"),
      count(changes, "change"),
      refusals > 0 ? `${refusals} refused` : "",
    ];
    return `Used ${when}: ${counts.filter(Boolean).join(", ")}.`;
  },
  late: (refusals: number) => ` ${refusals} refused after the end.`,
  noUse: "No use reported.",
  unknown: "Whether it was used is not known.",
  unlessKept: "Unless you keep it or use it.",
};
