/** Lists the seven states of a request, a file each. Step and draw jobs pick the state's step and messages here. */
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

/** Returns when the request's step is due, ms since the epoch (0: at once); null: never by itself. */
export const nextDue = (bot: Bot, request: Request): number | null => LIFE[request.state].dueAt(bot, request);
