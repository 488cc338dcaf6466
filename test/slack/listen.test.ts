/** The door itself: both transports, signatures, what is not ours, health, and a stop that waits. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, BOB, GENERAL, openDoor } from "../helpers/listener.ts";

const MANIFEST = parse(readFileSync(new URL("../../manifest.yml", import.meta.url), "utf8"));

describe.each(["http", "socket"] as const)("over %s", (transport) => {
  test("a command is answered after its acknowledgement, a click by a redraw, a modal by its errors", async () => {
    const door = await openDoor({ transport });
    const { id } = await door.ask(BOB, "guest 1h");
    await door.whisper(BOB, "Sent to");
    await door.slack.click(ALICE, await door.card(id), "deny");
    const view = await door.slack.waitFor(() => door.slack.views(ALICE).at(-1));
    await door.slack.submit(ALICE, view.id, { why: " " });
    expect(view.errors).toBeDefined();
    await door.slack.click(ALICE, await door.card(id), "approve");
    await door.until(id, "active");
    expect(door.slack.troubles()).toEqual([]);
  });

  test("what is not ours is acknowledged", async () => {
    const door = await openDoor({ transport });
    const ours = await door.slack.command(BOB, GENERAL, "status");
    const { user_id, ...nobody } = ours.payload;
    expect(user_id).toBe(BOB);
    const broken = await door.slack.redeliver({ ...ours, payload: nobody });
    expect(broken.status).toBe(200);
    expect(JSON.parse(broken.body)).toMatchObject({ response_type: "ephemeral" });
    for (const type of ["view_closed", "shortcut", "message_action", "block_suggestion"]) {
      const payload = {
        type,
        callback_id: "x",
        action_id: "x",
        value: "",
        view: { callback_id: "x" },
        user: { id: BOB },
      };
      const team = { id: door.slack.bot.teamId };
      const sent = await door.slack.redeliver({
        ...ours,
        kind: "interactive",
        payload: { ...payload, team },
      });
      expect(sent, type).toMatchObject({ status: 200, body: "" });
    }
    const team_id = door.slack.bot.teamId;
    for (const type of MANIFEST.settings.event_subscriptions.bot_events) {
      const event = { type, user: { id: BOB }, event_ts: "1.2" };
      const payload = { type: "event_callback", team_id, event_id: "Ev1", event };
      const sent = await door.slack.redeliver({ ...ours, kind: "events_api", payload });
      expect(sent, type).toMatchObject({ status: 200, body: "" });
    }
  });

  test("a stop waits for what was acknowledged before it was done, and can be repeated", async () => {
    const door = await openDoor({ transport, more: { ackWithin: 10 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    door.ports.requests.gate = promise;
    expect((await door.slack.command(BOB, GENERAL, "guest 1h")).status).toBe(200);
    let over = false;
    const stopped = door.listener.stop().then(() => {
      over = true;
    });
    await new Promise((tick) => setTimeout(tick, 50));
    expect(over).toBe(false);
    if (transport === "socket") await door.slack.waitFor(() => door.slack.socket.connections() === 0);
    expect(await door.slack.command(BOB, GENERAL, "peek")).toMatchObject({
      error: transport === "http" ? "http_service_error" : "dispatch_failed",
    });
    resolve();
    await stopped;
    await door.listener.stop();
    expect(door.ports.requests.all()).toHaveLength(1);
    expect(visibleText(door.slack.ephemerals(BOB)[0] ?? { text: "" })).toContain("Sent to");
  });

  test("no token is in the log, whatever fails", async () => {
    const door = await openDoor({ transport });
    await door.slack.redeliver({
      kind: "interactive",
      payload: { type: "block_actions", actions: [{ action_id: "approve" }], user: {}, team: { id: "T" } },
      ...{ status: 0, ms: 0, body: "" },
    });
    expect(door.lines.some(({ level }) => level === "error")).toBe(true);
    expect(JSON.stringify(door.lines)).not.toContain("planted");
  });
});

test("what is not signed by Slack is turned away", async () => {
  const door = await openDoor();
  door.slack.settings.signingSecret = "guessed";
  const result = await door.slack.command(BOB, GENERAL, "guest 1h");
  expect(result.status).toBe(401);
  expect(door.ports.requests.all()).toEqual([]);
});

test("an acknowledgement lost with its connection makes nothing twice", async () => {
  const door = await openDoor({ transport: "socket", more: { pongWithin: 1_000 } });
  await door.meet(BOB);
  door.slack.socket.loseAcks(1);
  await door.slack.command(BOB, GENERAL, "guest 1h");
  await door.whisper(BOB, "Sent to");
  expect(door.ports.requests.all()).toHaveLength(1);
});
