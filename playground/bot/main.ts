/** The bot as a process of its own, so that it can be killed; its parent moves its clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { jumpClock } from "../../sandbox/clock.ts";
import type { Bot } from "../../src/bot.ts";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { sweep } from "../../src/life/sweep/sweep.ts";
import { createLog } from "../../src/ops/log.ts";
import { startBot } from "../../src/start.ts";
import type { FromBot, ToBot } from "./protocol.ts";

const clock = jumpClock();
let bot: Bot | undefined;
const tell = (message: FromBot) => void process.send?.(message);

// Ctrl-C reaches every process of the terminal: it is the parent that ends this one.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToBot) => void obey(message).then(tell, refuse));

async function obey(message: ToBot): Promise<FromBot> {
  if ("start" in message) {
    clock.jump(message.start.offset);
    const config = loadConfig(message.start.variables);
    const running = await startBot(config, { clock, log: createLog(config.env.LOG_LEVEL) });
    bot = running.bot;
    // What is typed before it is connected is lost; Slack itself may be away.
    for (let tries = 0; tries < 100 && !running.isConnected(); tries++) await sleep(50);
    return { ready: true };
  }
  if ("jump" in message) clock.jump(message.jump);
  else if (bot) await sweep(bot, true);
  return { done: true };
}

function refuse(error: unknown): void {
  if (error instanceof ConfigError) tell({ refused: [...error.mistakes] });
  else tell({ refused: [error instanceof Error ? error.message : String(error)] });
}
