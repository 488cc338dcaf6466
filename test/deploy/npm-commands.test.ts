/** The npm commands on a Node that is too old, or that `npm ci` ran on: one sentence, no stack trace. And .env. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { ensureRedis } from "../../sandbox/redis/install.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { path: dir, remove } = scratch("karpor-access-npm");
afterAll(remove);

/** As npm runs it, with this for `node` on the PATH and nothing else. */
function run(command: string, nodeOptions: string, env: Record<string, string> = {}) {
  const node = `#!/bin/sh\nexec '${process.execPath}' ${nodeOptions} "$@"\n`;
  writeFileSync(join(dir, "node"), node, { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", scripts[command]], {
    ...{ cwd: root, env: { PATH: dir, ...env }, encoding: "utf8", timeout: 30_000 },
  });
  return { status, said: stdout + stderr };
}

const OLD_NODE = `--import 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.20.2"}})'`;

test.each(["start", "doctor", "playground", "test"])("%s says which Node it needs", (command) => {
  const { status, said } = run(command, OLD_NODE);
  expect(status).toBe(1);
  expect(said).toMatch(
    /^Node 24 or newer is needed, and this is 20\.20\.2: install it, or run `npm ci` .*\.\n$/,
  );
});

test("test says that npm left out a native part", () => {
  const { status, said } = run("test", "", {
    NAPI_RS_NATIVE_LIBRARY_PATH: "/nonexistent",
    npm_config_user_agent: "npm/9.2.0 node/v18.20.4 linux x64 workspaces/false",
  });
  expect(status).toBe(1);
  expect(said).toMatch(/^The native part of rolldown is missing\. .* \(npm runs on 18\.20\.4\) .*\.\n$/);
});

test("start takes .env; a variable that is set already counts more", () => {
  expect(scripts.start).toContain("--import ./scripts/load-env.js");
  writeFileSync(join(dir, ".env"), "IN_FILE=1\nSET=file\n");
  const print = "[process.env.IN_FILE, process.env.SET].join()";
  const args = ["--import", join(root, "scripts/load-env.js"), "-p", print];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: dir,
    env: { SET: "before" },
    encoding: "utf8",
  });
  expect(stdout.trim()).toBe("1,before");
});

test.each([
  [false, ["apt-cache policy redis-tools"]],
  [true, ["apt-cache policy redis-tools", "sh -c apt-get update && apt-get install -y redis-tools"]],
])("as root without a Redis nothing is installed before somebody says %s", async (answer, runs) => {
  const ran: string[] = [];
  const asked: string[] = [];
  const isInstalled = () => ran.some((line) => line.includes("install"));
  const ensuring = ensureRedis({
    ...{ platform: "linux", release: "ID=debian", root: true },
    look: () => ({ binary: isInstalled() ? "redis-server" : undefined, faults: [] }),
    run(...words: string[]) {
      ran.push(words.join(" "));
      return "";
    },
    async confirm(question: string) {
      asked.push(question);
      return answer;
    },
  });
  const sentence = "install one with `apt-get update && apt-get install -y redis-tools`.";
  if (answer) await ensuring;
  else await expect(ensuring).rejects.toThrow(sentence);
  expect(asked).toEqual([expect.stringContaining(`${sentence}\nRun it now?`)]);
  expect([...new Set(ran)]).toEqual(runs);
});
