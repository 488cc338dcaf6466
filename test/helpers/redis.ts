/** A real Redis for a test file, with our connections to it and a log that can be read. */
import { randomUUID } from "node:crypto";
import { vi } from "vitest";
import { type LocalRedis, type RedisOptions, startRedis } from "../../sandbox/redis/redis.ts";
import { type Connections, connect } from "../../src/store/connect.ts";
import { type Keys, keysOf } from "../../src/store/keys.ts";
import { memoryLog } from "./memory-log.ts";

export { memoryLog };

/** What stands behind REDIS_URL, however many processes that is. */
export interface Served {
  url: string;
  stop(): Promise<void>;
}

export interface TestRedis<S extends Served = LocalRedis> extends Connections {
  server: S;
  log: ReturnType<typeof memoryLog>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testRedis({
  commandTimeout,
  ...options
}: RedisOptions & { commandTimeout?: number } = {}): Promise<TestRedis> {
  return connected(await startRedis(options), commandTimeout);
}

export async function connected<S extends Served>(server: S, commandTimeout = 5000): Promise<TestRedis<S>> {
  const log = memoryLog();
  const connections = connect(server.url, { log, commandTimeout });
  const dispose = async () => {
    connections.close();
    await server.stop();
  };
  await connections.ready(5000).catch(async (error) => {
    await dispose();
    throw error;
  });
  return { ...connections, server, log, [Symbol.asyncDispose]: dispose };
}

/** Keys nobody else uses: tests share a server without meeting. */
export const freshKeys = (): Keys => keysOf(randomUUID());

/** Looks every few milliseconds until it holds. */
export const until = (holds: () => boolean | Promise<boolean>, timeout = 20_000): Promise<true> =>
  vi.waitUntil(holds, { timeout, interval: 5, message: `${holds}` });
