/** `--find NAME`: Slack's ids of people, user groups and channels, for the configuration. */
import { z } from "zod";
import { loadConfig } from "../../config.ts";
import type { CallSlack } from "../../slack/calls.ts";
import { SlackRefusal } from "../../slack/slack.ts";
import { replaceError } from "../open.ts";
import type { CommandMeans } from "../options.ts";
import { listAll, openSlackCalls } from "../slack.ts";

const LISTINGS = [
  { kind: "person", method: "users.list", args: {} },
  { kind: "group", method: "usergroups.list", args: {} },
  {
    kind: "channel",
    method: "conversations.list",
    args: { types: "public_channel,private_channel", exclude_archived: true },
  },
];

const maybeText = z.string().nullish();
const Listed = z.object({
  id: z.string(),
  name: maybeText,
  handle: maybeText,
  real_name: maybeText,
  deleted: z.boolean().nullish(),
});
/** Each list has its items in a field of its own. */
const items = z.array(Listed).default([]);
const ListPage = z.object({ members: items, usergroups: items, channels: items });

/** Resolves to whether there is any. Throws ConfigError. */
export async function findByName(text: string, json: boolean, means: CommandMeans): Promise<boolean> {
  const { say, variables, clock } = means;
  const wanted = text.replace(/^[@#]/, "").toLowerCase();
  const callSlack = openSlackCalls(loadConfig(variables).env, clock);
  const lists = await Promise.all(LISTINGS.map((listing) => readListing(callSlack, listing)));
  const found = lists.flat().filter(({ name, full }) => `${name} ${full}`.toLowerCase().includes(wanted));
  if (json) say(JSON.stringify(found, null, 2));
  else if (found.length === 0)
    say(`Nobody and nothing here is called ${text}. A private channel is seen once the bot is in it.`);
  else
    for (const { id, kind, name, full } of found)
      say(`${id.padEnd(12)}  ${kind.padEnd(7)}  ${name}  ${full}`.trimEnd());
  return found.length > 0;
}

async function readListing(callSlack: CallSlack, { kind, method, args }: (typeof LISTINGS)[number]) {
  // Not every plan of Slack has user groups.
  const pages = await listAll(callSlack, method, args, ListPage).catch(replaceError(SlackRefusal, []));
  return pages
    .flatMap(({ members, usergroups, channels }) => [...members, ...usergroups, ...channels])
    .filter(({ deleted }) => !deleted)
    .map(({ id, name, handle, real_name }) => ({
      id,
      kind,
      name: `${kind === "channel" ? "#" : "@"}${handle ?? name ?? id}`,
      full: real_name ?? (handle ? name : "") ?? "",
    }));
}
