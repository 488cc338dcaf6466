/** Every event of Slack's that the bot listens to. A new one: a line in the table. */
import { z } from "zod";
import { HOME_SETTLES_MS } from "../../../domain/home.ts";
import { UserId } from "../../../domain/ids.ts";
import { outdateHomes } from "../../../flow/support/outdate-homes.ts";
import { groupsChanged, personChanged } from "../../../flow/watch/watch-departures.ts";
import type { HandlerContext } from "../context.ts";
import { homeOpened } from "./home-opened.ts";

/** Slack asks for no answer, and tells one replica only. */
export type EventHandler = (context: HandlerContext, event: unknown) => Promise<void>;

const groupChange: EventHandler = async ({ ports, people }) => {
  await people.forgetGroups();
  await outdateHomes(ports);
  await groupsChanged(ports);
};

const flag = z.boolean().nullish();
const UserChange = z.object({
  user: z.object({ id: UserId, deleted: flag, is_restricted: flag, is_ultra_restricted: flag }),
});

/** It is only a hint: what is true, Slack is asked, for events come late and out of order. */
const userChange: EventHandler = async ({ ports, people }, event) => {
  const { id, deleted, is_restricted, is_ultra_restricted } = UserChange.parse(event).user;
  await people.forgetPerson(id);
  await ports.homes.outdated([id], HOME_SETTLES_MS);
  await personChanged(ports, { id, away: Boolean(deleted || is_restricted || is_ultra_restricted) });
};

export const EVENTS: Readonly<Record<string, EventHandler>> = {
  app_home_opened: homeOpened,
  subteam_members_changed: groupChange,
  subteam_updated: groupChange,
  user_change: userChange,
};
