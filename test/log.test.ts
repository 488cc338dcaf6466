/** The log never says a secret, whatever is handed to it. */
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { secret } from "../src/domain/secret.ts";
import { createLog } from "../src/log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  write(createLog("debug", sink));
  return chunks.join("");
}

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

test.each([
  ["a Slack token in a message", (log) => log.info({}, "xoxb-12-secret")],
  ["a JWT in a field", (log) => log.info({ deep: { inside: jwt } }, "x")],
  ["a token field", (log) => log.info({ token: "s3cret" }, "x")],
  ["headers", (log) => log.info({ call: { headers: { authorization: "Bearer s3cret" } } }, "x")],
  ["a password in a URL", (log) => log.info({}, "redis://user:s3cret@host:6379")],
  ["a password that begins as a JWT", (log) => log.info({}, "redis://user:eyJhbGciOiJs3cret@host:6379")],
  ["a Secret", (log) => log.info({ held: secret("s3cret") }, "x")],
  [
    "an error that carries a body",
    (log) => log.info({ err: Object.assign(new Error("s3cret"), { body: "s3cret", headers: {} }) }, "x"),
  ],
  ["an error's cause", (log) => log.info({ err: new Error("x", { cause: new Error(jwt) }) }, "x")],
] as [string, (log: ReturnType<typeof createLog>) => void][])("%s", (_what, write) => {
  const text = logged(write);
  expect(text).not.toBe("");
  expect(text).not.toMatch(/s3cret|xoxb-12|eyJhbGci/);
  expect(() => JSON.parse(text)).not.toThrow();
});

test("what begins as a JWT again and again takes no longer for being long; a JWT after such a line is hidden", () => {
  const began = performance.now();
  const text = logged((log) => log.info({ name: "eyJ".repeat(300_000), also: `x\n${jwt}` }, "x"));
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(JSON.parse(text)).toMatchObject({ name: "eyJ".repeat(300_000), also: "x\n[secret]" });
});

test.each([false, true])(
  "what a full disk does not take keeps nothing from going on, or from ending (%s)",
  (sync) => {
    const script = `
    import { createLog, standardOutput } from "${new URL("../src/log.ts", import.meta.url)}";
    const log = createLog("info", standardOutput({ sync: ${sync} }));
    log.info({}, "one");
    setTimeout(() => {
      log.info({}, "two");
      console.error("goes on");
      process.exit(0);
    }, 100);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
      ...{ encoding: "utf8", timeout: 30_000 },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "goes on\n" });
  },
);

test("a password may hold a quote or a backslash", () => {
  const text = logged((log) => log.info({}, 'redis://user:s3"cr\\et@host:6379'));
  expect(JSON.parse(text)).toMatchObject({ msg: "redis://user:[secret]@host:6379" });
});

test("an address at the end of one text and a mention at the beginning of the next are no password", () => {
  const texts = { reason: "see https://wiki.example.com", said: "<@U0BOB> ok" };
  expect(JSON.parse(logged((log) => log.info({ texts }, "x")))).toMatchObject({ texts });
});
