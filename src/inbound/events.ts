/** Slack's events: somebody opened the Home tab or our DM, or may have left. */
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { checkGroups, checkPerson } from "../life/sweep/who-left.ts";
import { UserId } from "../request/ids.ts";
import { greetInDm, publishHome } from "./home.ts";

const SlackEvent = z.discriminatedUnion("type", [
  // The Messages tab is our DM.
  z.object({ type: z.literal("app_home_opened"), user: UserId, tab: z.string() }),
  z.object({ type: z.literal("user_change"), user: z.object({ id: UserId }) }),
  z.object({ type: z.literal("subteam_members_changed") }),
  z.object({ type: z.literal("subteam_updated") }),
]);

export const EVENTS = SlackEvent.options.map(({ shape }) => shape.type.value);

export async function handleEvent(bot: Bot, { event }: { event: unknown }): Promise<void> {
  const told = SlackEvent.parse(event);
  switch (told.type) {
    case "app_home_opened":
      if (told.tab === "home") return publishHome(bot, told.user);
      return told.tab === "messages" ? greetInDm(bot, told.user) : undefined;
    case "user_change":
      return checkPerson(bot, told.user.id);
    default:
      return checkGroups(bot);
  }
}
