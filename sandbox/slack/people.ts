/** Changing who is who, and who is where, while the bot runs: an app that subscribed to it is told. */
import type { Deliver } from "./delivery.ts";
import { eventPayload } from "./driver/event.ts";
import { CannotDo } from "./errors.ts";
import { personOf } from "./places.ts";
import type { Channel, Group, JsonObject, SlackPerson } from "./types.ts";
import { describePerson } from "./web-api/users.ts";
import type { Workspace } from "./workspace.ts";

export function createPeople(workspace: Workspace, deliver: Deliver) {
  const told = () => workspace.changes.emit({ kind: "people" });
  const set = <T extends object>(target: T, change: Partial<T>): void => {
    Object.assign(target, structuredClone(change));
    told();
  };
  const person = (id: string): SlackPerson => personOf(workspace, id);
  const group = (id: string): Group => workspace.groups.get(id) ?? unknown(id);
  const channel = (id: string): Channel => workspace.channels.get(id) ?? unknown(id);
  /** Resolves when the bot has it, or is not there. */
  const tell = async (event: JsonObject & { type: string }): Promise<void> => {
    await deliver("events_api", eventPayload(workspace, { ...event, event_ts: workspace.nextTs() }));
  };
  const setPerson = (user: string, change: Partial<SlackPerson>): Promise<void> => {
    set(person(user), change);
    return tell({ type: "user_change", user: describePerson(workspace, person(user), true) });
  };
  return {
    add: (one: SlackPerson) => add(workspace.people, one, told),
    change: setPerson,
    deactivate: (user: string) => setPerson(user, { deleted: true }),
    setGroup: (id: string, members: string[]): Promise<void> => {
      set(group(id), { members });
      return tell({ type: "subteam_members_changed", subteam_id: id });
    },
    /** Slack lists it no more, as when its last member is taken out. */
    disableGroup: (id: string, disabled = true): Promise<void> => {
      set(group(id), { disabled });
      return tell({ type: "subteam_updated", subteam: { id } });
    },
    join: (user: string, id: string) =>
      set(channel(id), { members: [...new Set([...channel(id).members, user])] }),
    leave: (user: string, id: string) =>
      set(channel(id), { members: channel(id).members.filter((member) => member !== user) }),
    inviteBot: (id: string, botIsMember = true) => set(channel(id), { botIsMember }),
    archive: (id: string, isArchived = true) => set(channel(id), { isArchived }),
  };
}

function add<T extends { id: string }>(map: Map<string, T>, one: T, told: () => void): void {
  map.set(one.id, structuredClone(one));
  told();
}

function unknown(id: string): never {
  throw new CannotDo(`There is no ${id} here.`);
}
