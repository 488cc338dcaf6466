/** Slack ids of people, user groups and channels by name, for the configuration. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { slackError } from "../../slack/outbound/client.ts";

export interface Found {
  id: string;
  kind: "person" | "group" | "channel";
  name: string;
  full: string;
}

const words = z.string().nullish();
const Pages = z.object({
  members: z
    .array(
      z.object({
        id: z.string(),
        name: words,
        real_name: words,
        deleted: z.boolean().nullish(),
        profile: z.object({ display_name: words }).nullish(),
      }),
    )
    .default([]),
  channels: z.array(z.object({ id: z.string(), name: words, is_private: z.boolean().nullish() })).default([]),
});
const Groups = z.object({ usergroups: z.array(z.object({ id: z.string(), handle: words, name: words })) });

/** Without user groups where Slack refuses them. Throws Slack's other errors. */
export async function findInSlack(
  client: WebClient,
  name: string,
): Promise<{ found: Found[]; refused: string | null }> {
  const wanted = name.replace(/^[@#]/, "").toLowerCase();
  let refused: string | null = null;
  const withoutGroups = (error: unknown): Found[] => {
    refused = slackError(error);
    if (refused === null) throw error;
    return [];
  };
  const [people, groups, channels] = await Promise.all([
    people_(client),
    groups_(client).catch(withoutGroups),
    channels_(client),
  ]);
  const matches = ({ name, full }: Found) => `${name}\n${full}`.toLowerCase().includes(wanted);
  return { found: [...people, ...groups, ...channels].filter(matches), refused };
}

async function people_(client: WebClient): Promise<Found[]> {
  const found: Found[] = [];
  for await (const page of client.paginate("users.list", { limit: 1000 }))
    for (const { id, name, real_name, deleted, profile } of Pages.parse(page).members)
      if (!deleted)
        found.push({
          id,
          kind: "person",
          name: `@${profile?.display_name || name || id}`,
          full: real_name ?? "",
        });
  return found;
}

async function groups_(client: WebClient): Promise<Found[]> {
  const { usergroups } = Groups.parse(await client.usergroups.list());
  return usergroups.map(({ id, handle, name }) => ({
    id,
    kind: "group",
    name: `@${handle ?? id}`,
    full: name ?? "",
  }));
}

async function channels_(client: WebClient): Promise<Found[]> {
  const found: Found[] = [];
  const asked = { types: "public_channel,private_channel", exclude_archived: true, limit: 1000 };
  for await (const page of client.paginate("conversations.list", asked))
    for (const { id, name, is_private } of Pages.parse(page).channels)
      found.push({ id, kind: "channel", name: `#${name ?? id}`, full: is_private ? "private" : "" });
  return found;
}

export function printFound(found: readonly Found[], name: string, invite: string): string[] {
  if (found.length === 0)
    return [`Nobody and nothing here is called ${name}. Private channels are seen after ${invite}.`];
  const width = (field: "id" | "name") => Math.max(...found.map((one) => one[field].length));
  const [ids, names] = [width("id"), width("name")];
  return found.map(({ id, kind, name, full }) =>
    `${id.padEnd(ids)}  ${kind.padEnd(7)}  ${name.padEnd(names)}  ${full}`.trimEnd(),
  );
}
