/** `npm run playground` as a process: one address, guarded; a taken port; nothing left after Ctrl-C. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, vi } from "vitest";

function launch(...args: string[]) {
  const scratch = mkdtempSync(join(tmpdir(), "playground-test-"));
  const child = spawn(process.execPath, ["playground/main.ts", "--no-open", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: scratch, REDIS_URL: "" },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (l) => lines.push(l));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, lines, ended, scratch };
}

const addressOf = (lines: string[]): Promise<string> =>
  vi.waitUntil(() => /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join("\n"))?.[0] ?? "", { timeout: 55_000 });

const statusOf = (url: string, headers: Record<string, string>, method = "GET"): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once("error", reject).end(method === "POST" ? "{}" : undefined);
  });

it("prints one address, lets no other page drive it, and leaves nothing on Ctrl-C", async () => {
  const { child, lines, ended, scratch } = launch("--port", "0");
  const url = await addressOf(lines);
  const json = { "content-type": "application/json" };
  expect(await statusOf(url, {})).toBe(200);
  expect(await statusOf(url, { host: "evil.example" })).toBe(403);
  expect(await statusOf(`${url}/do/jump`, { ...json, origin: "http://evil.example" }, "POST")).toBe(403);
  expect(await statusOf(`${url}/do/jump`, json, "POST")).toBe(403);
  const children = childrenOf(child.pid ?? 0);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  for (const pid of children) expect(isRunning(pid)).toBe(false);
  expect(readdirSync(scratch).filter((name) => !name.startsWith("node-"))).toEqual([]);
  rmSync(scratch, { recursive: true });
});

it("names the flag when its port is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const { lines, ended, scratch } = launch("--port", String(port));
  expect(await ended).toBe(1);
  expect(lines.join("\n")).toContain(`Port ${port} is taken. Choose another: npm run playground -- --port`);
  server.close();
  rmSync(scratch, { recursive: true });
});

/** Where the system tells (Linux); nothing to look for elsewhere. */
function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, "utf8").trim().split(/\s+/).map(Number) : [];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
