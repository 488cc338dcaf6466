/** What users.info says, as far as we need it: Slack leaves fields out for some people. Pure. */
import { z } from "zod";
import type { UserId } from "../../domain/ids.ts";
import type { Profile, Standing } from "../../domain/person.ts";

const flag = z.boolean().nullish();
const words = z.string().nullish();

export const SlackUser = z.object({
  name: words,
  real_name: words,
  locale: words,
  deleted: flag,
  is_bot: flag,
  is_stranger: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  profile: z.object({ display_name: words, real_name: words }).nullish(),
});
export type SlackUser = z.infer<typeof SlackUser>;

/** Slackbot is no bot by its flags. */
const SLACKBOT = "USLACKBOT";

export const profileOf = (id: UserId, user: SlackUser): Profile => ({
  id,
  name:
    [user.profile?.display_name, user.profile?.real_name, user.real_name, user.name].find((n) => n?.trim()) ??
    id,
  locale: user.locale?.toLowerCase().startsWith("zh") ? "zh" : "en",
  standing: standingOf(id, user),
});

function standingOf(id: UserId, user: SlackUser): Standing {
  if (user.deleted) return "deactivated";
  if (user.is_bot || id === SLACKBOT) return "bot";
  if (user.is_stranger) return "stranger";
  return user.is_restricted || user.is_ultra_restricted ? "guest" : "member";
}
