/** A real Redis for a test file, with our connections to it and a log that can be read. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalRedis, type RedisOptions, startRedis } from "../../local/redis.ts";
import type { Log } from "../../src/flow/ports.ts";
import { type Connections, connect } from "../../src/store/connect.ts";
import { type Keys, keysOf } from "../../src/store/keys.ts";

export interface Line {
  level: "info" | "warn" | "error";
  fields: object;
  message: string;
}

export function memoryLog(): Log & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: Line["level"]) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}

export interface TestRedis extends Connections {
  server: LocalRedis;
  log: ReturnType<typeof memoryLog>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testRedis(
  options: RedisOptions & { commandTimeout?: number } = {},
): Promise<TestRedis> {
  const { commandTimeout = 5000, ...rest } = options;
  const server = await startRedis(rest);
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

/** A cluster of one node: it refuses every command and script whose keys do not share a slot. */
export async function testCluster(): Promise<TestRedis> {
  const redis = await testRedis({ args: ["--cluster-enabled", "yes"] });
  await redis.commands.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await until(async () => (await redis.commands.cluster("INFO")).includes("cluster_state:ok"));
  return redis;
}

/** Keys nobody else uses: tests share a server without meeting. */
export const freshKeys = (): Keys => keysOf(randomUUID());

/** Looks every few milliseconds; fails after five seconds. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error("It did not come true within 5 s.");
    await delay(5);
  }
}
