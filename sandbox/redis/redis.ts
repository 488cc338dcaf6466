/** A throwaway Redis on this machine: own directory and port, durable and noeviction as in production. */
import { type Child, freePort, scratch, startChild } from "../child.ts";
import { seenWithin } from "../wait.ts";
import { findRedis } from "./find.ts";
import { noRedis } from "./install.ts";

interface LocalRedis {
  readonly url: string;
  /** Freezes the server, connections stay open: an outage without an error. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const UP_WITHIN_MS = 10_000;
const TRIES = 5;
const DURABLE = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];

/** Looked for once: each look starts a process. */
let known: string | undefined;

export async function startRedis(): Promise<LocalRedis> {
  known ??= findRedis();
  if (!known) throw new Error(noRedis());
  for (let tried = 1; ; tried++) {
    try {
      return await launch(known, await freePort());
    } catch (error) {
      // Somebody else may have taken the port first.
      if (tried === TRIES) throw error;
    }
  }
}

async function launch(binary: string, port: number): Promise<LocalRedis> {
  const dir = scratch("karpor-access-redis");
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir.path];
  const child = await startChild(binary, [...where, ...DURABLE]);
  const stop = async () => {
    await child.kill();
    dir.remove();
  };
  try {
    await ready(child, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => child.signal("SIGSTOP"),
    resume: () => child.signal("SIGCONT"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function ready(child: Child, port: number): Promise<void> {
  // Its own word, not a PING: on a taken port somebody else's Redis would answer that.
  const isUp = () => child.output().includes("Ready to accept connections");
  await seenWithin(UP_WITHIN_MS, () => isUp() || child.exited(), 2);
  if (!isUp())
    throw new Error(`Redis did not come up on port ${port}: ${child.output().trim().split("\n").at(-1)}`);
}
