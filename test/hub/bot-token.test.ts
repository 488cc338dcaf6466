/** The bot's own token: renewed at half of its life, by whoever is first; told before it dies unrenewed. */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { visibleText } from "../../sandbox/slack/index.ts";
import { loadConfig } from "../../src/config.ts";
import { DAY, MINUTE } from "../../src/domain/duration.ts";
import { openHub } from "../../src/hub/client/access.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { renewBotToken } from "../../src/hub/kubeconfig/bot-token.ts";
import { ALICE, startBot, startWorld, type World } from "../helpers/bot.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";

const fileOf = (world: World) => join(dirname(world.env.KARPOR_ACCESS_CONFIG), "hub.kubeconfig");
const tokenOf = (world: World): string => parse(readFileSync(fileOf(world), "utf8")).users[0].user.token;
const log = pino({ level: "silent" });
/** As if the bot had been set up so long ago. */
async function setUp(world: World, ago: number): Promise<void> {
  world.localHub?.skew(-ago);
  writeFileSync(fileOf(world), await botKubeconfig(world.hub));
  world.localHub?.skew(0);
}
async function openOwn(world: World) {
  await using opened = new AsyncDisposableStack();
  const hub = opened.adopt(await openHub(loadConfig(world.env), { log }), (h) => h.close());
  const client = opened.adopt(createHubClient(hub.access, { reread: hub.reread }), (c) => c.close());
  const kept = opened.move();
  return { hub, client, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
const isMint = (method: string, path: string) => method === "POST" && path.endsWith("karpor-access/token");

describe("renewal", () => {
  test("nothing before half of its life, then a new one in the same file, which the bot works with", async () => {
    await using world = await startWorld();
    await using opened = await openOwn(world);
    const { hub, client } = opened;
    const look = () => renewBotToken({ hub, client, clock: world.clock });

    const first = tokenOf(world);
    expect((await look()).state).toBe("fresh");
    world.clock.jump(182 * DAY);
    expect((await look()).state).toBe("fresh");
    world.clock.jump(1 * DAY);
    expect((await look()).state).toBe("renewed");
    expect(tokenOf(world)).not.toBe(first);
    expect(client.token()?.reveal()).toBe(tokenOf(world));
    expect(statSync(fileOf(world)).mode & 0o777).toBe(0o600);
    expect((await look()).state).toBe("fresh");

    // The one before is dead now.
    world.clock.jump(183 * DAY);
    expect((await client.request("/version")).status).toBe(200);
    expect(client.token()?.reveal()).toBe(tokenOf(world));
  });

  test("a hub that refuses leaves the old one, and says why", async () => {
    await using world = await startWorld();
    await using opened = await openOwn(world);
    const { hub, client } = opened;
    const before = tokenOf(world);
    world.clock.jump(200 * DAY);
    world.localHub?.failNext(1, 403, isMint);
    const found = await renewBotToken({ hub, client, clock: world.clock });
    expect(found).toMatchObject({ state: "stuck", why: expect.stringMatching(/403/) });
    expect(tokenOf(world)).toBe(before);
  });
});

test("a replica that was slower takes the other's token for good", async () => {
  await using world = await startWorld();
  await using opened = await openOwn(world);
  const { hub, client } = opened;
  world.clock.jump(200 * DAY);
  const { source } = hub;
  const slower = {
    ...source,
    save: async (text: string) => {
      await source.save?.(text);
      throw new Error("it was changed meanwhile");
    },
  };
  const found = await renewBotToken({ hub: { source: slower }, client, clock: world.clock });
  expect(found.state).toBe("fresh");
});

test("a kubeconfig that cannot be read any more renews nothing: what the bot speaks by is said to end", async () => {
  await using world = await startWorld();
  await using opened = await openOwn(world);
  const { hub, client } = opened;
  rmSync(fileOf(world));
  const look = () => renewBotToken({ hub, client, clock: world.clock });
  await expect(look()).rejects.toThrow(/Cannot read the kubeconfig/);
  world.clock.jump(200 * DAY);
  expect(await look()).toMatchObject({ state: "stuck", why: expect.stringMatching(/Cannot read/) });
});

describe("in the bot", () => {
  test("it renews at its start what is due", async () => {
    await using world = await startWorld();
    await setUp(world, 200 * DAY);
    const before = tokenOf(world);
    const bot = await startBot(world);
    await world.until(async () => tokenOf(world) !== before);
    await bot.stop();
    expect(world.slack.dm(ALICE)).toEqual([]);
  });

  test("a token of ten minutes is renewed again and again, in time", async () => {
    await using world = await startWorld();
    writeFileSync(fileOf(world), await botKubeconfig(world.hub, 600));
    const bot = await startBot(world);
    for (let renewals = 0; renewals < 3; renewals++) {
      const before = tokenOf(world);
      world.clock.jump(4 * MINUTE);
      await world.until(async () => (await bot.status()).status === 200);
      expect(tokenOf(world)).toBe(before);
      world.clock.jump(1.1 * MINUTE);
      await world.until(async () => tokenOf(world) !== before);
    }
    await bot.stop();
    expect(bot.lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(world.slack.dm(ALICE)).toEqual([]);
  });

  test("one of ten minutes that the hub does not renew is tried on, and told of when a quarter of it is left", async () => {
    await using world = await startWorld();
    writeFileSync(fileOf(world), await botKubeconfig(world.hub, 600));
    const bot = await startBot(world);
    world.localHub?.failNext(Number.POSITIVE_INFINITY, 403, isMint);
    const stuck = () => bot.lines.filter(({ msg }) => msg.includes("could not be renewed")).length;
    world.clock.jump(5.1 * MINUTE);
    await world.until(async () => stuck() === 1);
    expect(world.slack.dm(ALICE)).toEqual([]);
    world.clock.jump(1 * MINUTE);
    await world.until(async () => stuck() === 2);
    expect(world.slack.dm(ALICE)).toEqual([]);
    world.clock.jump(1.6 * MINUTE);
    const told = await world.slack.waitFor(() => world.slack.dm(ALICE)[0]);
    expect(visibleText(told)).toMatch(/Ends in [23] min.*which it could not renew/);
    await bot.stop();
  });

  test("the administrators are told in a DM when one is about to die, once a day", async () => {
    await using world = await startWorld();
    await setUp(world, 355 * DAY);
    world.localHub?.failNext(2, 403, isMint);
    const bot = await startBot(world);
    const told = await world.slack.waitFor(() => world.slack.dm(ALICE)[0]);
    expect(visibleText(told)).toMatch(/Ends in (9|10) d.*which it could not renew/);
    const second = await startBot(world);
    await world.until(async () => second.lines.some(({ msg }) => msg.includes("could not be renewed")));
    await Promise.all([bot.stop(), second.stop()]);
    expect(world.slack.dm(ALICE)).toHaveLength(1);
  });
});
