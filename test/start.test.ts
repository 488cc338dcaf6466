/** The bot as a real process, beside main.test.ts: with nothing there at all, and told to stop the moment it is ready. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratch } from "../sandbox/child.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { APPROVALS, startBot, startWorld, type World } from "./helpers/bot.ts";
import { type Running, run } from "./helpers/process.ts";
import { until } from "./helpers/redis.ts";
import { scene } from "./helpers/scene.ts";

const main = (env: Record<string, string>, ...args: string[]) => run("src/main.ts", args, env);
const stated = (world: World): Record<string, string> =>
  Object.fromEntries(Object.entries(world.env).filter(([, value]) => value !== undefined));

describe("it does not start", () => {
  const dir = scratch("karpor-access-start");
  afterAll(() => dir.remove());

  test("without a configuration, and says where one comes from", async () => {
    const process = main({ KARPOR_ACCESS_CONFIG: join(dir.path, "nowhere.yml"), SLACK_BOT_TOKEN: "xoxb-1" });
    expect(await process.ended).toBe(1);
    expect(process.output()).toContain("does not exist; copy karpor-access.example.yml");
  });

  test("where the hub does not answer and Redis knows of nothing: no stack, and no secret", async () => {
    await using world = await startWorld();
    await world.localHub?.down();
    const process = main(stated(world));
    expect(await process.ended).toBe(1);
    expect(process.output()).toMatch(
      /"cause":"hub","fix":".*","msg":"the bot does not start: hub: .*does not answer/,
    );
    expect(process.output()).not.toMatch(/planted|\bat .*\.ts:\d+/);
  });

  test("on a Redis of 0.1, also while grants stand: it would look after none of them", async () => {
    await using world = await startWorld();
    const bot = await startBot(world);
    await scene(world).get("guest 2h", "from before");
    await bot.stop();
    const [key = ""] = await world.commands.keys(`${world.keys.request("")}*`);
    const { schema: _, ...old } = JSON.parse((await world.commands.hget(key, "record")) ?? "");
    await world.commands.hset(key, "record", JSON.stringify(old));
    await world.commands.del(world.keys.schema);
    const process = main(stated(world));
    expect(await process.ended).toBe(1);
    expect(process.output()).toMatch(
      /"cause":"redis records".*does not start: .* records of karpor-access 0\.1/,
    );
  });

  test("for good, where Slack says at last that the records are another app's: it ends", async () => {
    await using world = await startWorld();
    await world.commands.set(world.keys.app, "B0OTHER");
    world.slack.failNext("auth.test", "invalid_auth", Number.POSITIVE_INFINITY);
    const process = main(stated(world));
    await process.says("started, and not ready yet");
    world.slack.clearFailures();
    expect(await process.ended).toBe(1);
    expect(process.output()).toMatch(
      /"cause":"redis instance".*does not start: redis instance: .*another Slack app's/,
    );
  });

  test("on a port that is taken", async () => {
    await using world = await startWorld();
    const taken = createServer().listen(0);
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const process = main({ ...stated(world), PORT: String(port) });
    expect(await process.ended).toBe(1);
    expect(process.output()).toMatch(/PORT \d+ cannot be listened on \(EADDRINUSE\)/);
    taken.close();
  });
});

describe("it stays up", () => {
  const portOf = async (process: Running) => {
    await process.says('"port":');
    return Number(/"port":(\d+)/.exec(process.output())?.[1]);
  };
  const status = async (port: number, path: string) =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;

  test("where neither Redis nor the hub can say that nothing is to be ended; no stack, and no secret", async () => {
    await using world = await startWorld();
    await world.localHub?.down();
    const env = { ...stated(world), REDIS_URL: "redis://:planted-password@127.0.0.1:1" };
    const process = run("test/helpers/start-short.ts", [], env);
    const port = await portOf(process);
    expect([await status(port, "/livez"), await status(port, "/readyz")]).toEqual([200, 200]);
    expect(await status(port, "/status")).toBe(503);
    expect(process.output()).toMatch(/"level":"error".*"cause":"redis".*127\.0\.0\.1:1 does not answer/);
    expect(process.output()).toMatch(/"level":"error".*"cause":"hub".*does not answer/);
    process.child.kill("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(process.output()).not.toMatch(/planted/);
  });

  test("when a library loses a promise: said, and nothing else", async () => {
    await using world = await startWorld();
    const lose = "setTimeout(() => void Promise.reject(new Error('lost on purpose')), 100)";
    const process = main({
      ...stated(world),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(lose)}`,
    });
    await process.says("a library lost a promise");
    const port = await portOf(process);
    expect(await status(port, "/readyz")).toBe(200);
    process.child.kill("SIGTERM");
    expect(await process.ended).toBe(0);
  });
});

describe("it stops on SIGTERM", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ transport: "socket" });
  });
  afterAll(() => world.close());

  test("at once when nothing runs, with 0", async () => {
    const process = main(stated(world));
    await process.says('"ready"');
    process.child.kill("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(process.output()).toContain('"stopped"');
    for (const line of process.output().trim().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ instance: "test" });
    expect(world.slack.messages(APPROVALS)).toEqual([]);
  });

  test("once, however many signals come: what runs finishes", async () => {
    const redis = await startRedis();
    const process = run("test/helpers/start-short.ts", [], { ...stated(world), REDIS_URL: redis.url });
    await process.says('"ready"');
    await redis.stop();
    process.child.kill("SIGTERM");
    await process.says('"stopping');
    for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) process.child.kill(signal);
    expect(await process.ended).toBe(0);
    expect(process.output().match(/"stopping|"stopped"/g)).toEqual(['"stopping', '"stopped"']);
  });

  test("of Ctrl-C the second, a second or more after the first, ends it at once", async () => {
    const redis = await startRedis();
    const process = main({ ...stated(world), REDIS_URL: redis.url });
    await process.says('"ready"');
    redis.pause();
    const began = performance.now();
    await until(async () => !process.child.kill("SIGINT"), 20_000);
    expect(await process.ended).toBe(130);
    expect(performance.now() - began).toBeGreaterThan(1_000);
    expect(process.output()).toContain("ended at once, by a second Ctrl-C");
    redis.resume();
    await redis.stop();
  });

  test("when it is still starting: as soon as it has", async () => {
    const env = { ...stated(world), REDIS_URL: "redis://127.0.0.1:1" };
    const process = run("test/helpers/start-short.ts", [], env);
    await process.says("Redis does not answer");
    process.child.kill("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(process.output()).toContain('"stopped"');
  });

  test("also when Redis is gone", async () => {
    const redis = await startRedis();
    const process = run("test/helpers/start-short.ts", [], { ...stated(world), REDIS_URL: redis.url });
    await process.says('"ready"');
    await redis.stop();
    process.child.kill("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(process.output()).toContain('"stopped"');
  });
});

test("setup --dry-run prints the objects of the example's catalog, with no Slack and no hub", async () => {
  const file = new URL("../karpor-access.example.yml", import.meta.url).pathname;
  const process = main({ KARPOR_ACCESS_CONFIG: file }, "setup", "--dry-run");
  expect(await process.ended).toBe(0);
  expect(process.output()).toContain("kind: ClusterRoleBinding");
});
