/** Story 1, the main path: ask, approve, get a token, be reminded, lose it on time, provably. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { needs } from "../helpers/machine.ts";
import { ALICE, APPROVALS, BOB, GENERAL } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { isRealHub } from "../helpers/stand-in.ts";
import { startReplica, startWorld, type World, type WorldOptions } from "../helpers/world.ts";

describe("over HTTP", () => tell({ transport: "http" }));
describe("over Socket Mode", () => tell({ transport: "socket" }));
if (!isRealHub) needs("a real API server")("on a real API server", () => tell({ realHub: true }));

function tell(options: WorldOptions) {
  let world: World;
  let scene: Scene;

  beforeAll(async () => {
    world = await startWorld(options);
    scene = sceneOf(world);
    await startReplica(world);
  });
  afterEach(() => scene.clear());
  afterAll(() => world.close());

  test("ask, approve, get a token, be reminded, lose it on time", async () => {
    const asked = await scene.say(BOB, "guest 8h looking at search");
    expect(asked.status).toBe(200);
    const sent = await scene.whisper(BOB, "Sent to <!subteam^S0SRE>.");
    expect(buttonsOf(sent)).toEqual(["Withdraw"]);
    const card = await scene.card("looking at search");
    expect(buttonsOf(card)).toEqual(["Approve 8 h", "1 h only", "Deny…"]);

    await world.slack.click(ALICE, card, "approve");
    const delivered = await scene.tokenOf(BOB);
    expect(await scene.login(tokenIn(delivered))).toBe("good");
    expect(buttonsOf(delivered)).toContain("End now");
    expect((await scene.onHub()).length).toBe(2);
    expect(visibleText(await scene.card("Active until"))).toContain(`<@${ALICE}>`);

    await world.jump(7 * HOUR + 50 * MINUTE);
    const left = await scene.dm(BOB, "10 min left:");
    expect(buttonsOf(left)).toEqual(["Ask for more time", "End now"]);

    await world.jump(10 * MINUTE);
    const { id } = await scene.record(({ ending }) => ending?.deletedAt != null);
    await scene.dm(BOB, "confirming");
    const closed = await scene.proveEnd(id);
    expect(closed.ending?.proof?.method).toBe("probe");
    await scene.isDead(tokenIn(delivered));
    const receipt = await scene.dm(BOB, "Karpor refuses the token");
    await scene.card("Ended");
    const about = (messages: SlackMessage[]) => messages.filter((one) => visibleText(one).includes(id));
    await world.slack.waitFor(() => about(world.slack.dm(BOB)).length === 1);
    expect(about(world.slack.dm(BOB))).toEqual([receipt]);
    // Three rings for who asked, one for who approved.
    const rings = (user: string, isThere: (channel: string) => boolean) =>
      world.slack.notifications(user).flatMap(({ channel, text }) => (isThere(channel) ? [text] : []));
    expect(rings(BOB, (channel) => channel === receipt.channel)).toEqual([
      "Approved by @Alice: guest on production for 8 h.",
      "10 min left: guest on production.",
      "Ended: guest on production.",
    ]);
    expect(rings(ALICE, () => true)).toEqual([
      "@Bob asks for guest on production for 8 h: looking at search",
    ]);
    expect(about(world.slack.messages(APPROVALS)).length).toBe(1);
    expect(await scene.onHub()).toEqual([]);
    expect(scene.visible()).not.toContain(tokenIn(delivered));
  });

  test("a role that nobody approves comes at once", async () => {
    await scene.say(BOB, "peek 15m", GENERAL);
    const { id } = await scene.record(({ role, state }) => role === "peek" && state === "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "End now", { confirm: true });
    await scene.proveEnd(id);
    expect(visibleText(await scene.dm(BOB, id))).toContain("Ended");
  });
}
