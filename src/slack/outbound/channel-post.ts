/** A message of no request, in the approvals channel: as urgent as trouble is. */
import type { Place } from "../../flow/ports.ts";
import type { Message } from "../views/index.ts";
import { calm } from "./client.ts";
import type { NotifierOptions } from "./notifier.ts";
import { throwPostTrouble } from "./trouble.ts";

/** `channel`: where requests are approved, save where a role says another. */
export type ChannelOptions = NotifierOptions & { channel: string };

/** Throws PostRefused, PostUnanswered, or anything else when nothing was posted. */
export async function postInChannel({ slack, channel }: ChannelOptions, message: Message): Promise<Place> {
  try {
    const { ts = "" } = await slack.to("trouble").chat.postMessage({ channel, ...message, ...calm });
    return { channel, ts };
  } catch (error) {
    return throwPostTrouble(error);
  }
}
