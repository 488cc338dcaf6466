/** Which losses of a user group are taken for a mistake of the directory's. */
import { expect, test } from "vitest";
import { areGroupsDue } from "../../src/domain/directory-look.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { type GroupSeen, seeGroup } from "../../src/domain/group-seen.ts";
import { UserId } from "../../src/domain/ids.ts";
import { T0 } from "./records.ts";

const people = (count: number, from = 0): UserId[] =>
  Array.from({ length: count }, (_, i) => UserId.parse(`U${i + from}`));
/** A group of so many, seen an hour ago. */
const group = (count: number): GroupSeen => ({ members: people(count), at: T0 - HOUR });
const doubtOf = (before: GroupSeen | undefined, now: UserId[] | null, at = T0) =>
  seeGroup(before, now, at).doubt?.what;

test.each([
  [10, people(10), undefined],
  [10, people(5), undefined],
  [10, people(4), "halved"],
  [10, people(10, 10), "halved"],
  [10, people(20), undefined],
  [2, people(1), undefined],
  [1, people(1, 1), "halved"],
  [1, [], "empty"],
  [1, null, "gone"],
  [0, people(3), undefined],
])("of %i members these are left: %j, doubt: %s", (before, now, doubt) => {
  expect(doubtOf(group(before), now)).toBe(doubt);
});

test("at first sight only who is there is known", () => {
  expect(seeGroup(undefined, people(2), T0)).toEqual({ members: people(2), at: T0 });
  expect(doubtOf(undefined, [])).toBe("empty");
  expect(doubtOf(undefined, null)).toBe("gone");
});

test("members that go one by one are one loss, and over a day they are many", () => {
  const story = (apart: number) => {
    let seen = group(10);
    for (let left = 9; left > 0; left--) {
      seen = seeGroup(seen, people(left), T0 + (10 - left) * apart);
      if (seen.doubt) return left;
    }
    return 0;
  };
  expect(story(MINUTE)).toBeGreaterThanOrEqual(4);
  expect(story(HOUR)).toBe(0);
});

test("a loss in steps is one, however long before it the group was looked at last", () => {
  const first = seeGroup(group(10), people(5), T0);
  expect(first).toEqual({ members: people(10), at: T0 - HOUR, lossSince: T0 });
  expect(seeGroup(first, people(3), T0 + 30_000).doubt).toMatchObject({ what: "halved", lost: 7, of: 10 });
  expect(seeGroup(first, people(5), T0 + 10 * MINUTE)).toEqual({ members: people(5), at: T0 + 10 * MINUTE });
  expect(seeGroup(first, people(10), T0 + MINUTE)).toEqual({ members: people(10), at: T0 + MINUTE });
});

test("when ten minutes are over one more look is due, so that what goes later is a loss of its own", () => {
  const seen = seeGroup(group(3), people(2), T0);
  const looked = (groups: Record<string, GroupSeen>, at: number) => ({
    ...{ asked: 0, peopleAt: at },
    look: { asked: 0, at, groups },
  });
  expect(areGroupsDue(looked({ S0DEV: seen }, T0), T0 + 9 * MINUTE)).toBe(false);
  expect(areGroupsDue(looked({ S0DEV: seen }, T0), T0 + 10 * MINUTE)).toBe(true);
  const after = seeGroup(seen, people(2), T0 + 10 * MINUTE);
  expect(areGroupsDue(looked({ S0DEV: after }, T0 + 10 * MINUTE), T0 + 20 * MINUTE)).toBe(false);
  expect(seeGroup(after, people(1), T0 + 40 * MINUTE).doubt).toBeUndefined();
});

test("after the hour a larger loss than the one that was told is a new one", () => {
  const half = seeGroup(group(10), people(4), T0);
  const told = { ...half, doubt: { ...half.doubt, told: true } } as GroupSeen;
  const more = seeGroup(told, people(1), T0 + HOUR + 10 * MINUTE);
  const at = T0 + HOUR + 10 * MINUTE;
  expect(more.doubt).toMatchObject({ what: "halved", lost: 9, since: at, told: false });
  expect(doubtOf(told, people(6), T0 + HOUR)).toBeUndefined();
});

test("what is doubted is compared with what was before, until it is back", () => {
  const emptied = seeGroup(group(10), [], T0);
  expect(emptied.doubt).toEqual({ what: "empty", since: T0, told: false, lost: 10, of: 10 });
  const half = seeGroup(emptied, people(4), T0 + MINUTE);
  expect(half.doubt).toMatchObject({ what: "halved", since: T0 + MINUTE, lost: 6 });
  expect(seeGroup(half, people(10), T0 + 2 * MINUTE)).toEqual({ members: people(10), at: T0 + 2 * MINUTE });
});

test("a sync that fills it again slowly makes nobody leave; who is not back when nobody comes any more did", () => {
  let [seen, at] = [seeGroup(group(100), [], T0), T0];
  for (let back = 5; back <= 95; back += 5) {
    at += MINUTE;
    seen = seeGroup(seen, people(back), at);
    expect(seen.doubt?.what).toBe("halved");
    expect(seen.members).toHaveLength(100);
  }
  expect(seeGroup(seen, people(95), at + 9 * MINUTE).doubt?.what).toBe("halved");
  expect(seeGroup(seen, people(95), at + 10 * MINUTE)).toEqual({ members: people(95), at: at + 10 * MINUTE });
  expect(seeGroup(seen, people(100), at + MINUTE).doubt).toBeUndefined();
});

test("what the administrators were told of, and stays for an hour, is meant; an empty group never is", () => {
  const half = seeGroup(group(10), people(4), T0);
  const told = { ...half, doubt: { ...half.doubt, told: true } } as GroupSeen;
  expect(doubtOf(told, people(4), T0 + HOUR - 1)).toBe("halved");
  expect(doubtOf(half, people(4), T0 + HOUR)).toBe("halved");
  expect(seeGroup(told, people(4), T0 + HOUR)).toEqual({ members: people(4), at: T0 + HOUR });
  expect(doubtOf(told, [], T0 + HOUR)).toBe("empty");
});
