/** Whoever uses the bot for the first time is told in their DM what it can do, once. Never rejects. */
import type { UserId } from "../../domain/ids.ts";
import { welcomeMessage } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";

export async function welcome(
  { ports, people, client, viewContext, log }: HandlerContext,
  user: UserId,
): Promise<void> {
  const key = `welcome:${user}`;
  try {
    if ((await ports.told.fresh([key])).length === 0) return;
    const { standing, locale } = await people.person(user, "show");
    if (standing !== "member") return;
    // Before it is posted: two commands at once must not make two, and a welcome may be missed.
    await ports.told.remember([key]);
    const { channel } = await client.conversations.open({ users: user });
    if (!channel?.id) throw new Error("conversations.open answered without a channel");
    await client.chat.postMessage({ channel: channel.id, ...welcomeMessage(viewContext(locale)) });
  } catch (error) {
    log.warn({ who: user, err: error }, "nobody was welcomed");
  }
}
