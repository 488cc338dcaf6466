/** A throwaway Redis on this machine: own directory and port, durable and noeviction as in production. */
import { type Child, freePort, scratch, startChild } from "../child.ts";
import { seenWithin } from "../wait.ts";
import { findRedis } from "./find.ts";
import { noRedis } from "./install.ts";

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
  /** The first that serves here when left out. */
  binary?: string;
}

const UP_WITHIN_MS = 10_000;
const DURABLE = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];

export async function startRedis({ binary, port, args = [] }: RedisOptions = {}): Promise<LocalRedis> {
  const found = binary ?? ourRedis();
  if (!found) throw new Error(noRedis());
  const start = (at: number) => launch(found, at, (dir) => [...server(at, dir), ...args]);
  return port === undefined ? onFreePort(start) : start(port);
}

let known: string | undefined;

/** Looked for once: each look starts a process. */
export function ourRedis(): string | undefined {
  known ??= findRedis();
  return known;
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
  // Its own word, not a PING: on a taken port somebody else's Redis would answer that.
  const up = () => child.output().includes(upWhen);
  await seenWithin(UP_WITHIN_MS, () => up() || child.exited(), 2);
  if (!up())
    throw new Error(`Redis did not come up on port ${port}: ${child.output().trim().split("\n").at(-1)}`);
}
