import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { findRedis, lookForRedis, newEnough, redisOfTools } from "../../sandbox/redis/find.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { needs } from "../helpers/needs.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "karpor-access-find-"));
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(dir, { recursive: true }));

function server(name: string, script: string): { name: string; binary: string } {
  const binary = join(dir, name);
  writeFileSync(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { name, binary };
}

const says = (version: string) => `echo "Redis server v=${version} sha=00000000:0 malloc=libc bits=64"`;

it("passes over what is too old, broken or absent, and tells why", () => {
  const glibc = (version: string) => `echo "libc.so.6: version 'GLIBC_${version}' not found" >&2`;
  const old = server("old", says("6.0.16"));
  const found = lookForRedis([
    { name: "absent", binary: "no-such-redis-server" },
    old,
    server("foreign", `${glibc("2.9")}; ${glibc("2.38")}; ${glibc("2.36")}; exit 1`),
    server("broken", "exit 3"),
    server("odd", "echo hello"),
  ]);
  expect(found).toEqual({
    binary: undefined,
    faults: [
      "old is 6.0.16",
      "foreign needs glibc 2.38",
      "broken does not run",
      "odd is of no known version",
    ],
  });
  const good = server("good", says("6.2.0"));
  expect(lookForRedis([old, good])).toEqual({ binary: good.binary, faults: ["old is 6.0.16"] });
});

it("takes no redis-server of the PATH that is too old", () => {
  const { binary } = server("redis-server", says("6.0.16"));
  vi.stubEnv("PATH", dir);
  expect(findRedis()).not.toBe("redis-server");
  writeFileSync(binary, `#!/bin/sh\n${says("7.0.15")}\n`);
  expect(findRedis()).toBe("redis-server");
});

it("compares versions by their numbers", () => {
  for (const version of ["6.2", "6.2.14", "6.10.1", "7.0.15", "10.0"]) expect(newEnough(version)).toBe(true);
  for (const version of ["6.1.99", "6.0.16", "5.9", "2.8.4"]) expect(newEnough(version)).toBe(false);
});

const tools = existsSync("/usr/bin/redis-check-rdb");
needs(tools, "apt-get install -y redis-tools")("Debian's redis-tools", () => {
  it("holds a server", async () => {
    const { binary } = lookForRedis(redisOfTools());
    await using redis = await startRedis({ binary: String(binary) });
    expect(redis.binary).toMatch(/redis-tools\/redis-server$/);
  });
});
