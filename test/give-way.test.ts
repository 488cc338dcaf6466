/** Who gives way, by an event loop whose turns take as long as is said. */
import { expect, test } from "vitest";
import { createGiveWay, type EventLoop } from "../src/give-way.ts";

function scene() {
  const ready: (() => void)[] = [];
  let now = 0;
  const loop: EventLoop = { now: () => now, next: (work) => void ready.push(work) };
  const giveWay = createGiveWay(loop);
  const begun: number[] = [];
  const over: (() => void)[] = [];
  return {
    begun,
    /** So many pieces of work, each of which runs until it is let go. */
    ask: (count: number) => {
      for (let i = 0; i < count; i++) {
        const number = over.length;
        const { promise, resolve } = Promise.withResolvers<void>();
        over.push(resolve);
        void giveWay(() => {
          begun.push(number);
          return promise;
        });
      }
    },
    finish: (number: number) => over[number]?.(),
    /** The loop turns once, in so many ms. */
    async turn(ms: number) {
      now += ms;
      for (const work of ready.splice(0)) work();
      // What was let go begins.
      for (let i = 0; i < 5; i++) await Promise.resolve();
    },
    isIdle: () => ready.length === 0,
  };
}

test("a few begin at once, however slow the loop is", () => {
  const { ask, begun, isIdle } = scene();
  ask(4);
  expect(begun).toEqual([0, 1, 2, 3]);
  expect(isIdle()).toBe(true);
});

test("more begin one a turn, in their order, and none in a turn that takes long", async () => {
  const { ask, begun, turn, isIdle } = scene();
  ask(7);
  await turn(20);
  expect(begun).toHaveLength(4);
  await turn(1);
  await turn(20);
  await turn(1);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  await turn(4);
  expect(begun).toHaveLength(7);
  expect(isIdle()).toBe(true);
});

test("none waits for longer than half a second", async () => {
  const { ask, begun, turn } = scene();
  ask(6);
  for (let i = 0; i < 24; i++) await turn(20);
  expect(begun).toHaveLength(4);
  await turn(20);
  await turn(20);
  expect(begun).toHaveLength(6);
});

test("whoever comes when enough is over begins at once", async () => {
  const { ask, begun, finish, turn } = scene();
  ask(4);
  finish(2);
  await turn(100);
  ask(1);
  expect(begun).toHaveLength(5);
});

test("what fails is over as well, and its caller is told", async () => {
  const giveWay = createGiveWay();
  const failing = Array.from({ length: 9 }, () => giveWay(() => Promise.reject(new Error("no"))));
  const all = await Promise.allSettled(failing);
  expect(all.every(({ status }) => status === "rejected")).toBe(true);
  expect(await giveWay(async () => "done")).toBe("done");
});
