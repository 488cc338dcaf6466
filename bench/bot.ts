/** The bot as it runs in production: a process of its own, whose event loop is nobody else's. */
import { readFileSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };
import { freePort, startChild } from "../sandbox/child.ts";
import { seenWithin } from "../sandbox/wait.ts";
import type { BenchContext } from "./context.ts";

const UP_WITHIN_MS = 60_000;
/** Of Node, as `npm start` sets them. */
export const FLAGS = (manifest.scripts.start.match(/--max\S+|--heap\S+/g) ?? []) as string[];
const STRAIGHT = [process.execPath, ...FLAGS, "src/main.ts"];

export async function startBotProcess(context: BenchContext, command: readonly string[] = STRAIGHT) {
  const port = await freePort();
  const variables = Object.entries({ ...context.env, PORT: port }).map(([name, value]) => `${name}=${value}`);
  const started = performance.now();
  const child = await startChild("env", [...variables, ...command]);
  const stop = async () => {
    context.slack.deliverTo(undefined);
    child.signal("SIGTERM");
    await seenWithin(UP_WITHIN_MS, child.exited);
  };
  const ready = () => child.output().includes('"msg":"ready"');
  await seenWithin(UP_WITHIN_MS, () => ready() || child.exited(), 1);
  if (!ready()) throw new Error(`The bot did not start: ${child.output()}`);
  const readyAfter = performance.now() - started;
  context.slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  return {
    readyAfter,
    /** What the kernel has given it, in MB: now, and at most so far. */
    memory: () => ({ now: resident(child.pid, "VmRSS"), most: resident(child.pid, "VmHWM") }),
    [Symbol.asyncDispose]: stop,
  };
}

/** MB. */
export function resident(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
}
