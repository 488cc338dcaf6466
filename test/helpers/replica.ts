/** One replica of the bot, a process of its own: its parent tells it how time jumps, and it ends with its parent. */
import { jumpClock } from "../../sandbox/clock.ts";
import type { AppDeps } from "../../src/app/clients.ts";
import { startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";

const clock = jumpClock();
process.on("message", (ms: number) => clock.jump(ms));
process.on("disconnect", () => process.exit(1));
const { ahead, ...means } = JSON.parse(process.argv[2] ?? "") as { ahead: number } & Pick<AppDeps, "times">;
clock.jump(ahead);
const config = loadConfig(process.env);
const app = await startApp(config, { clock, log: createLog(config.env.LOG_LEVEL), ...means });
process.send?.([app.port, app.metricsPort]);
