/** `--find NAME`: Slack's ids of people, user groups and channels, for the configuration. */
import { z } from "zod";
import type { Config } from "../../config.ts";
import { SlackRefusal } from "../../slack/slack.ts";
import type { CommandMeans } from "../options.ts";
import { createSlackCaller, listAll } from "./slack/calls.ts";

const LISTS = [
  { kind: "person", sign: "@", method: "users.list", args: {} },
  { kind: "group", sign: "@", method: "usergroups.list", args: {} },
  {
    ...{ kind: "channel", sign: "#", method: "conversations.list" },
    args: { types: "public_channel,private_channel", exclude_archived: true },
  },
];

const words = z.string().nullish();
const Listed = z.object({
  ...{ id: z.string(), name: words, handle: words, real_name: words, deleted: z.boolean().nullish() },
});
/** Each list has its items in a field of its own. */
const items = z.array(Listed).optional();
const Page = z.object({ members: items, usergroups: items, channels: items });

/** Resolves to whether there is any. */
export async function findByName(
  config: Config,
  text: string,
  json: boolean,
  { say }: CommandMeans,
): Promise<boolean> {
  const wanted = text.replace(/^[@#]/, "").toLowerCase();
  const lists = await Promise.all(LISTS.map((list) => readList(config, list)));
  const found = lists.flat().filter(({ name, full }) => `${name} ${full}`.toLowerCase().includes(wanted));
  if (json) say(JSON.stringify(found, null, 2));
  else if (found.length === 0)
    say(`Nobody and nothing here is called ${text}. A private channel is seen once the bot is in it.`);
  else
    for (const { id, kind, name, full } of found)
      say(`${id.padEnd(12)}  ${kind.padEnd(7)}  ${name}  ${full}`.trimEnd());
  return found.length > 0;
}

async function readList({ env }: Config, { kind, sign, method, args }: (typeof LISTS)[number]) {
  try {
    const pages = await listAll(createSlackCaller(env), method, args, Page);
    return pages
      .flatMap(({ members, usergroups, channels }) => members ?? usergroups ?? channels ?? [])
      .filter(({ deleted }) => !deleted)
      .map(({ id, name, handle, real_name }) => ({
        ...{ id, kind, name: `${sign}${handle ?? name ?? id}` },
        full: real_name ?? (handle ? name : "") ?? "",
      }));
  } catch (error) {
    // Not every plan of Slack has user groups.
    if (error instanceof SlackRefusal) return [];
    throw error;
  }
}
