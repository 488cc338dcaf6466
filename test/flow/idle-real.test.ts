/** On a real API server, by its audit webhook: who uses a token is not asked, who does not is, and what nobody needs ends. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable } from "../../sandbox/hub/envtest.ts";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { BOB, catalog, MEI } from "../helpers/bot.ts";
import { startToldWorld, type ToldWorld } from "../helpers/hub-relay.ts";
import { type IdleScene, idleScene } from "../helpers/idle-scene.ts";
import { tokenIn } from "../helpers/scene.ts";

const roles = { ...catalog, admin: { ...catalog.admin, idle: { after: "30m", release: true } } };

const real = describe.runIf(envtestAvailable());
if (!envtestAvailable()) test.skip(`on a real API server ${envtestAdvice}`);

real("on a real API server", () => {
  let started: ToldWorld | undefined;
  let { relay, hub, world, it }: ToldWorld = {} as ToldWorld;
  let { record, state, pass, comes, questions, stands, told }: IdleScene = {} as IdleScene;
  beforeEach(async () => {
    started = await startToldWorld({ config: { roles }, follows: true });
    ({ relay, hub, world, it } = started);
    ({ record, state, pass, comes, questions, stands, told } = idleScene(world, started.heartbeat));
  }, 90_000);
  afterEach(() => started?.stop());

  test("asked, used again, silent, asked again, ended: told and proved", async () => {
    const anybody = hubClient(hub);
    const used = tokenIn(await it.get("admin 4h", "in use", MEI));
    const token = tokenIn(await it.get("admin 4h", "idle"));
    const use = async (by: string) => {
      expect((await anybody("GET", "/rest-api/v1/clusters", { token: by })).status).toBe(404);
    };
    for (let i = 0; i < 4; i++) {
      await use(used);
      await pass(7 * MINUTE);
    }
    const message = await stands(BOB);
    expect(visibleText(message)).toMatch(/No use of `admin` on \*production\* was reported for 30 min/);
    expect(buttonsOf(message)).toEqual(["Keep", "End now"]);
    await told("idle");

    // Within the quarter of an hour.
    await use(token);
    await use(used);
    await comes(() => visibleText(message).startsWith("*In use again:*"));

    // Whatever they do meanwhile, nobody hears of it.
    relay.lost = () => true;
    await pass(40 * MINUTE, { heard: false });
    expect([await state("idle"), await state("in use")]).toEqual(["active", "active"]);
    relay.lost = () => false;
    for (let i = 0; i < 4; i++) {
      await use(used);
      await pass(7 * MINUTE);
    }
    expect([...questions(BOB), ...questions(MEI)]).toEqual([]);

    await stands(BOB);
    const at = await told("idle");
    await pass(14 * MINUTE);
    expect(await state("idle")).toBe("active");
    await comes(async () => (await state("idle")) !== "active");
    const over = await record("idle");
    const end = "end" in over ? over.end : undefined;
    expect(end?.cause).toBe("idle");
    expect(end?.at).toBeGreaterThanOrEqual(at + 15 * MINUTE);
    await comes(async () => (await state("idle")) === "ended");
    expect((await anybody("GET", "/rest-api/v1/clusters", { token })).status).toBe(401);
    const receipt = () =>
      world.slack
        .dm(BOB)
        .map(visibleText)
        .find((text) => /Used once/.test(text));
    await comes(() => receipt() !== undefined);
    expect(receipt()).toMatch(/^\*Ended.*no use was reported[\s\S]*not complete (\d+ times, )?from/);
    await anybody.close();
  }, 400_000);
});
