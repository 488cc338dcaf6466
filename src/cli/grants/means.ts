/** What a `grants` command works with: the bot's own ports without Slack, and whether Redis answers. */
import type { Logger } from "pino";
import { assemble, connectAll } from "../../app.ts";
import type { Config } from "../../config.ts";
import { unlockTold } from "../../domain/mass-end.ts";
import { type Clock, type Ports, StoreDown } from "../../flow/ports.ts";
import { hubClock } from "../../hub/client/clock-offset.ts";

export interface GrantsDeps {
  clock: Clock;
  log: Logger;
  say(line: string): void;
  /** Who runs it, unless they say otherwise. */
  user(): string;
  /** Shorter in tests: Redis and the hub are taken for away after so long, ms. */
  callMs?: number;
}

export interface GrantsMeans {
  ports: Ports;
  config: Config;
  /** Whether Redis answers. */
  records: boolean;
  operator: string;
}

/** Of a command: whether it did what was asked, for scripts and for people. */
export interface Answer {
  good: boolean;
  json: unknown;
  lines: string[];
}

const REDIS_WITHIN_MS = 3_000;

export async function openMeans(
  config: Config,
  operator: string,
  { clock: machine, log, callMs }: GrantsDeps,
  opened: AsyncDisposableStack,
): Promise<GrantsMeans> {
  const times = callMs === undefined ? {} : { times: { callMs } };
  const clients = connectAll(config, { clock: machine, log, ...times }, opened);
  const clock = hubClock(machine, clients.hub.clockOffset);
  const { ports } = assemble(config, { clock, log, ...times }, clients, opened, noHome);
  const records = await clients.redis.ready(callMs ?? REDIS_WITHIN_MS).then(() => true, falseIfDown);
  return { ports: withoutSlack(ports), config, records, operator };
}

const noHome = (): never => {
  throw new Error("nobody is looked up here");
};

function falseIfDown(error: unknown): false {
  if (error instanceof StoreDown) return false;
  throw error;
}

/** What people are told, a running bot tells them: Slack may be away, and its secrets need not be here. */
const withoutSlack = (ports: Ports): Ports => ({
  ...ports,
  admins: { ...ports.admins, tell: async () => false },
  massEndNotifier: {
    post: leftToBot,
    redraw: leftToBot,
    unlocked: (lockdown, by) => ports.massEnds.begin(unlockTold(lockdown, by, ports.clock.now())),
  },
});

const leftToBot = (): Promise<never> => Promise.reject(new Error("a running bot tells it"));
