/** What comes to Slack's door over HTTP and is none of Slack's: refused, and the log stays readable. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { signedHeaders } from "../../sandbox/slack/signing.ts";
import { MINUTE } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB } from "../helpers/people.ts";
import { APP, type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let running: Running;

beforeAll(async () => {
  world = await startWorld();
  running = await startReplica(world);
});
afterAll(() => world.close());

const FORM = "application/x-www-form-urlencoded";

async function send(body: string, type: string, headers = signedHeaders(APP.signingSecret, body)) {
  const url = `http://127.0.0.1:${running.port}/slack/events`;
  const { status } = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": type, ...headers },
  });
  return status;
}

/** Lines above debug. */
const loud = () => running.lines.filter(({ level }) => level !== "debug" && level !== "info");

test.each([
  ["no JSON", "{", "application/json"],
  ["nothing at all", "null", "application/json"],
  ["a press that is nothing at all", null],
  ["of no kind", {}],
  ["an event that is a word", { event: "app_home_opened" }, "application/json"],
  ["an event that is null", { type: "event_callback", event: null }, "application/json"],
  ["a command by nobody", new URLSearchParams({ command: APP.command, text: "status" }).toString(), FORM],
  ["a press of nothing", { type: "block_actions", user: { id: BOB }, actions: null }],
  [
    "a press without a message",
    { type: "block_actions", user: { id: BOB }, actions: [{ action_id: "end" }] },
  ],
  ["a form without its values", { type: "view_submission", user: { id: BOB }, view: { id: "V1" } }],
  [
    "a form that is about nothing",
    {
      ...{ type: "view_submission", user: { id: BOB }, trigger_id: "1" },
      view: { id: "V1", callback_id: "form", private_metadata: "{", state: { values: {} } },
    },
  ],
  ["a shortcut by a number", { type: "shortcut", callback_id: "request", user: { id: 7 }, trigger_id: "1" }],
])("signed, and %s: 400, with a line at debug", async (_, payload, type?: string) => {
  const before = running.lines.length;
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const body = type ? text : new URLSearchParams({ payload: text }).toString();
  expect(await send(body, type ?? FORM)).toBe(400);
  expect(running.lines.slice(before).map(({ level }) => level)).toEqual(["debug"]);
  expect(loud()).toEqual([]);
});

test("bad signatures are one line a minute, with a count", async () => {
  const bad = {
    "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
    "x-slack-signature": "v0=bad",
  };
  const statuses = await Promise.all(Array.from({ length: 50 }, () => send("{}", "application/json", bad)));
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(loud()).toEqual([]);
  world.clock.jump(MINUTE);
  await eventually(async () => loud().length > 0);
  expect(loud()).toMatchObject([
    { level: "warn", count: 50, msg: expect.stringContaining("without a valid signature") },
  ]);
});
