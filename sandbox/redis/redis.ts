/** A throwaway Redis on this machine: own directory and port, durable and noeviction as in production. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, freePort, scratch, startChild } from "../child.ts";

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly binary: string;
  /** Freezes the server, connections stay open: an outage without an error. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RedisOptions {
  /** Further arguments of redis-server; the last word on a setting wins. */
  args?: string[];
  port?: number;
  /** The machine's own, or the one npm brought, when left out. */
  binary?: string;
}

const DURABLE = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];

export async function startRedis({ binary, port, args = [] }: RedisOptions = {}): Promise<LocalRedis> {
  const found = binary ?? findRedis();
  if (!found) throw new Error(`No Redis server runs on this machine: ${installHint()}`);
  const start = (at: number) => launch(found, at, (dir) => [...server(at, dir), ...args]);
  return port === undefined ? onFreePort(start) : start(port);
}

const server = (port: number, dir: string): string[] => [
  ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir],
  ...DURABLE,
];

/** Whoever takes the port first: another is tried. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let left = 4; ; left--) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** `args` is told the server's own directory; `upWhen` is what it prints once it serves. */
export async function launch(
  binary: string,
  port: number,
  args: (dir: string) => string[],
  upWhen = "Ready to accept connections",
): Promise<LocalRedis> {
  const dir = scratch("karpor-access-redis");
  const child = await startChild(binary, args(dir.path));
  const stop = async () => {
    await child.kill();
    dir.remove();
  };
  try {
    await ready(child, port, upWhen);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    binary,
    pause: () => child.signal("SIGSTOP"),
    resume: () => child.signal("SIGCONT"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function ready(child: Child, port: number, upWhen: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!child.exited() && Date.now() < deadline) {
    // Its own word, not a PING: on a taken port somebody else's Redis would answer that.
    if (child.output().includes(upWhen)) return;
    await delay(2);
  }
  throw new Error(`Redis did not come up on port ${port}: ${child.output().trim().split("\n").at(-1)}`);
}

/** The first Redis server that really runs here: the machine's own, else the one npm brought. */
export function findRedis(): string | undefined {
  return ["redis-server", "valkey-server", ...fromNpm()].find(
    (binary) => spawnSync(binary, ["--version"], { stdio: "ignore", timeout: 5000 }).status === 0,
  );
}

function fromNpm(): string[] {
  try {
    const manifest = createRequire(import.meta.url).resolve("@falkordblite/linux-x64/package.json");
    return [join(dirname(manifest), "bin", "redis-server")];
  } catch {
    return [];
  }
}

function installHint(): string {
  if (process.platform === "darwin") return "install one with `brew install redis`.";
  if (process.platform !== "linux") return "install Redis or Valkey and put redis-server on the PATH.";
  const release = osRelease();
  if (/debian|ubuntu/.test(release)) return "install one with `sudo apt-get install -y redis-server`.";
  if (/alpine/.test(release)) return "install one with `apk add redis`.";
  if (/fedora|rhel|centos/.test(release)) return "install one with `sudo dnf install -y valkey`.";
  return "install Redis or Valkey with your package manager, so that redis-server is on the PATH.";
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8").toLowerCase();
  } catch {
    return "";
  }
}
