/** What Slack tells without being asked: somebody opened the Home tab, or may have left. */
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { checkGroups, checkPerson } from "../life/sweep/who-left.ts";
import { UserId } from "../request/ids.ts";
import { publishHome } from "./home.ts";

const Event = z.discriminatedUnion("type", [
  // Slack sends the same event for the Messages tab.
  z.object({ type: z.literal("app_home_opened"), user: UserId, tab: z.string() }),
  z.object({ type: z.literal("user_change"), user: z.object({ id: UserId }) }),
  z.object({ type: z.literal("subteam_members_changed") }),
  z.object({ type: z.literal("subteam_updated") }),
]);

export const EVENTS = Event.options.map(({ shape }) => shape.type.value);

export async function handleEvent(bot: Bot, { event }: { event: unknown }): Promise<void> {
  const told = Event.parse(event);
  switch (told.type) {
    case "app_home_opened":
      return told.tab === "home" ? publishHome(bot, told.user) : undefined;
    case "user_change":
      return checkPerson(bot, told.user.id);
    default:
      return checkGroups(bot);
  }
}
