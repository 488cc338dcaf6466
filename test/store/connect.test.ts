/** The door to Redis: which URLs it takes, and that no password leaves it. */
import { expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { StoreDown } from "../../src/flow/ports.ts";
import { connect } from "../../src/store/connect.ts";
import { memoryLog, until } from "../helpers/redis.ts";

test("a URL it does not know is refused, without quoting it", () => {
  const open = () => connect("http://:hunter2@localhost", { log: memoryLog() });
  expect(open).toThrow("must look like redis://host:6379");
  expect(open).not.toThrow("hunter2");
});

test("no Redis at the start: StoreDown by the deadline", async () => {
  const redis = connect(`redis://127.0.0.1:${await freePort()}`, { log: memoryLog() });
  await expect(redis.ready(50)).rejects.toBeInstanceOf(StoreDown);
  redis.close();
});

test("a wrong password is logged as refused, and not itself", async () => {
  await using server = await startRedis({ args: ["--requirepass", "right"] });
  const log = memoryLog();
  const wrong = connect(server.url.replace("//", "//:hunter2@"), { log });
  await until(() => log.lines.length > 0);
  wrong.close();
  expect(JSON.stringify(log.lines)).toContain("WRONGPASS");
  expect(JSON.stringify(log.lines)).not.toContain("hunter2");
  const right = connect(server.url.replace("//", "//:right@"), { log });
  await right.ready(5000);
  right.close();
});

test("closing is no outage", async () => {
  await using server = await startRedis();
  const log = memoryLog();
  const redis = connect(server.url, { log });
  await redis.ready(5000);
  redis.close();
  await until(() => redis.commands.status === "end" && redis.worker.status === "end");
  expect(log.lines).toEqual([]);
});
