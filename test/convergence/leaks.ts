/** That a token leaked is said on the message that bears it, and holds of that token and no other. */
import type { Content, JsonObject } from "../../sandbox/slack/types.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { leaksOf } from "./core.ts";
import { accountOf, ID, tokensIn } from "./witness.ts";

/** Whose holder pressed "I leaked it"; of which generation's token, where the message bore one and nobody pressed it once more. */
export interface Leak {
  id: string;
  generation: number | undefined;
}

const generationOf = (token: string): number => Number(accountOf(token).split("-").at(-1));

export function leakOn(at: Content, actionId: string, value: string): Leak[] {
  const [id] = (actionId === "leaked" && ID.exec(value)) || [];
  const [token] = tokensIn(at);
  return id ? [{ id, generation: token === undefined ? undefined : generationOf(token) }] : [];
}

/** By then it may be said of whichever token stands. */
export function leakSaidAgain(payload: JsonObject): Leak[] {
  const text = JSON.stringify(payload.actions ?? []);
  const [id] = (text.includes("leaked") && ID.exec(text)) || [];
  return id ? [{ id, generation: undefined }] : [];
}

export const ofLeaks = (said: readonly Leak[], r: AccessRequest): string[] =>
  leaksOf(r)
    .filter(
      (one) =>
        !said.some(({ id, generation }) => id === r.id && [undefined, one.generation].includes(generation)),
    )
    .map(
      ({ generation }) => `${r.id}: that the token of generation ${generation} leaked was said of another`,
    );
