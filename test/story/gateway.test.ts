/** With a gateway before the dashboard, the DM's button logs in: its link is the token, and goes as the token goes. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Block } from "../../sandbox/slack/types.ts";
import { BOB } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn } from "../helpers/scene.ts";
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

test("the token's message has one link that logs in, and neither is left when it is hidden or ends", async () => {
  const first = await scene.get("guest 1h", "one click");
  expect(linkIn(first)).toBe(`${PAGE}#${tokenIn(first)}`);
  await world.slack.click(BOB, first, "hide");
  await world.slack.click(BOB, await scene.whisper(BOB, "Token hidden"), "new-token");
  await world.slack.submit(BOB, (await scene.form(BOB)).id, {});
  const second = await scene.tokenOf(BOB);
  expect(linkIn(second)).toBe(`${PAGE}#${tokenIn(second)}`);
  await scene.say(BOB, "end");
  await scene.proveEnd((await scene.record((one) => one.reason === "one click")).id);
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((message) => linkIn(message) !== ""));
  await scene.isDead(tokenIn(first));
});

test("a token shown at a click has its link in the view, and no message has either", async () => {
  await scene.say(BOB, "shown 1h");
  await world.slack.click(BOB, await scene.dm(BOB, "no message holds it"), "reveal");
  const view = await world.slack.waitFor(() => world.slack.views(BOB).find((one) => linkIn(one) !== ""));
  const token = linkIn(view).slice(`${PAGE}#`.length);
  expect(await scene.login(token)).toBe("good");
  expect(JSON.stringify(world.slack.history())).not.toContain(token);
});
