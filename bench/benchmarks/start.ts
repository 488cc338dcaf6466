/** From `npm start` to the line that says ready: every check against Redis, Slack and the hub done. */
import { startBotProcess } from "../bot.ts";
import type { BenchContext } from "../context.ts";
import { median, ms } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";

const REPEAT = 7;
const AIM = 800;

export async function startBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  const took: number[] = [];
  for (let i = 0; i < REPEAT; i++) {
    await using bot = await startBotProcess(context, ["npm", "start"]);
    took.push(bot.readyAfter);
  }
  const ours = median(took);
  return [{ name: "npm start → ready", ours: ms(ours), aim: `≤ ${AIM} ms`, met: ours <= AIM }];
}
