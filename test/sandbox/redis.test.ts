import { existsSync } from "node:fs";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { openRedisProxy } from "../../sandbox/redis/proxy.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";

const ask = async (url: string, use: (redis: Redis) => Promise<unknown>, commandTimeout = 10_000) => {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout, retryStrategy: () => null });
  redis.on("error", () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
};

it("is durable and evicts nothing, as in production", async () => {
  await using server = await startRedis();
  const config = await ask(server.url, (redis) => redis.config("GET", "appendonly", "maxmemory-policy"));
  expect([config].flat()).toEqual(expect.arrayContaining(["yes", "noeviction"]));
});

it("takes arguments, which win", async () => {
  await using server = await startRedis({ args: ["--maxmemory-policy", "allkeys-lru"] });
  const config = await ask(server.url, (redis) => redis.config("GET", "maxmemory-policy"));
  expect(config).toContain("allkeys-lru");
});

it("runs several at once, and says so when the wanted port is taken", async () => {
  await using one = await startRedis();
  await using two = await startRedis();
  expect(one.port).not.toBe(two.port);
  await expect(startRedis({ port: one.port })).rejects.toThrow(`did not come up on port ${one.port}`);
});

it("freezes and thaws", async () => {
  await using server = await startRedis();
  server.pause();
  await expect(ask(server.url, (redis) => redis.ping(), 300)).rejects.toThrow();
  server.resume();
  expect(await ask(server.url, (redis) => redis.ping())).toBe("PONG");
});

it("leaves nothing behind", async () => {
  const server = await startRedis();
  const [, dir = ""] = (await ask(server.url, (redis) => redis.config("GET", "dir"))) as string[];
  expect(existsSync(dir)).toBe(true);
  await server.stop();
  expect(existsSync(dir)).toBe(false);
  await expect(ask(server.url, (redis) => redis.ping())).rejects.toThrow();
});

it("hangs up on whoever speaks something else at its proxy, and goes on for others", async () => {
  await using server = await startRedis();
  const proxy = await openRedisProxy(Number(new URL(server.url).port), () => undefined);
  try {
    await expect(fetch(`http://127.0.0.1:${proxy.port}/`, { method: "POST", body: "{}" })).rejects.toThrow();
    expect(await ask(`redis://127.0.0.1:${proxy.port}`, (redis) => redis.ping())).toBe("PONG");
  } finally {
    proxy.close();
  }
});
