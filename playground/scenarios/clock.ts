/** A jump of the clock. Slack, Karpor and the bot move together, and everything that is due happens. */
import { seenWithin } from "../../sandbox/wait.ts";
import { DAY, HOUR } from "../../src/request/durations.ts";
import type { Request } from "../../src/request/record.ts";
import type { PlaygroundContext } from "../context.ts";
import { REMINDERS } from "../fixtures/config.ts";
import { Refusal } from "../language.ts";

const NEXT = { reminder: nextReminder, end: nextEnd };
export type Goal = keyof typeof NEXT;

/** When the next reminder is due. Reminders of an hour or more are only for access of a day or more. */
export function nextReminder(records: readonly Request[]): number | undefined {
  const coming = records.flatMap(({ state, activeAt, endsAt, reminded }) => {
    const [from, to] = [activeAt ?? 0, endsAt ?? 0];
    return REMINDERS.filter((before) => reminded === null || before < reminded)
      .filter((before) => before < HOUR || to - from >= DAY)
      .map((before) => to - before)
      .filter((due) => state === "active" && due > from);
  });
  return earliest(coming);
}

/** When the next access ends. */
export function nextEnd(records: readonly Request[]): number | undefined {
  const held = records.filter(({ state }) => state === "granting" || state === "active");
  return earliest(held.map(({ endsAt }) => endsAt ?? 0));
}

const earliest = (moments: number[]): number | undefined => moments.sort((a, b) => a - b)[0];

/** Stops at each reminder and end on the way, so that each happens at its own moment. Throws Refusal. */
export async function jumpTo(context: PlaygroundContext, to: Goal): Promise<void> {
  const { clock, redis } = context;
  const goal = NEXT[to](await redis.records());
  if (goal === undefined) throw new Refusal("There is nothing to jump to.", "没有可快进到的时刻。");
  while (clock.now() < goal) {
    const stops = dueMoments(await redis.records()).filter((due) => due > clock.now());
    await move(context, Math.min(goal, ...stops) - clock.now());
    await settle(context);
  }
}

const dueMoments = (records: readonly Request[]): number[] =>
  [nextReminder(records), nextEnd(records)].filter((due) => due !== undefined);

const SETTLED_WITHIN = 3_000;

/** Until nothing is due any more. A bot or hub that is down doesn't stop the clock. */
async function settle({ clock, redis }: PlaygroundContext): Promise<void> {
  const isSettled = async () => dueMoments(await redis.records()).every((due) => due > clock.now());
  await seenWithin(SETTLED_WITHIN, isSettled, 50);
}

async function move({ clock, bot, hub }: PlaygroundContext, ms: number): Promise<void> {
  // An answer of the hub between the two would come from another time.
  hub.hang(true);
  try {
    clock.jump(ms);
    await bot.jump(ms);
  } finally {
    hub.hang(false);
  }
  await bot.sweep();
}
