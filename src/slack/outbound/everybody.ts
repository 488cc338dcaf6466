/** The list of everybody in the workspace, read page by page when Slack has room: of thousands it costs few calls, where each alone costs one. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { UserId } from "../../domain/ids.ts";
import type { Clock } from "../../flow/ports.ts";
import { retryAfter, type SlackClients } from "./client.ts";
import { type HomeWorkspace, profileOf, SlackUser } from "./profile.ts";

interface Means {
  slack: Pick<SlackClients, "to">;
  clock: Clock;
  signal: AbortSignal;
  home(): HomeWorkspace;
}

/** So few are looked up one by one. */
const FEW = 20;
const PAGE = 500;

const Page = z.object({
  members: z.array(SlackUser.extend({ id: z.string() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Of these, the ones whom the list does not show to be members: who is not on it at all may still be one, of a grid. Throws what the client throws, save that it waits where Slack asks to; and the signal's reason. */
export async function notPlainlyMembers(means: Means, ids: readonly UserId[]): Promise<UserId[]> {
  if (ids.length <= FEW) return [...ids];
  const unclear = new Set(ids);
  const home = means.home();
  let cursor: string | undefined;
  do {
    const { members, response_metadata } = await nextPage(means, cursor);
    for (const user of members) {
      const id = UserId.safeParse(user.id).data;
      if (id && profileOf(id, user, home).standing === "member") unclear.delete(id);
    }
    cursor = response_metadata?.next_cursor;
  } while (cursor && unclear.size > 0);
  return [...unclear];
}

async function nextPage({ slack, clock, signal }: Means, cursor: string | undefined) {
  const client: WebClient = slack.to("tidying");
  for (;;) {
    try {
      return Page.parse(await client.users.list({ limit: PAGE, ...(cursor ? { cursor } : {}) }));
    } catch (error) {
      const wait = retryAfter(error);
      if (wait === null) throw error;
      await clock.sleep(wait, signal);
    }
  }
}
