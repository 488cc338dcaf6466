/** The words of the slash command; every other text asks for access. A new one: a file, and a line in the table. */
import type { HandlerContext } from "../context.ts";
import type { SlashCommand } from "../payload.ts";
import type { Reply } from "../reply.ts";
import { askCommand } from "./ask.ts";
import { helpCommand } from "./help.ts";
import { revokeCommand } from "./revoke.ts";
import { statusCommand } from "./status.ts";

/** `rest`: what follows the command's word, as Slack escaped it. */
export type Turn = SlashCommand & { rest: string };

export interface Command {
  /** It needs nothing but the store, so it is done before Slack is told that the command arrived. */
  first(rest: string): boolean;
  /** Throws Refused, StoreDown, StoreUnsure. */
  run(context: HandlerContext, turn: Turn): Promise<Reply>;
}

const COMMANDS: readonly (readonly [word: string, command: Command])[] = [
  ["", helpCommand],
  ["help", helpCommand],
  ["status", statusCommand],
  ["revoke", revokeCommand],
];

export function commandFor(text: string): { command: Command; rest: string } {
  const [, word = "", rest = ""] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const found = COMMANDS.find(([name]) => name === word.toLowerCase());
  return found ? { command: found[1], rest } : { command: askCommand, rest: text };
}
