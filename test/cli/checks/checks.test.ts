/** What no server of the tests can be brought to: an old Redis, clocks apart, a token about to die. */
import { expect, test } from "vitest";
import { judgeHub } from "../../../src/cli/checks/hub.ts";
import { checkRedis } from "../../../src/cli/checks/redis.ts";
import { DAY, HOUR } from "../../../src/domain/duration.ts";
import type { HubFacts } from "../../../src/hub/client/facts.ts";

const NOW = Date.UTC(2026, 10, 25);
const redis = (version: string, time = NOW) => ({
  info: async () => `redis_version:${version}\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n`,
  time: async (): Promise<[number, number]> => [time / 1000, 0],
});
const found = async (server: ReturnType<typeof redis>, check: string) =>
  (await checkRedis(server, "here", () => NOW)).find((one) => one.check === check);

test.each([
  ["5.0.7", "fail"],
  ["6.0.20", "fail"],
  ["6.2.0", "ok"],
  ["10.0.1", "ok"],
])("Redis %s: %s", async (version, level) => {
  const finding = await found(redis(version), "redis version");
  expect(finding?.level).toBe(level);
  if (level === "fail") expect(finding?.fix).toMatch(/6\.2/);
});

test("the clocks of Redis and of this machine differ", async () => {
  expect(await found(redis("8.0.0", NOW + 61_000), "redis clock")).toMatchObject({
    level: "fail",
    message: "the clocks differ by 61 s",
    fix: expect.stringMatching(/timedatectl/),
  });
});

const self = { namespace: "own", name: "bot" };
const credential = (issued: number, ends: number, locked: string | null = null) => {
  const facts: HubFacts = {
    server: "https://hub",
    verified: true,
    self: { ...self, issuedAt: NOW + issued, expiresAt: NOW + ends },
    certificate: false,
    failure: null,
    more: null,
  };
  const config = { hub: { namespace: "grants" }, roles: {}, rules: [] } as unknown as Parameters<
    typeof judgeHub
  >[1];
  return judgeHub(facts, config, NOW, locked).find(({ check }) => check === "hub credential");
};

test("a token that nobody renewed is warned of 14 days before; a young one of a day is not", () => {
  expect(credential(-77 * DAY, 13 * DAY)).toMatchObject({
    level: "warn",
    message: expect.stringMatching(/dies in 13d, and was not renewed/),
    fix: expect.stringMatching(/npm run setup/),
  });
  expect(credential(-60 * DAY, 30 * DAY)?.level).toBe("ok");
  expect(credential(-HOUR, 23 * HOUR)?.level).toBe("ok");
  expect(credential(-13 * HOUR, 11 * HOUR)?.level).toBe("warn");
});

test("a token that cannot be renewed where it stands is warned of from its first day", () => {
  expect(credential(-HOUR, 90 * DAY, "/etc/karpor")).toMatchObject({
    level: "warn",
    message: expect.stringMatching(
      /90d left, and the bot cannot renew it: it may not write to \/etc\/karpor/,
    ),
    fix: "Let the bot's user write to /etc/karpor",
  });
});
