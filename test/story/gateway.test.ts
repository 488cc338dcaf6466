/** With a gateway the DM's button logs in: its link is the token, and goes as the token goes; the token itself is shown at a click. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Block } from "../../sandbox/slack/types.ts";
import { BOB } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, usualConfig, type World } from "../helpers/world.ts";

const PAGE = "https://karpor.example.com/access/login";
let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld({ config: { hub: { ...usualConfig.hub, gateway: true } } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

const LINK = /"(https:[^"]*\/access\/login#[^"]*)"/;
const linkIn = ({ blocks }: { blocks?: Block[] }): string => LINK.exec(JSON.stringify(blocks))?.[1] ?? "";

test("the token's message has one link that logs in, and none is left when it is hidden or ends", async () => {
  const message = await scene.get("guest 1h", "one click");
  const token = tokenIn(message);
  expect(linkIn(message)).toBe(`${PAGE}#${token}`);
  expect(visibleText(message)).not.toContain(token);
  expect(await scene.login(token)).toBe("good");
  await world.slack.click(BOB, message, "hide");
  const hidden = await scene.whisper(BOB, "Token hidden");
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((one) => linkIn(one) !== ""));
  await scene.say(BOB, "status");
  for (const shown of [hidden, await scene.whisper(BOB, "You have or wait for")]) {
    expect(buttonsOf(shown).slice(0, 2)).toEqual(["Open Karpor", "Show token"]);
    expect(JSON.stringify(shown.blocks)).toContain("https://karpor.example.com/insight");
    expect(tokenIn(shown)).toBe("");
  }
  await world.slack.click(BOB, hidden, "reveal");
  const view = await world.slack.waitFor(() => world.slack.views(BOB).find((one) => linkIn(one) !== ""));
  expect(visibleText({ text: "", blocks: view.blocks })).toContain(tokenIn(view));
  expect(linkIn(view)).toBe(`${PAGE}#${tokenIn(view)}`);
  await scene.say(BOB, "end");
  await scene.proveEnd((await scene.record((one) => one.reason === "one click")).id);
  for (const one of [token, tokenIn(view)]) await scene.isDead(one);
  expect(JSON.stringify(world.slack.history())).not.toContain(tokenIn(view));
});

test("its link goes with the access", async () => {
  await scene.get("guest 1h", "not hidden");
  await scene.say(BOB, "end");
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((message) => linkIn(message) !== ""));
});

test("of a role that no message holds, a click shows both in a view", async () => {
  await scene.say(BOB, "shown 1h");
  await world.slack.click(BOB, await scene.dm(BOB, "no message holds it"), "reveal");
  const view = await world.slack.waitFor(() => world.slack.views(BOB).find((one) => linkIn(one) !== ""));
  expect(await scene.login(tokenIn(view))).toBe("good");
  expect(JSON.stringify(world.slack.history())).not.toContain(tokenIn(view));
});
