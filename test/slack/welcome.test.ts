/** The first time somebody uses the bot, their DM says what it can do; never again. */
import { expect, onTestFinished, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { BOB, type Door, GENERAL, GUS, MEI, openDoor } from "../helpers/listener.ts";

async function opened() {
  const door = await openDoor();
  door.ports.told = door.told;
  return door;
}
const dm = (door: Door, user: string) => door.slack.dm(user).map(visibleText);

test("by the first command, in one's own language, with what it does not read", async () => {
  const door = await opened();
  await Promise.all(["status", "help", "guest 1h"].map((line) => door.slack.command(BOB, GENERAL, line)));
  await door.slack.command(MEI, GENERAL, "");
  await door.dm(BOB, "I do not read what is typed here");
  await door.dm(MEI, "无法读取你在这里输入的内容");
  await door.listener.stop();
  expect(dm(door, BOB)).toHaveLength(1);
  expect(dm(door, MEI)).toHaveLength(1);
});

test("by the shortcut; not a guest, and a DM that is closed stops nothing else", async () => {
  const door = await opened();
  await door.slack.shortcut(MEI, "request_access");
  await door.dm(MEI, "欢迎使用");
  await door.slack.command(GUS, GENERAL, "status");
  door.slack.people.blockDm(BOB, "cannot_dm_bot");
  await door.slack.command(BOB, GENERAL, "guest 1h");
  await door.whisper(BOB, "Sent to");
  await door.listener.stop();
  expect(dm(door, GUS)).toEqual([]);
  expect(door.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test("where Slack asks to wait, it comes later", async () => {
  const door = await opened();
  await door.meet(BOB);
  door.slack.failNext("chat.postMessage", { retryAfter: 30 });
  await door.slack.command(BOB, GENERAL, "help");
  await expect.poll(() => door.slack.calls.some(({ error }) => error === "ratelimited")).toBe(true);
  expect(dm(door, BOB)).toEqual([]);
  const waker = setInterval(() => door.clock.jump(30_000), 20);
  onTestFinished(() => clearInterval(waker));
  await door.dm(BOB, "I do not read what is typed here");
});
