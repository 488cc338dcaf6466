/** The kinds of what Slack sends, as doctor tells of them. */
import { EVENTS } from "./events/index.ts";

export const COMMAND = "command";
export const SHORTCUT = "shortcut";
/** What an app with the first manifest, which asked for commands alone, never sends. */
export const LATER: readonly string[] = [SHORTCUT, ...Object.keys(EVENTS)];
