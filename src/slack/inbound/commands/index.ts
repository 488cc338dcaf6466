/** The words of the slash command; every other text asks for access. A new one: a file, and a line in the table. */

import { allowTermsOf } from "../../../domain/allow-command.ts";
import { plainWord } from "../../../domain/amount.ts";
import type { Catalog } from "../../../domain/catalog.ts";
import { commandNear, parseCommand } from "../../../domain/command.ts";
import { type CommandName, firstWord, leadingWord } from "../../../domain/command-words.ts";
import { readRequestId } from "../../../domain/ids.ts";
import { termsOf } from "../../../domain/policy.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import type { HandlerContext } from "../context.ts";
import type { SlashCommand } from "../payload.ts";
import type { Reply } from "../reply.ts";
import { leadingMention, reasonTyped, typed } from "../typed.ts";
import { activeCommand } from "./active.ts";
import { allowCommand } from "./allow.ts";
import { allowedCommand } from "./allowed.ts";
import { askCommand } from "./ask.ts";
import { emergencyCommand } from "./emergency.ts";
import { forCommand } from "./for.ts";
import { formCommand } from "./form.ts";
import { helpCommand } from "./help.ts";
import { historyCommand } from "./history.ts";
import { lockdownCommand } from "./lockdown.ts";
import { pendingCommand } from "./pending.ts";
import { revokeCommand } from "./revoke.ts";
import { afterAll } from "./revoke-all.ts";
import { showCommand } from "./show.ts";
import { statusCommand } from "./status.ts";
import { unlockCommand } from "./unlock.ts";

/** `rest`: what follows the command's word, as Slack escaped it. `at`: when it was typed. */
export type Turn = SlashCommand & { rest: string; at: number };

/** What is left to do once Slack has its acknowledgement; nothing where the person sees the outcome elsewhere. */
export interface AfterAck {
  /** `always`: also where the DM says it all. */
  after(always?: boolean): Promise<Reply | undefined>;
}

export interface Command {
  /** It needs nothing but the store, so it is done before Slack is told that the command arrived. */
  first(rest: string): boolean;
  /** Slack is asked nothing for it. */
  asksNothing?: true;
  /** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
  run(context: HandlerContext, turn: Turn): Promise<Reply | AfterAck | undefined>;
}

export const isAfterAck = (outcome: Reply | AfterAck): outcome is AfterAck => "after" in outcome;

const COMMANDS: Record<CommandName, Command> = {
  help: helpCommand,
  status: statusCommand,
  pending: pendingCommand,
  active: activeCommand,
  history: historyCommand,
  show: showCommand,
  revoke: revokeCommand,
  emergency: emergencyCommand,
  allow: allowCommand,
  allowed: allowedCommand,
  for: forCommand,
  lockdown: lockdownCommand,
  unlock: unlockCommand,
};

export function commandFor(text: string, roles: Catalog): { command: Command; rest: string } {
  if (text === "") return { command: formCommand, rest: "" };
  const near = commandNear(typed(text), roles);
  if (!near) return { command: askCommand, rest: text };
  const [word, rest] = leadingWord(text);
  // Who asks about it ends nothing.
  if (near.name === "revoke" && rest === "" && /[?？]\s*$/.test(text)) return { command: helpCommand, rest };
  if (near.as === "word") return { command: COMMANDS[near.name], rest };
  if (near.as === "slip" && !isWhole(near.name, rest, roles)) return { command: askCommand, rest: text };
  const raw = near.as === "slip" ? `${near.name} ${rest}`.trim() : near.name;
  const refusal = { kind: "unknown-command", word: typed(word).slice(0, 80), line: typed(raw), raw } as const;
  return { command: refusing(refusal), rest };
}

/** Whether the command would take what follows it: only such a line is offered. */
function isWhole(name: CommandName, rest: string, roles: Catalog): boolean {
  const person = leadingMention(rest);
  const said = typed(rest);
  try {
    if (name === "emergency" && rest !== "") termsOf(parseCommand(`emergency ${said}`), roles);
    if (name === "for" && person) termsOf(parseCommand(typed(person.rest)), roles);
    if (name === "allow" && person) allowTermsOf(typed(person.rest), roles);
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
  if (name === "for" || name === "allow") return person !== null;
  const isId = readRequestId(plainWord(firstWord(said)[0])) !== null;
  if (name === "show") return isId;
  if (name === "revoke") return rest === "" || isId || person !== null || afterAll(rest) !== null;
  return name !== "unlock" || reasonTyped(rest) !== "";
}

/** What follows another command than ours. */
export const notOurs = (given: string, raw: string): { command: Command; rest: string } => ({
  command: refusing({ kind: "other-command", given, line: typed(raw), raw }),
  rest: raw,
});

const refusing = (refusal: Refusal): Command => ({
  first: () => true,
  async run() {
    throw new Refused(refusal);
  },
});
