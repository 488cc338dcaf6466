/** A sweep by the running bot, and its end. */
import { SWEEP } from "../../src/queue/sweeps.ts";
import type { World } from "./bot.ts";

export async function swept({ queue, until }: Pick<World, "queue" | "until">): Promise<void> {
  const job = await queue.add(SWEEP, {});
  // In the order in which it goes on: it is not missed in between.
  await until(async () => !(await job.isWaiting()) && !(await job.isActive()));
}
