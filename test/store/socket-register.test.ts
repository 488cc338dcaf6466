/** Each replica says how many connections it has; one that falls silent counts no more. */
import { afterAll, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { createSocketRegister } from "../../src/store/socket-register.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

test("all are added up, the latest word of each counts, and who is silent for a minute is forgotten", async () => {
  const clock = jumpClock();
  const keys = freshKeys();
  const replica = () => createSocketRegister({ redis: redis.commands, keys, clock });
  const [one, other] = [replica(), replica()];
  expect(await one.hold(1)).toBe(1);
  expect(await other.hold(2)).toBe(3);
  expect(await other.hold(1)).toBe(2);
  clock.jump(50_000);
  expect(await other.hold(1)).toBe(2);
  clock.jump(20_000);
  expect(await one.total()).toBe(1);
  expect(await other.hold(0)).toBe(0);
  expect(await redis.commands.hlen(keys.sockets)).toBe(0);
});
