/** `start` with a stop that gives up soon: the tests do not wait for what hangs when Redis is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import { start } from "../../src/cli/start.ts";
import { loadConfig } from "../../src/config.ts";

const clock = {
  now: () => Date.now(),
  sleep: async (ms: number, signal?: AbortSignal) => void (await sleep(ms, undefined, signal && { signal })),
};
await start(loadConfig(process.env), clock, { stopWithin: 300 });
