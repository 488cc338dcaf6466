/** One person is looked up at two replicas, and a crowd stands behind: whom the other's look let in waits no second time. */
import { afterAll, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { SlackBusy } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { twoDirectories } from "../helpers/two-directories.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const CROWD = 250;
const nameOf = (n: number): UserId => UserId.parse(`U0P${String(n).padStart(4, "0")}`);
/** The first of those for whom a minute has no room. */
const PERSON = nameOf(50);

test("who is put off after the other replica had the turn comes again within ten seconds, and finds the person known", async () => {
  const { clock, at } = twoDirectories(redis.commands, async (_now, _sleep, fields) => {
    const id = fields.get("user");
    return { user: { id, team_id: "T0", name: id, profile: {} } };
  });
  const ask = (by: number, id: UserId) =>
    at(by)
      .person(id, "ask")
      .then(
        (found) => found.id,
        (error: unknown) => (error instanceof SlackBusy ? error.retryAfterMs : Promise.reject(error)),
      );
  for (let n = 0; n < CROWD; n++) await ask(n % 2, nameOf(n));
  expect(await ask(1, PERSON)).toBeGreaterThan(0);
  clock.jump(MINUTE + 2 * SECOND);
  const both = await Promise.all([ask(0, PERSON), ask(1, PERSON)]);
  expect(both).toContain(PERSON);
  const [wait = 0] = both.filter((one) => typeof one === "number");
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(10 * SECOND);
  clock.jump(wait);
  expect(await Promise.all([ask(0, PERSON), ask(1, PERSON)])).toEqual([PERSON, PERSON]);
});
