/** `active`, `active ROLE`, `active @person`, or both: what others have, for approvers and administrators. */
import { plainWord } from "../../../domain/amount.ts";
import { roleNamed } from "../../../domain/catalog.ts";
import { firstWord } from "../../../domain/command-words.ts";
import { Refused } from "../../../domain/refusal.ts";
import type { PageValue } from "../../ids.ts";
import type { HandlerContext } from "../context.ts";
import { activePage } from "../pages/active.ts";
import { besideMention } from "../typed.ts";
import type { Command, Turn } from "./index.ts";

export const activeCommand: Command = {
  first: () => false,
  run: async (context, turn) =>
    activePage(context, turn.user, { list: "active", from: 0, ...(await filterIn(context, turn)) }),
};

/** A role that left the catalog may be held still. Throws Refused(unknown-filter), StoreDown, ListsBehind. */
async function filterIn(
  { ports }: HandlerContext,
  { rest }: Turn,
): Promise<Pick<PageValue, "role" | "person">> {
  const { person, rest: text } = besideMention(rest);
  const whose = person ? { person } : {};
  const [word] = firstWord(text);
  if (word === "") return whose;
  const role = plainWord(word);
  if (!roleNamed(ports.policy.roles, role) && (await ports.lists.live([role], { count: 1 })).total === 0)
    throw new Refused({ kind: "unknown-filter", word: word.slice(0, 80), command: "active" });
  return { ...whose, role };
}
