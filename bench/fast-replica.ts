/** One replica of the bot whose clock its parent moves ahead; it ends with its parent. */
import { pino } from "pino";
import { jumpClock } from "../sandbox/clock.ts";
import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";

const clock = jumpClock();
process.on("message", (ms: number) => clock.jump(ms));
process.on("disconnect", () => process.exit());
clock.jump(Number(process.argv[2]));
const app = await startApp(loadConfig(process.env), { clock, log: pino({ level: "silent" }) });
process.send?.(app.port);
