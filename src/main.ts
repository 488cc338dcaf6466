/** The command line: `start`, the default. Stops on SIGTERM and SIGINT. */
import { setTimeout as sleep } from "node:timers/promises";
import { StartRefused, startApp } from "./app.ts";
import { ConfigError, loadConfig } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import { createLog } from "./log.ts";

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => void (await sleep(ms, undefined, signal ? { signal } : {})),
};

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog(config.env.LOG_LEVEL);
  const app = await startApp(config, { clock, log });
  log.info({ port: app.port, instance: config.instance }, "ready");
  const stop = async (signal: string) => {
    log.info({ signal }, "stopping: no new work, what runs finishes");
    await app.stop();
    log.info({}, "stopped");
    process.exit(0);
  };
  // A library that loses a promise has lost its state too: start afresh, the sweep finishes what was begun.
  process.once("unhandledRejection", (error) => {
    log.error({ err: error }, "a promise was lost; ending the process");
    process.exit(1);
  });
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function refuse(error: unknown): never {
  if (error instanceof ConfigError) {
    console.error(`The configuration has ${error.mistakes.length} mistake(s):`);
    for (const mistake of error.mistakes) console.error(`  ${mistake}`);
  } else if (error instanceof StartRefused) {
    console.error("karpor-access does not start:");
    for (const { check, says, mend } of error.findings) console.error(`  ${check}: ${says}\n    → ${mend}`);
  } else console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const [command = "start", ...rest] = process.argv.slice(2);
if (command !== "start" || rest.length > 0) {
  console.error("Usage: node src/main.ts [start]");
  process.exit(2);
}
start().catch(refuse);
