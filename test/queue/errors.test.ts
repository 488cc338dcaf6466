/** What the log may know of an error, and how often. */
import { expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { describe, quietly } from "../../src/queue/errors.ts";
import { memoryLog } from "../helpers/redis.ts";

test("a plain error is told whole, with the code of its cause", () => {
  const error = new Error("fetch failed", { cause: { code: "ECONNREFUSED" } });
  expect(describe(error)).toMatchObject({ error: "Error", code: "ECONNREFUSED", reason: "fetch failed" });
});

test("an error that carries an HTTP answer is told without it", () => {
  const error = Object.assign(new Error("Body: hunter2 Headers: hunter2"), { body: "hunter2", code: 403 });
  expect(describe(error)).toEqual({ error: "Error", code: 403 });
});

test("what is no error is not quoted", () => {
  expect(describe("hunter2")).toEqual({ error: "string" });
});

test("the same complaint once in half a minute; an outage is the connection's to report", () => {
  const clock = jumpClock();
  const log = memoryLog();
  const complain = quietly(clock, log);
  for (let i = 0; i < 3; i++) complain(new Error("Missing lock"));
  complain(new Error("Connection is closed."));
  complain(Object.assign(new Error("connect"), { syscall: "connect" }));
  expect(log.lines).toHaveLength(1);
  clock.jump(30_000);
  complain(new Error("Missing lock"));
  expect(log.lines).toHaveLength(2);
});
