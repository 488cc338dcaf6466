/** Whoever uses the bot for the first time is told in their DM what it can do, once, when Slack has room: nobody need wait for it. Never rejects. */
import type { UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import { calm } from "../outbound/client.ts";
import { dmWith } from "../outbound/dm.ts";
import { marked } from "../outbound/mark.ts";
import { throwTrouble } from "../outbound/trouble.ts";
import { welcomeMessage } from "../views/index.ts";
import { type HandlerContext, profileOfAsker } from "./context.ts";
import { waitOut } from "./while-busy.ts";

export async function welcome(context: HandlerContext, user: UserId): Promise<void> {
  const { ports, log } = context;
  const key = `welcome:${user}`;
  try {
    if ((await ports.told.fresh([key])).length === 0) return;
    const { standing, locale } = await waitOut(context, () => profileOfAsker(context, user));
    if (standing !== "member") return;
    // Before it is posted: two commands at once must not make two, and a welcome may be missed.
    if ((await ports.told.remember([key])).length === 0) return;
    await waitOut(context, () => post(context, user, locale));
  } catch (error) {
    log.warn({ who: user, err: error }, "nobody was welcomed");
  }
}

async function post({ ports, memory, patient, viewContext }: HandlerContext, user: UserId, locale: Locale) {
  try {
    // What they asked for opens it as well, and sooner.
    const channel = await dmWith({ memory, clock: ports.clock }, patient, user);
    await patient.chat.postMessage({
      ...{ channel, ...calm },
      ...marked(welcomeMessage(viewContext(locale)), `welcome:${user}`),
    });
  } catch (error) {
    throwTrouble(error);
  }
}
