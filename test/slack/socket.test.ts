/** Socket Mode through Slack's moods, and through the loss of what a replica needs to be of use. */
import { expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { BOB, type Door, GENERAL, openDoor } from "../helpers/listener.ts";

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

test("refused at its start, it comes in when Slack lets it", async () => {
  const first = await socket();
  first.slack.failNext("apps.connections.open", "account_inactive", 3);
  const door = await socket(first);
  expect(door.listener.isOpen()).toBe(false);
  await pass(door, () => door.listener.isOpen());
  expect(connections(door)).toBe(2);
});

test("a connection that Slack wants renewed is renewed at once", async () => {
  const door = await socket();
  door.clock.jump(3_600 * SECOND);
  door.slack.socket.disconnect("refresh_requested");
  await door.slack.waitFor(() => !door.listener.isOpen());
  await open(door);
  expect(door.reports.flat()).toEqual([]);
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
