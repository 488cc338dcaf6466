/** The bot in a process of its own, whose event loop is nobody else's. */
import { readFileSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };
import { freePort, startChild } from "../sandbox/child.ts";
import { seenWithin } from "../sandbox/wait.ts";
import type { BenchContext } from "./context.ts";

const UP_WITHIN_MS = 60_000;
const { start: START } = manifest.scripts;
/** Of Node, as `npm start` sets them. */
export const FLAGS = (START.match(/--(?!import)\S+/g) ?? []) as string[];
/** Of the system's allocator, likewise. */
export const ALLOCATOR = Object.fromEntries(
  (START.match(/MALLOC\S+/g) ?? []).map((setting) => setting.split("=")),
) as Record<string, string>;
const FREE = [process.execPath, ...FLAGS, "bench/free-bot.ts"];

export async function startBotProcess(context: BenchContext, command: readonly string[] = FREE) {
  const port = await freePort();
  const environment = { ...ALLOCATOR, ...context.env, PORT: port };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
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
    pid: child.pid,
    url: `http://127.0.0.1:${port}`,
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

/** Processor time so far, its helpers' too, ms. */
export function processorTime(pid: number): number {
  // The name in brackets may hold spaces; user and system time are the 12th and 13th behind it, in 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
