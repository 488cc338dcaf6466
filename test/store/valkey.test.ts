/** Valkey, where it is installed. */
import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { needs } from "../helpers/needs.ts";
import { connected } from "../helpers/redis.ts";
import { wholeContract } from "./whole.contract.ts";

const there = spawnSync("valkey-server", ["--version"], { stdio: "ignore" }).status === 0;
const redis = there ? await connected(await startRedis({ binary: "valkey-server" })) : undefined;
afterAll(() => redis?.[Symbol.asyncDispose]());

needs(there, "apt-get install -y valkey-server")("Valkey", () => {
  test("it is one", async () => {
    expect(await redis?.commands.info("server")).toContain("valkey_version:");
  });
  if (redis) wholeContract(redis);
});
