/** The checks while the bot runs: when they look. */
import { expect, test } from "vitest";
import { stillClock } from "../../../sandbox/clock.ts";
import { keepChecking } from "../../../src/cli/checks/keep.ts";
import type { StartFindings } from "../../../src/cli/checks/start.ts";

const well: StartFindings = { findings: [], identity: null, isOurs: true };
const turn = () => new Promise<void>((next) => setImmediate(next));

test("who asks for a look while one is under way has another as soon as that is done", async () => {
  const looks: PromiseWithResolvers<StartFindings>[] = [];
  const look = () => {
    const one = Promise.withResolvers<StartFindings>();
    looks.push(one);
    return one.promise;
  };
  const silent = { info() {}, warn() {}, error() {} };
  const checking = await keepChecking(well, {
    ...{ look, clock: stillClock(), log: silent },
    holds: { report() {} },
    onRefused: () => {},
    onOurs: async () => {},
    onIdentity: async () => {},
  });
  checking.now();
  await turn();
  checking.now();
  looks[0]?.resolve(well);
  await turn();
  await turn();
  expect(looks).toHaveLength(2);
  const closed = checking.close();
  looks[1]?.resolve(well);
  await closed;
});
