/** Changing who is who, and who is where, while the bot runs. */
import { CannotDo } from "./errors.ts";
import { personOf } from "./places.ts";
import type { Channel, Group, SlackPerson } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export function createPeople(workspace: Workspace) {
  const told = () => workspace.changes.emit({ kind: "people" });
  const set = <T extends object>(target: T, change: Partial<T>): void => {
    Object.assign(target, structuredClone(change));
    told();
  };
  const person = (id: string): SlackPerson => personOf(workspace, id);
  const group = (id: string): Group => workspace.groups.get(id) ?? unknown(id);
  const channel = (id: string): Channel => workspace.channels.get(id) ?? unknown(id);
  return {
    add: (one: SlackPerson) => add(workspace.people, one, told),
    change: (user: string, change: Partial<SlackPerson>) => set(person(user), change),
    deactivate: (user: string) => set(person(user), { deleted: true }),
    setLocale: (user: string, locale: string) => set(person(user), { locale }),
    /** What chat.postMessage into their DM fails with from now on; nothing to allow it again. */
    blockDm: (user: string, error = "") => set(person(user), { dmError: error }),
    setGroup: (id: string, members: string[]) => set(group(id), { members }),
    disableGroup: (id: string, disabled = true) => set(group(id), { disabled }),
    addChannel: (one: Channel) => add(workspace.channels, one, told),
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
