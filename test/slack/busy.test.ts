/** Whoever waits for an acknowledgement goes first. */
import { expect, test } from "vitest";
import { createBusy } from "../../src/slack/inbound/busy.ts";

const turn = () => new Promise<void>((next) => setImmediate(next));

function scene() {
  const busy = createBusy();
  const done: string[] = [];
  return {
    done,
    /** Somebody waits until this is called. */
    ask(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      void busy.run(async (acked) => {
        await promise;
        done.push("answered");
        acked();
      });
      return resolve;
    },
    slice: () => busy.letPass().then(() => void done.push("slice")),
  };
}

test("a slice of work begins at once where nobody waits, and after the answer where somebody does", async () => {
  const { ask, slice, done } = scene();
  await slice();
  const answer = ask();
  const second = slice();
  answer();
  await second;
  expect(done).toEqual(["slice", "answered", "slice"]);
});

test("an answer that takes long does not hold the work up: of many slices each would wait for it", async () => {
  const { ask, slice, done } = scene();
  const answer = ask();
  await slice();
  answer();
  await slice();
  expect(done).toEqual(["slice", "answered", "slice"]);
});

test("who called while the last slice was at work is answered before the next", async () => {
  const { ask, slice, done } = scene();
  setImmediate(() => setImmediate(ask()));
  await slice();
  expect(done).toEqual(["answered", "slice"]);
});

test("who asks while a slice waits does not hold it up as well", async () => {
  const { ask, slice, done } = scene();
  const first = ask();
  const waiting = slice();
  await turn();
  ask();
  first();
  await waiting;
  expect(done).toEqual(["answered", "slice"]);
});
