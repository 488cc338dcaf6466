/** Names and languages of people seen lately, for wording an answer without a look-up. Never to decide anything. */
import type { UserId } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { Directory } from "../../flow/ports.ts";

export interface RememberedPeople extends Directory {
  known(id: UserId): Person | undefined;
}

/** Each look-up still goes to Slack; the oldest of more than `most` people are forgotten. */
export function rememberPeople(directory: Directory, most = 10_000): RememberedPeople {
  const people = new Map<UserId, Person>();
  return {
    ...directory,
    async person(id) {
      const profile = await directory.person(id);
      const { name, locale } = profile;
      people.delete(id);
      people.set(id, { id, name, locale });
      const oldest = people.keys().next().value;
      if (people.size > most && oldest !== undefined) people.delete(oldest);
      return profile;
    },
    known: (id) => people.get(id),
  };
}
