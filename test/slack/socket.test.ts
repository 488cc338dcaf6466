/** Socket Mode through Slack's moods, and through the loss of what a replica needs to be of use. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { createSocket } from "../../src/slack/inbound/socket.ts";
import { BOB, type Door, GENERAL, openDoor } from "../helpers/listener.ts";
import { memoryLog } from "../helpers/memory-log.ts";

const socket = (beside?: Door) => openDoor({ transport: "socket", ...(beside ? { beside } : {}) });
const connections = ({ slack }: Door) => slack.socket.connections();
const open = (door: Door, count = 1) => door.slack.waitFor(() => connections(door) === count);
const SECOND = 1_000;
/** Time passes until it holds. */
async function pass(door: Door, holds: () => boolean, most = 200): Promise<void> {
  for (let left = most; !holds(); left--) {
    if (left === 0) throw new Error(`It did not come true: ${holds}`);
    door.clock.jump(SECOND);
    await new Promise((tick) => setTimeout(tick, 10));
  }
}
const commands = async (door: Door, count: number): Promise<string[]> => {
  const said: string[] = [];
  for (let i = 0; i < count; i++) {
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "peek");
    said.push(visibleText(ephemeral ?? { text: "no answer" }));
  }
  return said;
};

test.each(["account_inactive", "invalid_auth", { status: 503 }])(
  "a reconnect that Slack refuses (%o) is tried on, said once, and over when Slack takes it again",
  async (refusal) => {
    const door = await socket();
    door.slack.failNext("apps.connections.open", refusal, 4);
    door.slack.socket.drop();
    await pass(door, () => door.reports.some((found) => found.length > 0));
    expect(door.listener.isOpen()).toBe(false);
    expect(door.reports.find((found) => found.length > 0)?.[0]).toMatchObject({
      cause: "slack delivery",
      message: expect.stringMatching(
        typeof refusal === "string" ? `refuses Socket Mode \\(${refusal}\\)` : /does not answer/,
      ),
      fix: expect.any(String),
    });
    await pass(door, () => door.listener.isOpen());
    expect(door.reports.at(-1)).toEqual([]);
    expect(connections(door)).toBe(1);
    expect((await door.slack.command(BOB, GENERAL, "help")).status).toBe(200);
  },
);

test("a clock that was an hour ahead when Slack refused it keeps nobody from the next try once it is right", async () => {
  const clock = jumpClock();
  let ahead = 3600 * SECOND;
  const never = new Promise<void>(() => {});
  const connection = { connections: 1, expiring: never, lost: never, close: async () => {} };
  const one = createSocket({
    clock: { now: () => clock.now() + ahead, sleep: clock.sleep },
    connect: async () => {
      if (ahead > 0) throw new Error("refused");
      return connection;
    },
    ...{ hasRecords: () => true, acked: async () => {}, held: async (own) => own },
    ...{ report: () => {}, notice: () => {}, log: memoryLog() },
  });
  await one.start();
  ahead = 0;
  for (let second = 0; second < 5 && !one.isOpen(); second++) {
    clock.jump(SECOND);
    await delay(10);
  }
  expect(one.isOpen()).toBe(true);
  await one.stop();
});

test("refused at its start, it comes in when Slack lets it", async () => {
  const first = await socket();
  first.slack.failNext("apps.connections.open", "account_inactive", 3);
  const door = await socket(first);
  expect(door.listener.isOpen()).toBe(false);
  await pass(door, () => door.listener.isOpen());
  expect(connections(door)).toBe(2);
});

test("a connection that Slack wants renewed is replaced before it is closed", async () => {
  const door = await socket();
  door.slack.socket.disconnect("refresh_requested");
  await open(door, 2);
  expect(door.listener.isOpen()).toBe(true);
  await pass(door, () => connections(door) === 1);
  expect(door.reports.flat()).toEqual([]);
});

test("a refresh that Slack refuses at first is tried on while the old connection serves", async () => {
  const door = await socket();
  door.slack.failNext("apps.connections.open", "internal_error", 3);
  door.slack.socket.disconnect("warning");
  for (let said = 0; said < 5; said++) {
    door.clock.jump(SECOND);
    expect((await door.slack.command(BOB, GENERAL, "help")).error).toBeUndefined();
  }
  await pass(door, () => connections(door) === 2);
  expect(door.reports.flat()).toEqual([]);
});

test("a command every 100 ms across 20 refreshes: all are answered, none had to be sent again", async () => {
  const door = await socket();
  await door.meet(BOB);
  const results: ReturnType<typeof door.slack.command>[] = [];
  for (let refreshes = 0; refreshes < 20; refreshes++) {
    door.slack.socket.disconnect(refreshes % 2 ? "warning" : "refresh_requested");
    for (let ms = 0; ms < 4_000; ms += 100) {
      results.push(door.slack.command(BOB, GENERAL, "help"));
      door.clock.jump(100);
      await new Promise((tick) => setTimeout(tick, 1));
    }
  }
  const errors = (await Promise.all(results)).map(({ error }) => error).filter(Boolean);
  expect(errors).toEqual([]);
  await door.slack.waitFor(() => door.slack.ephemerals(BOB).length === 800);
  expect(door.slack.socket.resent()).toBe(0);
  expect(door.slack.calls.filter(({ method }) => method === "apps.connections.open")).toHaveLength(21);
  await pass(door, () => connections(door) === 1);
});

test("a connection that Slack counts and no replica has is said once it is sure, and no more when it is gone", async () => {
  const door = await socket();
  const beside = await socket(door);
  await open(door, 2);
  door.slack.socket.disconnect("refresh_requested");
  await open(door, 4);
  await pass(door, () => connections(door) === 2);
  const said = () => [...door.notices, ...beside.notices].flat();
  expect(said()).toEqual([]);
  door.slack.socket.haunt(1);
  door.slack.socket.drop();
  await pass(door, () => said().length > 0, 300);
  expect(said()[0]).toMatchObject({
    notice: true,
    cause: "slack connections",
    // It was counted while one replica had the next beside the last.
    message: expect.stringMatching(/Slack counts 4 .* have 3/),
  });
  expect(door.reports.flat()).toEqual([]);
  door.slack.socket.haunt(0);
  await pass(door, () => [door, beside].every(({ notices }) => (notices.at(-1) ?? []).length === 0), 600);
  await pass(door, () => connections(door) === 2);
});

test("an eleventh connection is turned away in Slack's words, and had when there is room", async () => {
  const first = await socket();
  first.slack.socket.haunt(9);
  const door = await socket(first);
  expect(door.listener.isOpen()).toBe(false);
  expect(door.reports.at(-1)?.[0]).toMatchObject({
    message: "Slack allows an app 10 connections, and all are taken",
  });
  first.slack.socket.haunt(0);
  await pass(first, () => door.listener.isOpen());
  expect(door.reports.at(-1)).toEqual([]);
});

test("a stop while Slack refuses leaves nothing that comes back", async () => {
  const door = await socket();
  door.slack.failNext("apps.connections.open", "invalid_auth", 2);
  door.slack.socket.drop();
  await pass(door, () => door.reports.some((found) => found.length > 0));
  await door.listener.stop();
  const calls = door.slack.calls.length;
  for (let i = 0; i < 50; i++) door.clock.jump(SECOND);
  await new Promise((tick) => setTimeout(tick, 50));
  expect(door.slack.calls).toHaveLength(calls);
  expect(connections(door)).toBe(0);
});

const lose = (door: Door, lost = true) => {
  door.records.there = !lost;
  door.ports.requests.fault = lost ? "down" : undefined;
};

test("a replica without its records leaves commands to the other, and comes back with them", async () => {
  const well = await socket();
  const ill = await socket(well);
  await open(well, 2);
  await Promise.all([well.meet(BOB), ill.meet(BOB)]);
  lose(ill);
  await pass(well, () => !ill.listener.isOpen());
  await open(well, 1);
  expect((await commands(well, 5)).filter((said) => said.includes("Nothing changed"))).toEqual([]);
  // However often it looks again.
  for (let looks = 0; looks < 3; looks++) await pass(well, () => connections(well) === 1, 60);
  lose(ill, false);
  await pass(well, () => ill.listener.isOpen());
  await open(well, 2);
});

test("the only one there is goes on saying that nothing was changed", async () => {
  const door = await socket();
  await door.meet(BOB);
  lose(door);
  const opened = () => door.slack.calls.filter(({ method }) => method === "apps.connections.open").length;
  const before = opened();
  await pass(door, () => opened() >= before + 2);
  await door.slack.waitFor(() => connections(door) === 1 && door.listener.isOpen());
  expect(await commands(door, 3)).toEqual(Array(3).fill(expect.stringMatching(/nothing changed/i)));
});

test("of replicas that all lost their records, one stays to say so", async () => {
  const first = await socket();
  const doors = [first, await socket(first), await socket(first)];
  await open(first, 3);
  for (const door of doors) {
    await door.meet(BOB);
    lose(door);
  }
  await pass(
    first,
    () => doors.filter((door) => door.listener.isOpen()).length === 1 && connections(first) === 1,
  );
  expect(await commands(first, 2)).toEqual(Array(2).fill(expect.stringMatching(/nothing changed/i)));
  for (const door of doors) lose(door, false);
  await pass(first, () => doors.every((door) => door.listener.isOpen()));
  await open(first, 3);
});
