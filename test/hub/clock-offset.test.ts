/** The hub's clock, as the client learns it from answers. */
import { afterEach, expect, it } from "vitest";
import { jumpClock, stillClock, systemClock } from "../../sandbox/clock.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { createClockOffset, hubClock } from "../../src/hub/client/clock-offset.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";

let opened = new AsyncDisposableStack();
afterEach(async () => {
  await opened.disposeAsync();
  opened = new AsyncDisposableStack();
});

const date = (ms: number) => new Date(ms).toUTCString();
const NOON = Date.UTC(2026, 10, 25, 12);

/** The hub is so far ahead, and each answer takes so long. */
function told(offsets: number[], took = 20) {
  const offset = createClockOffset();
  for (const [i, ahead] of offsets.entries()) {
    const sent = NOON + i * 1_000;
    offset.learn(date(sent + took / 2 + ahead), sent, sent + took);
  }
  return offset.now();
}

it.each([
  ["agrees", [0, 0, 0, 0, 0], 0],
  ["differs by what whole seconds hide", [1_400, 1_400, -1_400, 1_400], 0],
  ["is five minutes ahead", Array(5).fill(5 * MINUTE), 5 * MINUTE],
  ["is five minutes behind", Array(5).fill(-5 * MINUTE), -5 * MINUTE],
  ["answers oddly once, at first", [90_000, 0, 0], 0],
  ["answers oddly twice in a row", [0, 0, 0, 90_000, -90_000], 0],
  ["has answered too little", [90_000, 90_000], 0],
  ["is put right", [...Array(5).fill(90_000), 0, 0, 0], 0],
])("a hub that %s", (_, offsets, ahead) => {
  expect(Math.abs(told(offsets) - ahead)).toBeLessThan(1_000);
});

it("does not flicker with the seconds of the header", () => {
  const offset = createClockOffset();
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const sent = NOON + i * 137;
    offset.learn(date(sent + 30_000), sent, sent + 10);
    if (i >= 3) seen.add(offset.now());
  }
  expect(seen.size).toBe(1);
});

it.each([
  ["a slow answer", NOON + 2_001],
  ["a clock that was set back meanwhile", NOON - 1],
])("learns nothing from %s", (_, heard) => {
  const offset = createClockOffset();
  for (let i = 0; i < 9; i++) offset.learn(date(NOON + 90_000), NOON, heard);
  expect(offset.now()).toBe(0);
});

it("learns nothing without a date", () => {
  const offset = createClockOffset();
  for (const header of [undefined, "", "yesterday"])
    for (let i = 0; i < 9; i++) offset.learn(header, NOON, NOON);
  expect(offset.now()).toBe(0);
});

/** A machine that is so far behind the hub, and has heard so from it. */
function behind(ms: number) {
  let [machine, elapsed, hub] = [NOON, 0, NOON + ms];
  const offset = createClockOffset(() => elapsed);
  const answer = ({ took = 20, odd = 0 } = {}) => offset.learn(date(hub + odd), machine - took, machine);
  for (let i = 0; i < 5; i++) answer();
  return {
    offset,
    answer,
    pass: (passed: number) => {
      [machine, elapsed, hub] = [machine + passed, elapsed + passed, hub + passed];
    },
    set: (by: number) => {
      machine += by;
    },
  };
}

it.each([10 * MINUTE, -10 * MINUTE])(
  "a machine that was %s ms behind and is set: the first good answer decides",
  (ms) => {
    const { offset, answer, set } = behind(ms);
    expect(Math.abs(offset.now() - ms)).toBeLessThan(1_000);
    set(ms);
    answer({ took: 3_000 });
    expect(Math.abs(offset.now() - ms)).toBeLessThan(1_000);
    answer();
    expect(offset.now()).toBe(0);
    answer({ odd: HOUR });
    expect(offset.now()).toBe(0);
  },
);

it("time that passes sets no machine: one odd answer decides nothing", () => {
  const { offset, answer, pass } = behind(10 * MINUTE);
  pass(HOUR);
  answer({ odd: HOUR });
  expect(Math.abs(offset.now() - 10 * MINUTE)).toBeLessThan(1_000);
});

async function open(): Promise<{ hub: LocalHub; client: HubClient; clock: ReturnType<typeof jumpClock> }> {
  const clock = jumpClock();
  const hub = opened.adopt(await startLocalHub({ clock }), (h) => h.stop());
  const access = parseKubeconfig(await botKubeconfig(hub));
  const client = opened.adopt(createHubClient(access, { clock }), (c) => c.close());
  return { hub, client, clock };
}
const ask = async (client: HubClient, times: number) => {
  for (let i = 0; i < times; i++) await client.lane("timers").request("/version");
};

it("learns it from every answer of the hub, by any lane, and never from a proxy's", async () => {
  const { hub, client, clock } = await open();
  await ask(client, 5);
  expect(client.clockOffset()).toBe(0);
  clock.jump(60 * MINUTE);
  await ask(client, 5);
  expect(client.clockOffset()).toBe(0);
  hub.skew(90_000);
  hub.meddle({ before: async () => ({ status: 502, html: true }), after: async () => true });
  await ask(client, 5);
  expect(client.clockOffset()).toBe(0);
  hub.meddle(undefined);
  await ask(client, 5);
  expect(Math.abs(client.clockOffset() - 90_000)).toBeLessThan(1_500);
});

it("the hub's clock sleeps as the machine's, and says the hub's time", async () => {
  const machine = stillClock(NOON);
  const clock = hubClock(machine, () => 90_000);
  expect(clock.now()).toBe(NOON + 90_000);
  const slept = clock.sleep(1_000);
  machine.jump(1_000);
  await slept;
});

it("needs no clock: then there is no offset", async () => {
  const hub = opened.adopt(await startLocalHub({ clock: systemClock() }), (h) => h.stop());
  hub.skew(90_000);
  const client = opened.adopt(createHubClient(parseKubeconfig(await botKubeconfig(hub))), (c) => c.close());
  await ask(client, 5);
  expect(client.clockOffset()).toBe(0);
});
