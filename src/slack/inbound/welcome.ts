/** Whoever uses the bot for the first time is told in their DM what it can do, once. Never rejects. */
import type { UserId } from "../../domain/ids.ts";
import { calm } from "../outbound/client.ts";
import { dmWith } from "../outbound/dm.ts";
import { welcomeMessage } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";

export async function welcome(
  { ports, people, memory, client, viewContext, log }: HandlerContext,
  user: UserId,
): Promise<void> {
  const key = `welcome:${user}`;
  try {
    if ((await ports.told.fresh([key])).length === 0) return;
    const { standing, locale } = await people.person(user, "show");
    if (standing !== "member") return;
    // Before it is posted: two commands at once must not make two, and a welcome may be missed.
    await ports.told.remember([key]);
    const channel = await dmWith({ memory, clock: ports.clock }, client, user);
    await client.chat.postMessage({ channel, ...calm, ...welcomeMessage(viewContext(locale)) });
  } catch (error) {
    log.warn({ who: user, err: error }, "nobody was welcomed");
  }
}
