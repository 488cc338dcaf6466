/** Of many tokens that wait to leave Slack each is tried the less often the more there are; what another replica saw to makes nobody wait. */
import { expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { coverViews } from "../../src/flow/cover-views.ts";
import { type Ports, TroubleOutside } from "../../src/flow/ports.ts";
import { takeTokenOff } from "../../src/flow/take-token-off.ts";
import { each } from "../domain/records.ts";

const clock = jumpClock();
const warned: string[] = [];
const ports = {
  clock,
  log: { warn: ({ id }: { id: string }) => void warned.push(id) },
  requests: { get: () => Promise.reject(new Error("Slack answers nothing")) },
} as unknown as Ports;

/** Ms until it is tried again, of so many tries the longest. */
async function waits(id: string, tries = 1): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < tries; i++) {
    const later = await takeTokenOff(ports, id as RequestId);
    all.push((later?.again ?? 0) - clock.now());
  }
  return Math.max(...all);
}

test("five thousand of a lockdown, which the other replica takes off: days later one is tried at once again", async () => {
  for (let i = 0; i < 5_000; i++) await waits(`R-${i}`);
  expect(await waits("R-1", 40)).toBeGreaterThan(10 * SECOND);
  clock.jump(6 * MINUTE);
  warned.length = 0;
  expect(await waits("R-1", 40)).toBeLessThan(1.1 * SECOND);
  expect(warned).toEqual(["R-1"]);
});

test("a view that Slack, away for an hour, did not take is tried every second; one that it refuses for a reason of its own, less and less often", async () => {
  const views = [{ id: "V1", generation: 1, at: clock.now() - HOUR }];
  const record = { ...each.ended, delivery: "reveal", reveals: { count: 1, recent: [], views } };
  const covering = async (error: Error) => {
    const over = {
      requests: { get: async () => record },
      tokenViews: { cover: () => Promise.reject(error) },
    };
    const later = await coverViews({ ...ports, ...over } as unknown as Ports, each.ended.id);
    return (later?.again ?? 0) - clock.now();
  };
  expect(await covering(new TroubleOutside("slack", "away"))).toBeLessThan(1.1 * SECOND);
  expect(await covering(new Error("invalid_arguments"))).toBeGreaterThan(2 * MINUTE);
});
