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
  is_restricted: flag,
  is_ultra_restricted: flag,
  team_id: words,
  enterprise_id: words,
  enterprise_user: z.object({ enterprise_id: words }).nullish(),
  tz: words,
  profile: z.object({ display_name: words, real_name: words, title: words }).nullish(),
});
export type SlackUser = z.infer<typeof SlackUser>;

/** The workspace that the bot serves, as auth.test names it. */
export interface HomeWorkspace {
  teamId: string;
  /** The Enterprise Grid that it is part of. */
  enterpriseId?: string | undefined;
}

/** Slackbot is no bot by its flags. */
const SLACKBOT = "USLACKBOT";

export const profileOf = (id: UserId, user: SlackUser, home: HomeWorkspace): Profile => ({
  id,
  name:
    [user.profile?.display_name, user.profile?.real_name, user.real_name, user.name].find((n) => n?.trim()) ??
    id,
  locale: user.locale?.toLowerCase().startsWith("zh") ? "zh" : "en",
  standing: standingOf(id, user, home),
  title: user.profile?.title?.trim() || undefined,
  timeZone: user.tz || undefined,
});

function standingOf(id: UserId, user: SlackUser, home: HomeWorkspace): Standing {
  if (user.deleted) return "deactivated";
  if (user.is_bot || id === SLACKBOT) return "bot";
  if (!isOurs(user, home)) return "stranger";
  return user.is_restricted || user.is_ultra_restricted ? "guest" : "member";
}

/** Not by `is_stranger`, which is false for whoever shares a channel with us, of whatever workspace. */
function isOurs(user: SlackUser, { teamId, enterpriseId }: HomeWorkspace): boolean {
  if (user.team_id === teamId) return true;
  const grids = [user.enterprise_id, user.enterprise_user?.enterprise_id];
  return enterpriseId !== undefined && grids.includes(enterpriseId);
}
