/** The service that the docs show works as it stands. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort, scratch, startChild } from "../../sandbox/child.ts";
import { outsideQuestion } from "../../src/domain/outside-question.ts";
import { secret } from "../../src/domain/secret.ts";
import { createOutside } from "../../src/outside/outside.ts";
import { requestedRecord } from "../domain/records.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import { CHECK_SECRET } from "../helpers/outside-service.ts";

const codeOf = (path: string) => /```js\n([\s\S]*?)```/.exec(readFileSync(path, "utf8"))?.[1] ?? "";

test("it fits on a page, in both languages", () => {
  const code = codeOf("docs/outside-check.md");
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(30);
  expect(codeOf("docs/zh/outside-check.md")).toBe(code);
});

test("it allows, denies, and turns away what is not signed", async () => {
  const dir = scratch("outside-check");
  onTestFinished(dir.remove);
  const file = join(dir.path, "check.mjs");
  writeFileSync(file, codeOf("docs/outside-check.md"));
  const port = await freePort();
  const env = [`PORT=${port}`, `CHECK_SECRET=${CHECK_SECRET}`];
  const child = await startChild("/usr/bin/env", [...env, process.execPath, file]);
  onTestFinished(() => child.kill());
  const check = { url: `http://127.0.0.1:${port}`, secretEnv: "X", within: 3_000 };
  const ask = (reason: string, key = CHECK_SECRET) =>
    createOutside({
      hub: "production",
      secretOf: () => secret(key),
      clock: { now: () => Date.now(), sleep: async () => {} },
      log: memoryLog(),
    }).ask(check, outsideQuestion(requestedRecord({ reason }), "ask"));
  await expect.poll(() => ask("OPS-7 看一下"), { timeout: 60_000 }).toEqual({ word: "allow" });
  expect(await ask("a look")).toEqual({
    word: "deny",
    say: "write a ticket into the reason, as in OPS-123",
  });
  expect(await ask("OPS-7", "f".repeat(32))).toEqual({ word: "none", how: "unusable" });
});
