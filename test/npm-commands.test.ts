/** The npm commands on a Node that is too old, or that `npm ci` ran on: one sentence, no stack trace. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "karpor-access-npm-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** As npm runs it, with this for `node` on the PATH and nothing else. */
function run(command: string, nodeOptions: string, env: Record<string, string> = {}) {
  writeFileSync(join(dir, "node"), `#!/bin/sh\nexec '${process.execPath}' ${nodeOptions} "$@"\n`, {
    mode: 0o755,
  });
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", scripts[command]], {
    cwd: root,
    env: { PATH: dir, ...env },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, said: stdout + stderr };
}

const posing = (version: string) =>
  `--import 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"${version}"}})'`;

it.each(["start", "setup", "doctor", "playground", "test"])("%s says what it needs", (command) => {
  const { status, said } = run(command, posing("20.20.2"));
  expect(status).toBe(1);
  expect(said).toMatch(
    /^Node 24 or newer is needed, and this is 20\.20\.2: install it, or run `npm ci` .*\.\n$/,
  );
});

it("test says that npm left out a native part", () => {
  const { status, said } = run("test", "", {
    NAPI_RS_NATIVE_LIBRARY_PATH: "/nonexistent",
    npm_config_user_agent: "npm/9.2.0 node/v18.20.4 linux x64 workspaces/false",
  });
  expect(status).toBe(1);
  expect(said).toMatch(/^The native part of rolldown is missing, .* \(npm runs on 18\.20\.4\) .*\.\n$/);
});

it.each(["setup", "doctor"])("%s says nothing of a .env that is not there", (command) => {
  const { said } = run(command, "", { KARPOR_ACCESS_CONFIG: join(dir, "none.yml") });
  expect(said).not.toBe("");
  expect(said).not.toContain(".env not found");
});

it("start takes .env, and what is set already goes before it", () => {
  expect(scripts.start).toContain("--import ./scripts/load-env.js");
  const load = join(root, "scripts/load-env.js");
  const print = ["--import", load, "-p", "[process.env.IN_FILE, process.env.SET].join()"];
  const said = () => {
    const { stdout, stderr } = spawnSync(process.execPath, print, {
      cwd: dir,
      env: { SET: "before" },
      encoding: "utf8",
    });
    return stderr.trim() + stdout.trim();
  };
  expect(said()).toBe(",before");
  writeFileSync(join(dir, ".env"), "IN_FILE=1\nSET=file\n");
  expect(said()).toBe("1,before");
  rmSync(join(dir, ".env"));
  mkdirSync(join(dir, ".env"));
  expect(said()).toBe(".env cannot be read. Continuing without it.,before");
});
