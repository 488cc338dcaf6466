/** Every event of Slack's that the bot listens to. A new one: a line in the table. */
import { z } from "zod";
import { UserId } from "../../../domain/ids.ts";
import type { HandlerContext } from "../context.ts";

/** Slack asks for no answer, and tells one replica only. */
export type EventHandler = (context: HandlerContext, event: unknown) => Promise<void>;

const groupsChanged: EventHandler = ({ people }) => people.forgetGroups();

const UserChange = z.object({ user: z.object({ id: UserId }) });
const userChanged: EventHandler = ({ people }, event) => people.forgetPerson(UserChange.parse(event).user.id);

export const EVENTS: Readonly<Record<string, EventHandler>> = {
  subteam_members_changed: groupsChanged,
  subteam_updated: groupsChanged,
  user_change: userChanged,
};
