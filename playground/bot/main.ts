/** The bot as a process of its own, so that it can be killed: the same startApp, with a clock that its parent moves. */
import { jumpClock } from "../../sandbox/clock.ts";
import { StartRefused, startApp } from "../../src/app.ts";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import type { FromBot, ToBot } from "./protocol.ts";

const clock = jumpClock();
const tell = (message: FromBot) => void process.send?.(message);

// Ctrl-C reaches every process of the terminal: it is the parent that ends this one.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToBot) => {
  if ("start" in message) start(message.start).catch(refuse);
  else {
    if ("jump" in message) clock.jump(message.jump);
    else clock.pass(message.pass);
    tell({ jumped: true });
  }
});
tell({ loaded: true });

async function start({ variables, offset }: { variables: Record<string, string>; offset: number }) {
  clock.jump(offset);
  const config = loadConfig(variables);
  const { hubAuditPort } = await startApp(config, { clock, log: createLog(config.env.LOG_LEVEL) });
  tell({ ready: true, hubAuditPort });
}

const refuse = (error: unknown): void => tell({ refused: reasons(error) });

function reasons(error: unknown): string[] {
  if (error instanceof ConfigError) return [...error.mistakes];
  if (error instanceof StartRefused)
    return error.findings.map(({ check, message, fix }) => `${check}: ${message}. ${fix}.`);
  return [error instanceof Error ? error.message : String(error)];
}
