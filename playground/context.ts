/** Everything that runs, as the page and its buttons see it. */
import type { JumpClock } from "../sandbox/clock.ts";
import type { LocalSlack } from "../sandbox/slack/index.ts";
import type { BotProcess } from "./bot/process.ts";
import type { HubSide } from "./fixtures/hub.ts";
import type { RedisSide } from "./fixtures/redis.ts";
import type { Timeline } from "./record/timeline.ts";
import type { Named } from "./record/titles.ts";

export interface PlaygroundContext {
  clock: JumpClock;
  slack: LocalSlack;
  hub: HubSide;
  redis: RedisSide;
  bot: BotProcess;
  timeline: Timeline;
  named: Named;
  /** Where the stand-ins' files are: gone when the playground is. */
  dir: string;
}
