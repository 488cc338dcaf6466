/** `revoke all @person [reason]`, `revoke all ROLE [reason]`: a modal asks before they end. */
import { plainWord } from "../../../domain/amount.ts";
import { roleNamed } from "../../../domain/catalog.ts";
import { firstWord } from "../../../domain/command-words.ts";
import type { Scope } from "../../../domain/mass-end.ts";
import { Refused } from "../../../domain/refusal.ts";
import { lookAtScope } from "../../../flow/together/revoke-all.ts";
import type { HandlerContext } from "../context.ts";
import { openMassEnd } from "../forms/open-mass-end.ts";
import { leadingMention, reasonTyped, typed } from "../typed.ts";
import type { Turn } from "./index.ts";

const ALL = /^(?:all(?=\s|$)|全部|所有)\s*([\s\S]*)$/i;

/** What follows the word; null where it is another's. */
export const afterAll = (rest: string): string | null => {
  const found = ALL.exec(rest);
  return found && (found[1] ?? "");
};

export async function revokeAllOf(context: HandlerContext, turn: Turn, rest: string): Promise<undefined> {
  const { user, triggerId, channel, responseUrl } = turn;
  const { scope, reason } = await readScope(context, rest);
  await openMassEnd(context, { user, triggerId, target: { scope, channel, responseUrl }, reason });
  return undefined;
}

type Some = Exclude<Scope, { what: "everything" }>;

/** Throws Refused, StoreDown. */
async function readScope({ ports }: HandlerContext, rest: string): Promise<{ scope: Some; reason: string }> {
  const person = leadingMention(rest);
  if (person) return { scope: { what: "person", person: person.user }, reason: reasonTyped(person.rest) };
  const [raw, reason] = firstWord(rest);
  const { roles } = ports.policy;
  const role = plainWord(typed(raw)).slice(0, 80);
  const scope = { what: "role" as const, role };
  // What the catalog has no more may still be held.
  if (!roleNamed(roles, role) && (role === "" || (await lookAtScope(ports, scope)).grants === 0))
    throw new Refused({ kind: "all-of-what", word: role, roles: Object.keys(roles) });
  return { scope, reason: reasonTyped(reason) };
}
