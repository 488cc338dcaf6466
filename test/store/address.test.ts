/** Which URLs are understood, and as what; no refusal quotes one. */
import { describe, expect, test } from "vitest";
import { RedisUrl, readAddress, whereIs } from "../../src/store/address.ts";

test.each([
  ["redis://localhost", { kind: "server", tls: false, hosts: [{ host: "localhost", port: 6379 }], db: 0 }],
  [
    "rediss://:p%40ss@[::1]:7000/3",
    { tls: true, hosts: [{ host: "::1", port: 7000 }], password: "p@ss", db: 3 },
  ],
  ["redis://bot:a@b@cache/", { username: "bot", password: "a@b", hosts: [{ host: "cache", port: 6379 }] }],
  [
    "redis+sentinel://bot:secret@a,b:1234/my-master/2",
    {
      ...{ kind: "sentinel", name: "my-master", db: 2, username: "bot", password: "secret" },
      hosts: [
        { host: "a", port: 26379 },
        { host: "b", port: 1234 },
      ],
    },
  ],
  ["rediss+cluster://a:7000,b:7001", { kind: "cluster", tls: true, password: undefined }],
])("%s", (url, address) => {
  expect(readAddress(url)).toMatchObject(address);
  expect(RedisUrl.safeParse(url).success).toBe(true);
});

describe("refused, without quoting it", () => {
  test.each([
    "http://:hunter2@localhost",
    "redis://:hunter2@",
    "redis://:hunter2@a,b",
    "redis://:hunter2@a/one",
    "redis://:hunter%2@a",
    "redis://:hunter2@a:99999",
    "redis+sentinel://:hunter2@a",
    "redis+cluster://:hunter2@a/1",
    "redis+other://:hunter2@a",
  ])("%s", (url) => {
    const said = RedisUrl.safeParse(url).error?.issues[0]?.message;
    expect(said).toContain("must look like redis://host:6379");
    expect(() => readAddress(url)).toThrow("REDIS_URL must look like");
    expect(said).not.toContain("hunter");
  });
});

test("where it leads, for messages", () => {
  expect(whereIs("redis+sentinel://bot:secret@a,b:1234/m")).toBe("a:26379,b:1234");
});
