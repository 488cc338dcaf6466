/** Everything that runs, as the page and its buttons see it. */
import type { JumpClock } from "../sandbox/clock.ts";
import type { LocalHub } from "../sandbox/hub/index.ts";
import type { LocalSlack } from "../sandbox/slack/index.ts";
import type { BotProcess } from "./bot/process.ts";
import type { RedisSide } from "./fixtures/redis.ts";

export interface PlaygroundContext {
  clock: JumpClock;
  slack: LocalSlack;
  hub: LocalHub;
  redis: RedisSide;
  bot: BotProcess;
  /** Each answer of Karpor to the dashboard's token that differs from the one before, oldest first. */
  answers: Answer[];
  /** By person and channel: how many messages were there when it was last shown. */
  read: Map<string, number>;
  /** Holds the bot's configuration. It is deleted when the playground ends. */
  dir: string;
}

export interface Answer {
  /** An HTTP status. 502: Karpor can't be reached. */
  status: number;
  at: number;
}
