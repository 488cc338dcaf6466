import { expect, it } from "vitest";
import { jumpClock, stillClock, systemClock } from "../../sandbox/clock.ts";

it("tells real time", () => {
  expect(Math.abs(systemClock().now() - Date.now())).toBeLessThan(50);
});

it("wakes who slept past the jump, and nobody else", async () => {
  const clock = jumpClock();
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(name));
  const hour = sleep("hour", 3_600_000);
  const controller = new AbortController();
  const year = clock.sleep(365 * 24 * 3_600_000, controller.signal);
  clock.jump(3_600_001);
  await hour;
  expect(woken).toEqual(["hour"]);
  controller.abort(new Error("enough"));
  await expect(year).rejects.toThrow("enough");
});

it("does not start to sleep for a signal that is aborted", async () => {
  await expect(systemClock().sleep(1000, AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
});

it("sleeps longer than a timer can hold", async () => {
  const clock = jumpClock();
  const month = clock.sleep(30 * 24 * 3_600_000).then(() => "month");
  expect(await Promise.race([month, clock.sleep(20).then(() => "soon")])).toBe("soon");
  clock.jump(30 * 24 * 3_600_000);
  expect(await month).toBe("month");
});

it("stands still until it jumps", async () => {
  const clock = stillClock(1000);
  const nap = clock.sleep(5);
  expect(clock.now()).toBe(1000);
  clock.jump(5);
  await nap;
  expect(clock.now()).toBe(1005);
});
