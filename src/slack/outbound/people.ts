/** Names and languages of people seen lately, for wording an answer without a look-up. Never to decide anything. */
import type { UserId } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { WatchedDirectory } from "./directory.ts";

export interface RememberedPeople extends WatchedDirectory {
  known(id: UserId): Person | undefined;
}

/** The oldest of more than `most` people are forgotten. */
export function rememberPeople(directory: WatchedDirectory, most = 10_000): RememberedPeople {
  const people = new Map<UserId, Person>();
  const remember = ({ id, name, locale }: Person) => {
    people.delete(id);
    people.set(id, { id, name, locale });
    const oldest = people.keys().next().value;
    if (people.size > most && oldest !== undefined) people.delete(oldest);
  };
  return {
    ...directory,
    async person(id, purpose) {
      const profile = await directory.person(id, purpose);
      remember(profile);
      return profile;
    },
    async recallPerson(id) {
      const profile = await directory.recallPerson(id);
      if (profile) remember(profile);
      return profile;
    },
    async forgetPerson(id) {
      people.delete(id);
      await directory.forgetPerson(id);
    },
    known: (id) => people.get(id),
  };
}
