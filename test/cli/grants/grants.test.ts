/** An operator sees and ends access from where the bot runs: beside a running bot, and with Slack, Redis or the hub away. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../../sandbox/slack/index.ts";
import { verifyLive } from "../../../src/cli/audit/live.ts";
import { verifyShipped } from "../../../src/cli/audit/verify-shipped.ts";
import { MINUTE, SECOND } from "../../../src/domain/duration.ts";
import type { Source } from "../../../src/store/chain.ts";
import { trail } from "../../../src/store/trail.ts";
import { BOB, CAROL, startBot, startWorld, type World } from "../../helpers/bot.ts";
import { login } from "../../helpers/login.ts";
import { run } from "../../helpers/process.ts";
import { type Scene, scene } from "../../helpers/scene.ts";
import { swept } from "../../helpers/swept.ts";
import { read } from "../audit/lines.ts";
import { AWAY, operator } from "./operate.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>> | undefined;
let it: Scene;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  await bot?.stop();
  await world.close();
});

async function stopBot(): Promise<void> {
  await bot?.stop();
  bot = undefined;
}

const operate = (args: string[], redisUrl?: string) =>
  operator(world).operate(args, redisUrl === undefined ? {} : { REDIS_URL: redisUrl });
const proven = <T>(running: Promise<T>) => operator(world).proven(running);
const inTime = <T>(running: Promise<T>) => operator(world).inTime(running);
const granted = (reason: string, user?: string) => operator(world).granted(reason, user);

const lastOnTrail = async (id: string) => {
  const entries = [];
  for await (const entry of trail({ redis: world.commands, keys: world.keys }))
    if ("id" in entry && entry.id === id) entries.push(entry);
  return entries;
};

test("beside a running bot: list, end with a reason, and the story, which says who did it", async () => {
  const { id, token } = await granted("night work");
  const process = run("src/main.ts", ["grants", "list"], {
    KARPOR_ACCESS_CONFIG: world.env.KARPOR_ACCESS_CONFIG,
    REDIS_URL: world.env.REDIS_URL,
  });
  expect(await process.ended, process.output()).toBe(0);
  expect(process.output()).toMatch(new RegExp(`${id} +active +guest +bob .*20.*Z +alice +night work`));
  const { good, says } = await proven(operate(["end", id, "leaving", "the team", "--as", "dana"]));
  // A probe token that is slow to be made is not waited for.
  expect(says).toMatch(
    new RegExp(`^${id} has ended: (Karpor refuses its token|its account is gone from Karpor)\\.$`),
  );
  expect(good).toBe(true);
  expect(await login(world.hub, token)).toBe(401);
  const dm = visibleText(await it.dm(BOB, "Revoked by operator dana"));
  expect(dm).toContain("leaving the team");
  expect(visibleText(await it.channel("Ended"))).toContain("operator dana");
  expect(await lastOnTrail(id)).toContainEqual(
    expect.objectContaining({ to: "ending", who: "operator dana", why: "revoked: leaving the team" }),
  );
  expect((await operate(["show", id])).says).toMatch(
    /asked for by U0BOB[\s\S]*revoked by operator dana: leaving the team\n.*confirmed: .*\nNothing of it stands on Karpor\./,
  );
  expect(await operate(["end", id])).toEqual({ good: false, says: expect.stringContaining("ended") });
  expect((await operate(["list"])).says).toBe("Nothing is granted.");
  expect((await operate(["show", "R-00000000"])).good).toBe(false);
});

test("with no bot and no Slack it is ended and proved, and a bot that starts tells it", async () => {
  const { id, token } = await granted("lonely");
  await stopBot();
  const { good, says } = await proven(operate(["end", id, "--json"]));
  expect(JSON.parse(says)).toMatchObject({ id, state: "ended", confirmed: true });
  expect(good).toBe(true);
  expect(await login(world.hub, token)).toBe(401);
  bot = await startBot(world);
  await world.jump(MINUTE);
  expect(visibleText(await it.dm(BOB, "Revoked by operator nightshift"))).not.toContain("eyJ");
});

test("with Redis away too: what stands is listed and ended from the hub, and the bot records it afterwards", async () => {
  const { id, token } = await granted("no redis");
  const { id: other } = await granted("another", CAROL);
  await stopBot();
  const [list, show] = await Promise.all([operate(["list", "--json"], AWAY), operate(["show", id], AWAY)]);
  const listed = JSON.parse(list.says);
  expect(listed).toMatchObject({ redis: false, hub: true });
  expect(listed.grants.map((one: { id: string }) => one.id).sort()).toEqual([id, other].sort());
  expect(show.says).toContain("account and binding stand");
  const ending = operate(["end", id], AWAY);
  await world.until(async () => (await it.standing()).length === 2);
  expect(await inTime(ending)).toEqual({
    good: true,
    says: `${id} has ended: it is gone from Karpor.\nRedis does not answer: the bot records it when Redis is back.`,
  });
  expect(await login(world.hub, token)).toBe(401);
  const all = operate(["end", "--all"], AWAY);
  await world.until(async () => (await it.standing()).length === 0);
  expect((await inTime(all)).good).toBe(true);
  await expect(operate(["abandon", id], AWAY)).rejects.toThrow("Redis does not answer at REDIS_URL");
  await world.localHub?.down();
  await expect(operate(["list"], AWAY)).rejects.toThrow("Neither Redis nor Karpor answers");
  await world.localHub?.up();
  bot = await startBot(world);
  // Its own first sweep may be at it.
  await world.until(async () => {
    await swept(world);
    return (await world.records()).every(({ state }) => state !== "active");
  });
  for (const one of [id, other])
    expect(await lastOnTrail(one)).toContainEqual(
      expect.objectContaining({
        to: "ending",
        who: "operator nightshift",
        why: expect.stringMatching(/^revoked/),
      }),
    );
});

test("with Redis away, an end that the hub notes and does not carry out is carried out by the bot that starts", async () => {
  const { id, token } = await granted("half ended");
  await stopBot();
  let refuses = true;
  world.localHub?.failNext(Number.POSITIVE_INFINITY, 503, (method) => refuses && method === "DELETE");
  const { good, says } = await inTime(operate(["end", id, "leaving"], AWAY));
  expect(good).toBe(false);
  expect(says).toContain(`${id} may still stand on Karpor: run this again.`);
  refuses = false;
  bot = await startBot(world);
  await world.until(async () => {
    await swept(world);
    return (await world.records()).every(({ state }) => state !== "active");
  });
  expect(await lastOnTrail(id)).toContainEqual(
    expect.objectContaining({ to: "ending", who: "operator nightshift", why: "revoked: leaving" }),
  );
  await world.until(async () => (await login(world.hub, token)) === 401);
});

test("locked down with Redis away: what the hub does not let go is named, and nothing is called done", async () => {
  const { id, token } = await granted("stuck");
  await stopBot();
  let refuses = true;
  world.localHub?.failNext(Number.POSITIVE_INFINITY, 503, (method) => refuses && method === "DELETE");
  expect(await inTime(operate(["lockdown", "a thief"], AWAY))).toEqual({
    good: false,
    says: `Locked down: nothing is granted until it is lifted with unlock.
Redis does not answer: the lockdown stands on Karpor alone.
${id} may still stand on Karpor: run this again.`,
  });
  expect(await login(world.hub, token)).toBe(200);
  refuses = false;
  expect(await inTime(operate(["lockdown", "a thief"], AWAY))).toEqual({
    good: true,
    says: expect.stringContaining("the lockdown stands on Karpor alone, and what stood there is taken off."),
  });
  expect(await login(world.hub, token)).toBe(401);
});

test("all at once, and a lockdown that only an operator lifts: the channel says who", async () => {
  await granted("first");
  await granted("second", CAROL);
  expect(await proven(operate(["end", "--all", "a thief"]))).toEqual({
    good: true,
    says: "2 of 2 confirmed ended.",
  });
  expect(visibleText(await it.channel("Revoked by operator nightshift"))).toContain(
    "all access on production",
  );
  await granted("third");
  const locked = await proven(operate(["lockdown", "a laptop is stolen"]));
  expect(locked).toEqual({
    good: true,
    says: "Locked down: nothing is granted until it is lifted with unlock.\n1 of 1 confirmed ended.",
  });
  expect(visibleText(await it.channel("Locked down by operator nightshift"))).toContain("a laptop is stolen");
  await it.say(BOB, "guest 1h please");
  expect(visibleText(await it.whisper(BOB, "operator nightshift locked"))).toContain("a laptop is stolen");
  expect((await operate(["lockdown", "again"])).says).toContain("Locked down already by operator nightshift");
  expect((await operate(["unlock", "found it", "--as", "dana"])).says).toContain("Unlocked");
  await world.jump(2 * SECOND);
  expect(visibleText(await it.channel("Unlocked by operator dana"))).toContain("found it");
  expect((await operate(["unlock", "again"])).good).toBe(false);
  await granted("fourth");
});

/** It answers until the ends are on record. */
async function redisGoesAway(): Promise<void> {
  await world.until(async () => (await world.records()).every(({ state }) => state === "ending"));
  await world.until(async () => (await world.commands.keys("*:lease:*")).length === 0);
  world.redis.pause();
  world.clock.jump(2 * SECOND);
}

test("Redis goes away while all ends: it is said that the end is begun", async () => {
  await granted("first");
  await granted("second", CAROL);
  await stopBot();
  const ending = operate(["end", "--all", "a thief"]);
  await redisGoesAway();
  expect(await ending).toEqual({
    good: false,
    says: `The end of all 2 is begun.
Redis does not answer any more: a running bot goes on, or run this again.`,
  });
  world.redis.resume();
});

test("Redis goes away while one ends: it is said that the end is begun", async () => {
  const { id } = await granted("alone");
  await stopBot();
  const ending = operate(["end", id]);
  await redisGoesAway();
  expect(await ending).toEqual({
    good: false,
    says: `The end of ${id} is begun.
Redis does not answer any more: a running bot goes on, or run this again.`,
  });
  world.redis.resume();
});

test("Redis goes away while a lockdown ends all: it is said that all is locked down", async () => {
  await granted("first");
  await stopBot();
  const locking = operate(["lockdown", "a thief"]);
  await redisGoesAway();
  expect(await locking).toEqual({
    good: false,
    says: `Locked down: nothing is granted until it is lifted with unlock.
Redis does not answer any more: a running bot goes on, or run this again.`,
  });
  world.redis.resume();
});

test("a request that Redis does not know may stand on a hub that does not answer: it is not said that there is none", async () => {
  await stopBot();
  const unknown = await operate(["show", "R-7K2Q9FXT"]);
  expect(unknown).toEqual({ good: false, says: "There is no request R-7K2Q9FXT." });
  await world.localHub?.down();
  const unseen = await operate(["show", "R-7K2Q9FXT"]);
  expect(unseen).toEqual({
    good: false,
    says: "There is no request R-7K2Q9FXT in Redis; Karpor does not answer.",
  });
});

test("of what stands on the hub alone: it ends with all else, and where the hub does not say, nothing is called done", async () => {
  const { id } = await granted("damaged");
  const { id: lost } = await granted("lost", CAROL);
  await stopBot();
  await world.commands.hset(world.keys.request(id as never), "record", "{");
  await world.commands.del(world.keys.request(lost as never));
  await world.commands.srem(world.keys.unsettled, lost);
  await world.localHub?.down();
  for (const line of [
    ["end", "--all", "a thief"],
    ["lockdown", "a thief"],
  ]) {
    const { good, says } = await inTime(operate(line));
    expect(good).toBe(false);
    expect(says).toContain("Karpor does not answer");
    expect(says).not.toContain("Nothing is granted");
  }
  await world.localHub?.up();
  expect((await inTime(operate(["unlock", "over"]))).good).toBe(true);
  expect(await inTime(operate(["end", "--all", "a thief"]))).toEqual({
    good: true,
    says: "2 of 2 confirmed ended.",
  });
  expect(await it.standing()).toEqual([]);
});

test("what it writes to the trail, the replica that seals it logs: nothing is missing of what is shipped", async () => {
  const { id } = await granted("shipped");
  expect((await proven(operate(["end", id, "leaving", "--as", "dana"]))).good).toBe(true);
  expect((await operate(["lockdown", "a drill", "--as", "dana"])).good).toBe(true);
  expect((await operate(["unlock", "over", "--as", "eve"])).good).toBe(true);
  const lines = () => bot?.lines ?? [];
  const ours = () => lines().filter(({ chain }) => (chain as Source | undefined)?.cli);
  const unsealed = async () =>
    (await verifyLive({ redis: world.commands, keys: world.keys, clock: world.clock }, HEADLESS)).unsealed;
  await world.until(async () => {
    await world.jump(MINUTE);
    return (await unsealed()) === 0;
  });
  const whole = await shipped(lines());
  expect(whole.faults).toEqual([]);
  expect(ours().map(({ trail: entry, id: about }) => [entry?.who, about])).toEqual(
    expect.arrayContaining([
      ["operator dana", id],
      ["operator dana", undefined],
      ["operator eve", undefined],
    ]),
  );
  expect(ours().find(({ texts }) => texts?.said === "leaving")).toBeDefined();
  expect((await shipped(lines().filter((line) => !ours().includes(line)))).faults).toHaveLength(
    ours().length,
  );
});

const HEADLESS = { heads: [], hub: undefined };

/** As a shipper of logs has them. */
const shipped = (lines: readonly object[]) =>
  verifyShipped(read(lines.map((line) => JSON.stringify(line))), []);

test("an end that nobody can confirm is settled by an operator, and what stands goes when the hub is back", async () => {
  const { id } = await granted("no hub");
  expect((await operate(["abandon", id])).says).toContain("not ending");
  await world.localHub?.down();
  const ending = operate(["end", id]);
  await world.until(async () => (await world.records()).some(({ state }) => state === "ending"));
  await world.jump(30 * SECOND);
  expect(await ending).toEqual({ good: false, says: expect.stringContaining("not confirmed yet") });
  expect((await operate(["abandon", id])).says).toContain("less than a minute");
  await world.jump(MINUTE);
  const settled = await operate(["abandon", id, "the hub is gone for good"]);
  expect(settled).toEqual({ good: true, says: expect.stringContaining("settled without proof") });
  expect(visibleText(await it.channel("never confirmed by Karpor"))).toContain("operator nightshift");
  expect(await lastOnTrail(id)).toContainEqual(
    expect.objectContaining({ to: "ended", who: "operator nightshift", why: "the hub is gone for good" }),
  );
  expect((await operate(["show", id])).says).toContain("settled by operator nightshift");
  await world.localHub?.up();
  await swept(world);
  expect(await it.standing()).toEqual([]);
});
