/** `start`: the bot until SIGTERM or SIGINT. */
import { type StartOptions, startApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../domain/clock.ts";
import { createLog } from "../log.ts";

/** Throws StartRefused. */
export async function start(config: Config, clock: Clock, options: StartOptions = {}): Promise<void> {
  const log = createLog(config.env.LOG_LEVEL);
  const app = await startApp(config, { clock, log }, options);
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
  // Last: whoever reads it may send a signal at once.
  log.info({ port: app.port, instance: config.instance }, "ready");
}
