/** What the bot's process runs: the whole bot, as main.ts starts it, and a sweep whenever its parent asks for one. */
import { systemClock } from "../sandbox/clock.ts";
import { loadConfig } from "../src/config.ts";
import { sweep } from "../src/life/sweep/sweep.ts";
import { createLog } from "../src/ops/log.ts";
import { startBot } from "../src/start.ts";

const config = loadConfig(process.env);
const { bot, port } = await startBot(config, { clock: systemClock(), log: createLog() });

process.on("message", async () => {
  const began = performance.now();
  await sweep(bot, false);
  process.send?.({ took: performance.now() - began });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port });
