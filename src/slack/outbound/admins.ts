/** A word to the administrators, each in a DM and in their own language. */
import type { WebClient } from "@slack/web-api";
import type { Alarm } from "../../domain/alarm.ts";
import { isGroup, type Principal, UserId } from "../../domain/ids.ts";
import type { Admins, Directory, Log } from "../../flow/ports.ts";
import { type Words, words } from "../messages/index.ts";
import { slackError } from "./client.ts";

export interface AdminsOptions {
  client: WebClient;
  directory: Directory;
  admins: readonly Principal[];
  log: Log;
}

interface CreateAdmins extends AdminsOptions {
  channel: string;
  /** What people call it. */
  hub: string;
  /** Does it once a day for all replicas; work that did not succeed may be done again. */
  once(name: string, work: () => Promise<boolean>): Promise<boolean>;
}

export function createAdmins(options: CreateAdmins): Admins {
  return {
    async tell(alarm) {
      const tell = async () => (await tellAdmins(options, (w) => wordsOf(w, alarm, options))) > 0;
      // Which objects were told is remembered by whoever found them.
      const told =
        alarm.kind === "foreign" ? tell() : options.once(`${alarm.kind}:${alarm.request.id}`, tell);
      return told.catch((error: unknown) => {
        options.log.warn({ alarm: alarm.kind, err: error }, "the administrators were not told");
        return false;
      });
    },
  };
}

function wordsOf(w: Words, alarm: Alarm, { channel, hub }: CreateAdmins): string {
  if (alarm.kind === "foreign") return w.foreign(alarm.objects, hub);
  return w.cardRefused(`<#${channel}>`, alarm.code, alarm.request.id);
}

/** Resolves to how many were told; what Slack refuses is logged. `*` marks bold. */
export async function tellAdmins(
  { client, directory, admins, log }: AdminsOptions,
  word: (words: Words) => string,
): Promise<number> {
  const people = [...new Set((await Promise.all(admins.map((one) => peopleOf(client, one)))).flat())];
  const told = await Promise.all(
    people.map(async (id) => {
      try {
        const said = word(words((await directory.person(id)).locale));
        const { channel } = await client.conversations.open({ users: id });
        await client.chat.postMessage({ channel: channel?.id ?? id, ...message(said) });
        return 1;
      } catch (error) {
        log.warn({ slack: slackError(error) ?? "no answer" }, "an administrator was not told");
        return 0;
      }
    }),
  );
  return told.reduce<number>((sum, one) => sum + one, 0);
}

const message = (said: string) => ({
  text: said.replaceAll("*", "").slice(0, 150),
  blocks: [{ type: "section" as const, text: { type: "mrkdwn" as const, text: said } }],
});

async function peopleOf(client: WebClient, principal: Principal): Promise<UserId[]> {
  if (!isGroup(principal)) return [principal];
  const { users = [] } = await client.usergroups.users
    .list({ usergroup: principal })
    .catch(() => ({ users: [] }));
  return users.flatMap((user) => UserId.safeParse(user).data ?? []);
}
