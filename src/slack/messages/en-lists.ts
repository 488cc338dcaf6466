/** English: the lists, and the story of one request. */
import type { Formatter } from "./formatter.ts";

export interface ActiveHead {
  total: number;
  role: string | undefined;
  person: string | undefined;
  hub: string;
}

const pending = {
  head: (count: number, hub: string, fmt: Formatter): string =>
    count > 0
      ? `${fmt.b(count === 1 ? "1 waits for you:" : `${count} wait for you:`)} to decide on ${hub}, soonest to close first.`
      : `${fmt.b("Nothing waits for you:")} there is nothing on ${hub} that you could decide now.`,
  /** In one's status. */
  more: (count: number, fmt: Formatter): string =>
    `${count === 1 ? "1 waits" : `${count} wait`} for you: ${fmt.code(`${fmt.command} pending`)}`,
};

const active = {
  head: ({ total, role, person, hub }: ActiveHead, fmt: Formatter): string => {
    const of = [
      ...(role === undefined ? [] : [fmt.code(role)]),
      ...(person === undefined ? [] : [`of ${fmt.user(person, "this person")}`]),
    ];
    const which = of.length > 0 ? `${of.join(" ")} on ${hub}` : `access to ${hub}`;
    return total > 0
      ? `${fmt.b(`${total} active:`)} ${which}, soonest to end first.`
      : `${fmt.b("Nothing active:")} ${which}.`;
  },
  how: (fmt: Formatter): string =>
    `${fmt.code(`${fmt.command} active ROLE`)} or ${fmt.code(`active @person`)} shows less of it.`,
};

export const enLists = {
  place: (first: number, last: number, total: number | null): string =>
    total === null ? `${first}–${last}` : `${first}–${last} of ${total}`,
  /** For screen readers, after the button's words. */
  from: (first: number): string => `from ${first}`,
  pending,
  active,
};
