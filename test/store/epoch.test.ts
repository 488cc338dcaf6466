/** The epoch in a real Redis: raised from what was seen alone, and what it was raised from. */
import { afterAll, beforeEach, expect, test } from "vitest";
import type { Epochs } from "../../src/flow/ports.ts";
import { createEpochs } from "../../src/store/epoch.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let keys: ReturnType<typeof freshKeys>;
let epochs: Epochs;
beforeEach(() => {
  keys = freshKeys();
  epochs = createEpochs({ redis: redis.commands, keys });
});

test("an empty one is all zero; a rise covers what was counted, and says from what", async () => {
  expect(await epochs.read()).toEqual({
    at: 0,
    from: 0,
    changes: 0,
    lasting: 0,
    covered: 0,
    before: 0,
    told: 0,
    over: 0,
    lacks: 0,
  });
  await redis.commands.hset(keys.epoch, { changes: 3, lasting: 2 });
  expect(await epochs.raise({ at: 0, lasting: 2 }, { at: 40, from: 20, before: 7 })).toBe(true);
  expect(await epochs.read()).toMatchObject({
    at: 40,
    from: 20,
    changes: 0,
    lasting: 2,
    covered: 2,
    before: 7,
  });
});

test("another than was seen, or one that counts less, is not raised", async () => {
  await redis.commands.hset(keys.epoch, { at: 40, lasting: 2 });
  const to = { at: 60, from: 40, before: 0 };
  expect(await epochs.raise({ at: 20, lasting: 2 }, to)).toBe(false);
  expect(await epochs.raise({ at: 40, lasting: 3 }, to)).toBe(false);
  expect(await epochs.raise({ at: 40, lasting: 1 }, to)).toBe(true);
});

test("of a rise by a version that does not say from what, that is not known", async () => {
  await epochs.raise({ at: 0, lasting: 0 }, { at: 40, from: 0, before: 0 });
  await redis.commands.hset(keys.epoch, { at: 60 });
  expect(await epochs.read()).toMatchObject({ at: 60, from: 60 });
});

test("a doubt is noted once, of what was seen alone: it covers that, and the epoch stays", async () => {
  await redis.commands.hset(keys.epoch, { at: 40, lasting: 2 });
  const seen = await epochs.read();
  await redis.commands.hincrby(keys.epoch, "lasting", 1);
  expect(await epochs.note(seen, { told: 81, over: 70, lacks: 60 })).toBe(true);
  expect(await epochs.read()).toMatchObject({
    at: 40,
    lasting: 3,
    covered: 2,
    told: 81,
    over: 70,
    lacks: 60,
  });
  expect(await epochs.note(seen, { told: 83, over: 70, lacks: 60 })).toBe(false);
  expect(await epochs.note({ ...seen, at: 20, told: 81 }, { told: 83, over: 70, lacks: 60 })).toBe(false);
  expect(await epochs.note({ ...seen, lasting: 4, told: 81 }, { told: 83, over: 70, lacks: 60 })).toBe(false);
});
