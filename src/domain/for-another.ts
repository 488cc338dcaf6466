/** What is asked for on behalf of somebody else: the same rules, said of them; and never what nobody approves beforehand. Pure. */
import type { Catalog } from "./catalog.ts";
import type { ParsedCommand } from "./command.ts";
import type { Person } from "./person.ts";
import { type AskedTerms, termsOf } from "./policy.ts";
import { type AskingRefusal, type Refusal, Refused } from "./refusal.ts";

/** Throws Refused. */
export function termsForAnother(command: ParsedCommand, roles: Catalog, recipient: Person): AskedTerms {
  const { role, emergency } = command;
  const approved = Object.entries(roles).filter(([, { approval }]) => approval !== "none");
  if (emergency || (Object.hasOwn(roles, role) && approved.every(([name]) => name !== role)))
    throw new Refused({ kind: "not-for-others", role, recipient, ...(emergency && { emergency }) });
  return saidOf(recipient, () => termsOf(command, Object.fromEntries(approved)));
}

/** What is refused of the line is said of the recipient. Throws what `work` throws. */
export function saidOf<T>(recipient: Person | undefined, work: () => T): T {
  const said = (error: unknown): never => {
    if (!recipient || !(error instanceof Refused) || !isOfLine(error.refusal)) throw error;
    throw new Refused({ ...error.refusal, recipient });
  };
  try {
    const done = work();
    return done instanceof Promise ? (done.catch(said) as T) : done;
  } catch (error) {
    return said(error);
  }
}

const isOfLine = (refusal: Refusal): refusal is AskingRefusal => "typed" in refusal;
