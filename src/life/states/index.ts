/** The seven states, a file each: what its step does, when it is due, and which messages it wants. */
import type { Bot } from "../../bot.ts";
import type { Request } from "../../request/record.ts";
import { active } from "./active.ts";
import { asked } from "./asked.ts";
import { closed } from "./closed.ts";
import { ending } from "./ending.ts";
import { granting } from "./granting.ts";
import { scheduled } from "./scheduled.ts";
import { waiting } from "./waiting.ts";

export const LIFE = { asked, waiting, scheduled, granting, active, ending, closed };

export const nextDue = (bot: Bot, request: Request): number | null => LIFE[request.state].dueAt(bot, request);
