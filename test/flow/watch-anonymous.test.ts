/** The watch over what needs no token, where hub or Slack do not answer: nothing is taken for news, and nobody stays untold. */
import { expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import type { Alarm } from "../../src/domain/alarm.ts";
import type { AnonymousAccess, LastLook } from "../../src/domain/anonymous.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { TroubleOutside } from "../../src/flow/ports.ts";
import { createAnonymousWatch } from "../../src/flow/watch/watch-anonymous.ts";
import { alone } from "../helpers/memory-ports.ts";

const CLOSED: AnonymousAccess = { reads: false, open: [], streams: false, allows: [] };
const OPEN: AnonymousAccess = {
  ...{ reads: true, open: ["/rest-api/v1/clusters"], streams: true, allows: ["get /rest-api/*"] },
};
const SILENT: AnonymousAccess = { reads: null, open: [], streams: null, allows: [] };

/** Each look of a minute, and what the administrators were told by it; `deaf` are minutes at which none of them could be. */
async function watch(seen: (AnonymousAccess | "away")[], deaf: number[] = []) {
  const clock = jumpClock();
  let last: LastLook | null = null;
  const minutes: { looked: boolean; told: Alarm["kind"][] }[] = [];
  const now = () => minutes.length - 1;
  const make = () =>
    createAnonymousWatch({
      clock,
      lease: { hold: async (_, work) => ({ done: await work(alone()) }) },
      looks: {
        last: async () => last,
        save: async (one) => {
          last = one;
        },
      },
      admins: {
        tell: async ({ kind }) => {
          if (deaf.includes(now())) return false;
          minutes.at(-1)?.told.push(kind);
          return true;
        },
      },
      look: async () => {
        const found = seen[now()] ?? CLOSED;
        Object.assign(minutes.at(-1) ?? {}, { looked: true });
        if (found === "away") throw new TroubleOutside("hub", "no answer");
        return found;
      },
    });
  for (let i = 0; i < seen.length; i++) {
    minutes.push({ looked: false, told: [] });
    // A replica of its own each time: what was told is no memory of one of them.
    expect(await make().run(new AbortController().signal)).toBe(30 * SECOND);
    clock.jump(MINUTE);
  }
  return {
    looked: minutes.flatMap(({ looked }, i) => (looked ? [i] : [])),
    told: minutes.flatMap(({ told }, i) => told.map((kind) => [i, kind])),
  };
}
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

test("what is closed is looked at every ten minutes, and never told", async () => {
  expect(await watch(times(21, CLOSED))).toEqual({ looked: [0, 10, 20], told: [] });
});

test("what was opened is told at the next look, once, and its end once", async () => {
  const seen = [...times(3, CLOSED), ...times(20, OPEN), ...times(20, CLOSED)];
  expect((await watch(seen)).told).toEqual([
    [10, "reads-opened"],
    [30, "reads-closed"],
  ]);
});

test("a hub that does not say, or is away, opens and closes nothing, and is asked again at once", async () => {
  const seen = [OPEN, ...times(9, OPEN), SILENT, "away" as const, ...times(2, SILENT), CLOSED];
  expect(await watch(seen)).toEqual({
    looked: [0, 10, 11, 12, 13, 14],
    told: [
      [0, "reads-opened"],
      [14, "reads-closed"],
    ],
  });
});

test("whom nobody could tell is told later, and not of what is over by then", async () => {
  expect((await watch(times(4, OPEN), [0, 1])).told).toEqual([[2, "reads-opened"]]);
  expect((await watch([OPEN, OPEN, CLOSED, CLOSED], [0, 1])).told).toEqual([]);
});
