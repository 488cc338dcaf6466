/** What `npm run month` is asked: nothing is played, and nothing made, for what it does not know. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { readOptions } from "../../month/options.ts";

const MAIN = fileURLToPath(new URL("../../month/main.ts", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "karpor-access-month-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** Where there is no Prometheus. */
function month(word: string) {
  const means = { cwd: dir, env: { PATH: dir }, encoding: "utf8", timeout: 120_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, word], means);
  return { status, stdout, stderr, made: existsSync(join(dir, word)) };
}

test("--help says how it is called, and makes no directory of that name", { timeout: 120_000 }, () => {
  const says = expect.stringContaining("npm run month [-- DIRECTORY]");
  expect(month("--help")).toMatchObject({ status: 0, stdout: says, made: false });
});

test("without Prometheus nothing is played first", { timeout: 120_000 }, () => {
  const says = "The month needs a Prometheus: apt-get install -y prometheus.\n";
  expect(month("out")).toEqual({ status: 1, stdout: "", stderr: says, made: false });
});

test("what it does not know is refused with one sentence", () => {
  expect(() => readOptions(["--keep"], {})).toThrow("--keep");
  expect(() => readOptions(["one", "two"], {})).toThrow("One directory keeps all of it, and two is another.");
  expect(() => readOptions([], { MONTH_REQUESTS: "many" })).toThrow(
    "MONTH_REQUESTS takes a number, not many.",
  );
  expect(readOptions(["kept"], { MONTH_SEED: "7" })).toEqual({ kept: "kept", requests: 2_000, seed: 7 });
});
