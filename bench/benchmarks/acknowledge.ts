/** How soon a command is acknowledged while fifty come in a second, whatever became of those before. */
import { setTimeout as delay } from "node:timers/promises";
import { startBotProcess } from "../bot.ts";
import { type BenchContext, GENERAL_CHANNEL, PEOPLE } from "../context.ts";
import { ms, quantile } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";

const A_SECOND = 50;
const WARM_UP = 50;
const REPEAT = 250;
export const AIM = 50;

/** Each of the same people asks for one role and then for the other: unknown to the bot at first, then known. */
export async function acknowledgeBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  await using _ = await startBotProcess(context);
  const people = PEOPLE.slice(0, WARM_UP + REPEAT);
  const strangers = await storm(context, people, "guest");
  await delay(2_000);
  const acquainted = await storm(context, people, "second");
  return [
    row("acknowledgement at 50/s, people new to the bot: p99", strangers),
    row("acknowledgement at 50/s, people it knows: p99", acquainted),
  ];
}

/** Open loop: a command leaves when its time has come, and waits for no other. */
export async function storm(
  { slack }: BenchContext,
  people: readonly string[],
  role: string,
  aSecond = A_SECOND,
): Promise<number[]> {
  const began = performance.now();
  const sent = people.map(async (person, i) => {
    await delay((i * 1_000) / aSecond);
    const late = performance.now() - began - (i * 1_000) / aSecond;
    const {
      status,
      error,
      ms: took,
    } = await slack.command(person, GENERAL_CHANNEL, `${role} debugging the search page`);
    if (status !== 200 && error !== "operation_timeout")
      throw new Error(`A command was answered with ${status}, ${error}.`);
    return Math.max(0, late) + took;
  });
  return (await Promise.all(sent)).slice(WARM_UP);
}

function row(name: string, took: readonly number[]): BenchmarkRow {
  const p99 = quantile(took, 0.99);
  return {
    name,
    ours: `${ms(p99)} (median ${ms(quantile(took, 0.5))})`,
    aim: `≤ ${AIM} ms`,
    met: p99 <= AIM,
  };
}
