/** `start`: the bot until SIGTERM or Ctrl-C. */

import { type StartOptions, StartRefused, startApp } from "../app.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Clock } from "../domain/clock.ts";
import { createLog, standardOutput } from "../log.ts";
import { VERSION } from "../version.ts";

/** What comes sooner after a first Ctrl-C is the same one: npm hands on what a terminal has sent to the bot as well. */
const AGAIN_AFTER_MS = 1_000;

/** Throws StartRefused, also when what would refuse it is seen later. */
export async function start(config: Config, clock: Clock, options: StartOptions = {}): Promise<void> {
  // On each line: the logs of several bots may come together.
  const log = createLog(config.env.LOG_LEVEL).child({ instance: config.instance });
  // No end of the process: whatever a lost promise could leave stuck is watched from outside, and else whoever finds
  // what makes a library lose one could end every replica.
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a library lost a promise"));
  // While Redis takes no writes, a library waits on one connection many times over: a line like all others.
  const warn = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === "MaxListenersExceededWarning") log.warn({ err: warning }, "a library waits much");
    else for (const one of warn) one(warning);
  });
  const starting = startApp(config, { clock, log }, options);
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping: no new work, what runs finishes");
    const app = await starting;
    await app.stop();
    log.info({}, "stopped");
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  let interrupted: number | undefined;
  process.on("SIGINT", (signal) => {
    interrupted ??= performance.now();
    if (performance.now() - interrupted < AGAIN_AFTER_MS) return stop(signal);
    log.warn(
      { signal },
      "ended at once, by a second Ctrl-C: what ran is taken up by another replica, or the next start",
    );
    process.exit(130);
  });
  const app = await starting;
  const why = app.unready();
  const started = { version: VERSION, port: app.port };
  // Last: whoever reads it may send a signal at once.
  if (why === null) log.info(started, "ready");
  else log.warn({ ...started, why }, "started, and not ready yet");
  throw await app.refused;
}

/** Why it does not start: lines like all others, one a reason. */
export function logRefusal(error: unknown): void {
  // The process ends next: what is still being written could come after the lines that end it.
  const log = createLog("info", standardOutput({ sync: true }));
  const say = "the bot does not start";
  if (error instanceof ConfigError)
    for (const mistake of error.mistakes) log.error({ cause: "configuration" }, `${say}: ${mistake}`);
  else if (error instanceof StartRefused)
    for (const { check, message, fix } of error.findings)
      log.error({ cause: check, fix }, `${say}: ${check}: ${message}`);
  // One sentence needs no stack.
  else if (error instanceof Error && error.name === "Error") log.error({}, `${say}: ${error.message}`);
  else log.error({ err: error }, say);
}
