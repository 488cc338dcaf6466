/** What a replica's process runs: the whole bot, with a clock that its parent moves. */
import { jumpClock } from "../../sandbox/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { sweep } from "../../src/life/sweep/sweep.ts";
import { createLog } from "../../src/ops/log.ts";
import { startBot } from "../../src/start.ts";
import type { Told } from "./process.ts";

const clock = jumpClock();
clock.jump(Number(process.argv[2] ?? 0));
const config = loadConfig(process.env);
const { bot, port } = await startBot(config, { clock, log: createLog(config.env.LOG_LEVEL) });

process.on("message", (told: Told) => {
  if ("jump" in told) clock.jump(told.jump);
  else void sweep(bot, true).finally(() => process.send?.({ swept: true }));
});
// Without its parent nobody would stop it.
process.on("disconnect", () => process.exit(0));
process.send?.({ port });
