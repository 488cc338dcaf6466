/** The one guard of all doors: who is locked out by name has no power, whatever they type, press, send or sign. */
import type { Bot } from "../bot.ts";
import { readLockdowns } from "../life/lockdown/read.ts";
import { assertHasPower } from "../policy/lockdown.ts";
import type { UserId } from "../request/ids.ts";
import type { Command } from "./grammar.ts";

/** They may read what they have, and give it back. */
const COMMANDS: readonly Command["kind"][] = ["help", "status", "end"];
const BUTTONS = ["withdraw", "end", "hide", "leaked", "help-more"];

/** A lockdown of everybody only takes away; that of one person a thief could choose. */
const locksEverybody = ({ kind, user }: { kind: string; user?: UserId | null }): boolean =>
  kind === "lockdown" && user === null;

export const isOpenToAll = (command: Command): boolean =>
  COMMANDS.includes(command.kind) ||
  ((command.kind === "lockdown" || command.kind === "lockdown-form") && command.person === null);

/** `value`: of the button; "everybody" or a user id for a lockdown. */
export const isButtonOpenToAll = ({ action, value }: { action: string; value: string }): boolean =>
  BUTTONS.includes(action) || (action === "lockdown" && value === "everybody");

export const isFormOpenToAll = (form: { kind: string; user?: UserId | null }): boolean =>
  form.kind === "leaked" || locksEverybody(form);

/** Throws Refused locked-out, StoreAway. */
export const assertNotLockedOut = async (bot: Bot, user: UserId): Promise<void> =>
  assertHasPower(await readLockdowns(bot), user);
