/** An operator's commands on a real API server: what they say stands there stands there, and what they end is gone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { jumpClock } from "../../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { MINUTE, SECOND } from "../../../src/domain/duration.ts";
import { trail } from "../../../src/store/trail.ts";
import { BOB, CAROL, startBot, startWorld, type World } from "../../helpers/bot.ts";
import { login } from "../../helpers/login.ts";
import { type Scene, scene, tokenIn } from "../../helpers/scene.ts";
import { swept } from "../../helpers/swept.ts";
import { AWAY, operator } from "./operate.ts";

describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () => {
  const clock = jumpClock();
  let hub: TestHub;
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let it: Scene;
  let by: ReturnType<typeof operator>;
  beforeAll(async () => {
    hub = await startEnvtest(clock);
    world = await startWorld({ hub, clock });
    bot = await startBot(world);
    it = scene(world);
    by = operator(world);
  }, 120_000);
  afterAll(async () => {
    for (const token of over) await world.until(async () => (await login(hub, token)) === 401);
    await bot?.stop();
    await world?.close();
    await hub?.stop();
  });

  /** What is over: the server itself forgets a token in its own 10 s, which all of them wait for together. */
  const over: string[] = [];
  const told = async (id: string) => {
    const found: string[] = [];
    for await (const entry of trail({ redis: world.commands, keys: world.keys }))
      if ("id" in entry && entry.id === id && "to" in entry) found.push(`${entry.to} ${entry.who}`);
    return found;
  };
  /** As if the hub were away for the command line alone. */
  function noHub(): string {
    const file = parse(readFileSync(world.env.KARPOR_ACCESS_CONFIG, "utf8"));
    const path = join(world.env.KARPOR_ACCESS_CONFIG, "..", "no-hub.yml");
    writeFileSync(path, stringify({ ...file, hub: { ...file.hub, server: "https://127.0.0.1:1" } }));
    return path;
  }

  test("list, show and end", async () => {
    const { id, token } = await by.granted("first");
    expect((await by.operate(["list"])).says).toMatch(
      new RegExp(`${id} +active +guest +bob .* alice +first`),
    );
    expect((await by.operate(["show", id])).says).toContain("account and binding stand");
    expect(await by.proven(by.operate(["end", id, "leaving", "--as", "dana"]))).toEqual({
      good: true,
      says: expect.stringMatching(
        / has ended: (Karpor refuses its token|its account is gone from Karpor)\.$/,
      ),
    });
    over.push(token);
    expect((await by.operate(["show", id])).says).toContain("Nothing of it stands on Karpor.");
    expect(await told(id)).toContain("ending operator dana");
  });

  test("with Redis away, list and end; the bot records it, and who did it", async () => {
    const { id, token } = await by.granted("second");
    await bot.stop();
    const listed = JSON.parse((await by.operate(["list", "--json"], { REDIS_URL: AWAY })).says);
    expect(listed).toMatchObject({
      redis: false,
      hub: true,
      grants: [{ id, role: "guest", reason: "second" }],
    });
    const ending = by.operate(["end", id], { REDIS_URL: AWAY });
    await world.until(async () => (await it.standing()).length === 0);
    expect(await by.inTime(ending)).toMatchObject({
      good: true,
      says: expect.stringContaining("gone from Karpor"),
    });
    over.push(token);
    bot = await startBot(world);
    await world.until(async () => {
      await swept(world);
      return (await world.records()).every(({ state }) => state !== "active");
    });
    expect(await told(id)).toContain("ending operator nightshift");
    await world.jump(13 * SECOND);
    await world.until(async () => (await world.records()).every(({ state }) => state === "ended"));
  });

  test("abandon, while the hub is away for whoever does it; what stands goes by the bot", async () => {
    const { id, token } = await by.granted("third");
    await bot.stop();
    const away = { KARPOR_ACCESS_CONFIG: noHub() };
    const ending = by.operate(["end", id], away);
    await world.until(async () => (await world.records()).some(({ state }) => state === "ending"));
    expect(await by.inTime(ending)).toEqual({
      good: false,
      says: expect.stringContaining("not confirmed yet"),
    });
    await world.jump(MINUTE);
    expect((await by.operate(["abandon", id, "it is gone", "--as", "dana"], away)).good).toBe(true);
    expect(await told(id)).toContain("ended operator dana");
    expect(await it.standing()).toHaveLength(2);
    bot = await startBot(world);
    await world.until(async () => {
      await swept(world);
      return (await it.standing()).length === 0;
    });
    over.push(token);
  });

  test("lockdown and unlock", async () => {
    const { token } = await by.granted("fourth");
    expect(await by.proven(by.operate(["lockdown", "a laptop is stolen"]))).toMatchObject({ good: true });
    over.push(token);
    await it.say(BOB, "guest 1h please");
    await it.whisper(BOB, "operator nightshift locked");
    expect((await by.operate(["unlock", "found it"])).says).toContain("Unlocked");
    await world.jump(2 * SECOND);
    await by.granted("fifth");
  });

  test("confirm-restore", async () => {
    const remembers = async () =>
      (await hub.objects()).serviceAccounts.some(
        ({ metadata }) => metadata.annotations?.["karpor-access.io/epoch"] !== undefined,
      );
    await world.until(remembers);
    await world.commands.flushall();
    await world.jump(10 * SECOND);
    const card = await it.ask("guest 1h", "afterwards", CAROL);
    await world.slack.click("U0ALICE", card, "approve");
    await it.channel("New access waits until");
    const confirmed = await by.operate(["confirm-restore", "--as", "dana"]);
    expect(confirmed.says).toContain("Confirmed:");
    await world.until(async () => {
      await world.jump(5 * SECOND);
      return world.slack.dm(CAROL).some((m) => tokenIn(m) !== "");
    });
    const names: string[] = [];
    for await (const entry of trail({ redis: world.commands, keys: world.keys }))
      if ("restore" in entry) names.push(entry.who);
    expect(names).toEqual(["operator dana"]);
  });
});
