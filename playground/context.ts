/** Everything that runs, as the page and its buttons see it. */
import type { JumpClock } from "../sandbox/clock.ts";
import type { LocalSlack } from "../sandbox/slack/index.ts";
import type { AccessRequest } from "../src/domain/request.ts";
import type { BotProcess } from "./bot/process.ts";
import type { HubSide } from "./fixtures/hub.ts";
import type { RedisSide } from "./fixtures/redis.ts";
import type { Timeline } from "./record/timeline.ts";
import type { Named } from "./record/titles.ts";
import type { Said } from "./said.ts";

export interface PlaygroundContext {
  clock: JumpClock;
  slack: LocalSlack;
  hub: HubSide;
  redis: RedisSide;
  bot: BotProcess;
  timeline: Timeline;
  named: Named;
  /** Why the clock cannot be moved; undefined when it can. */
  clockOff: Said | undefined;
  /** Where the stand-ins' files are: gone when the playground is. */
  dir: string;
}

/** Every record that the trail or the bot's own list still knows, newest last. */
export async function recordsOf({ redis }: Pick<PlaygroundContext, "redis">): Promise<AccessRequest[]> {
  const [trail, unsettled] = await Promise.all([redis.trail(), redis.unsettled()]);
  const ids = new Set([...trail.map(({ id }) => id), ...unsettled]);
  const found = await redis.records([...ids]);
  return found.sort((a, b) => a.requestedAt - b.requestedAt);
}
