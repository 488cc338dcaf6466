/** A request as it is put together on the command line or in a table of cases, and what the policy says of it. Pure. */

import { z } from "zod";
import { roleNamed } from "../../domain/catalog.ts";
import { Duration } from "../../domain/duration.ts";
import { GroupId, type Principal, UserId } from "../../domain/ids.ts";
import { nearest } from "../../domain/nearest.ts";
import { factsOfMember, judge } from "../../domain/policy-engine.ts";
import type { Rulebook } from "../../domain/policy-rule.ts";
import type { Verdict } from "../../domain/rules/rule.ts";

export const AskedCase = z.strictObject({
  who: UserId,
  /** Every user group they are in. */
  in: z.array(GroupId).default([]),
  role: z.string(),
  /** The role's usual time when left out. */
  for: Duration.optional(),
  /** For how long they have it, where they ask for more time. */
  had: Duration.optional(),
  /** What they have already, and have asked for in this hour. */
  grants: z.int().min(0).default(0),
  requests: z.int().min(0).default(0),
});
export type AskedCase = z.infer<typeof AskedCase>;

/** Throws one sentence where there is no such role. */
export function verdictOn(book: Rulebook, asked: AskedCase): Verdict {
  const role = roleNamed(book.roles, asked.role);
  if (!role) throw new Error(`There is no role ${asked.role}${meant(book, asked.role)}`);
  const terms = {
    role: asked.role,
    duration: asked.for ?? role.duration.default,
    ...(asked.had === undefined ? {} : { extends: { from: 0, until: asked.had } }),
  };
  const mine: readonly Principal[] = [asked.who, ...asked.in];
  // More time is none beside the grant that it is for.
  const open = asked.had === undefined ? asked.grants : Math.max(0, asked.grants - 1);
  const history = { open, lastHour: asked.requests };
  const facts = factsOfMember((who) => who.some((one) => mine.includes(one)));
  return judge(book, terms, { ...facts, history });
}

function meant({ roles }: Rulebook, role: string): string {
  const near = nearest(role, Object.keys(roles))?.name;
  return near ? `; did you mean ${near}?` : `; there are ${Object.keys(roles).join(", ")}`;
}
