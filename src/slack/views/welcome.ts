/** The first words in somebody's DM: what the bot does, and that it does not read what is typed there. */
import { section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, rendererOf } from "./renderer.ts";

export function welcomeMessage(ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { welcome } = p.words;
  const rest = [section(welcome.ways(p.rich)), section(welcome.unread(p.rich))];
  return message(p, (fmt) => welcome.head(p.hub, fmt), rest, [p.words.help.commands(p.rich)]);
}
