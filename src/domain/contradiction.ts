/** What contradicts an end that was shown, or was about to be: in the words in which the trail has it, and read out of them. Pure. */
import type { TrailStep } from "./step.ts";

/** `used`: its binding allowed a request · `accepted`: a token of its account was · `returned`: it stood on the hub again. */
export interface Contradiction {
  what: "used" | "accepted" | "returned";
  /** Whose end it contradicts. */
  generation: number;
  at: number;
}

export const usedAfterEnd = ({ generation, at }: Pick<Contradiction, "generation" | "at">): string =>
  `the binding of generation ${generation} allowed a request at ${new Date(at).toISOString()}, after it was deleted`;
const USED = /^the binding of generation (\d+) allowed a request at (\S+), after it was deleted$/;

/** The entry bears its generation. */
export const ACCEPTED_AFTER_END = "a token was accepted after its account was removed";

export const returnedAfterEnd = (generation: number): string =>
  `generation ${generation} stood on the hub again after it was gone, and goes once more`;
const RETURNED = /^generation (\d+) stood on the hub again after it was gone, and goes once more$/;

/** Null: it says nothing of the kind. */
export function contradictionIn({ from, to, who, why, generation, at }: TrailStep): Contradiction | null {
  if (from !== to || who !== "bot" || why === null) return null;
  if (why === ACCEPTED_AFTER_END) return { what: "accepted", generation, at };
  const [, used, usedAt] = USED.exec(why) ?? [];
  if (used !== undefined && usedAt !== undefined)
    return { what: "used", generation: Number(used), at: Date.parse(usedAt) };
  const [, returned] = RETURNED.exec(why) ?? [];
  return returned === undefined ? null : { what: "returned", generation: Number(returned), at };
}
