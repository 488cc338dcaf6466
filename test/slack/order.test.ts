/** Writes to one message, one after the other: a removal waits for what is under way, and for nothing else. */
import { expect, test } from "vitest";
import { createOrder, type Write } from "../../src/slack/outbound/order.ts";
import { askToWait, type SlackAnswer } from "../../src/slack/outbound/send.ts";

const MESSAGE = "C0OPS 1.1";
const DONE = askToWait(0);
type Call = PromiseWithResolvers<SlackAnswer>;

function lane() {
  const order = createOrder();
  const called: string[] = [];
  return {
    called,
    /** Goes out when it is called; has arrived when it is resolved. */
    write(method: string, urgency: Write["urgency"]) {
      const write: Write = { method, urgency, init: undefined, isOut: false };
      const call: Call = Promise.withResolvers();
      const answer = order(MESSAGE, write, async () => {
        called.push(method);
        return call.promise;
      });
      return { write, answer, arrive: () => call.resolve(DONE) };
    },
  };
}
const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

test("a removal drops what waits, all of it, and waits for what those waited for", async () => {
  const { called, write } = lane();
  const out = write("under way", "cards");
  out.write.isOut = true;
  const waiting = [write("waits", "show"), write("waits too", "cards")];
  const removal = write("removal", "take-off");
  await turns();
  expect(called).toEqual(["under way"]);
  expect(waiting.map((one) => one.write.isDropped)).toEqual([true, true]);
  out.arrive();
  await turns();
  expect(called).toContain("removal");
  removal.arrive();
  for (const one of waiting) one.arrive();
  await Promise.all([removal, ...waiting].map((one) => one.answer));
});

test("a removal waits for nothing that is not out", async () => {
  const { called, write } = lane();
  const waiting = write("waits", "cards");
  write("removal", "take-off");
  await turns();
  expect(called).toEqual(["waits", "removal"]);
  expect(waiting.write.isDropped).toBe(true);
});

test("one removal waits for another, and a redraw over it is asked to come back", async () => {
  const { called, write } = lane();
  const first = write("removal", "take-off");
  const redraw = write("redraw", "cards");
  expect(await redraw.answer).toMatchObject({ status: 429 });
  const second = write("removal again", "take-off");
  await turns();
  expect(called).toEqual(["removal"]);
  first.arrive();
  await turns();
  expect(called).toEqual(["removal", "removal again"]);
  second.arrive();
  await second.answer;
});
