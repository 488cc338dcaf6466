/** What a `grants` command works with: the bot's own ports without Slack. */
import { assemble } from "../../app/assemble.ts";
import { type AppDeps, connectAll } from "../../app/clients.ts";
import type { Config } from "../../config.ts";
import { isStoreAway, type Ports } from "../../flow/ports.ts";
import { hubClock } from "../../hub/client/clock-offset.ts";

export interface GrantsDeps extends AppDeps {
  say(line: string): void;
  /** Who runs it, unless they say otherwise. */
  user(): string;
}

export interface GrantsMeans {
  ports: Ports;
  config: Config;
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
  { clock: machine, log, times }: GrantsDeps,
  opened: AsyncDisposableStack,
): Promise<GrantsMeans> {
  const deps = { log, ...(times && { times }) };
  const clients = connectAll(config, { ...deps, clock: machine }, opened);
  const clock = hubClock(machine, clients.hub.clockOffset);
  const { ports } = assemble(config, { ...deps, clock, cli: true }, clients, opened, noHome);
  await clients.redis.ready(times?.callMs ?? REDIS_WITHIN_MS).catch(nullIfAway);
  return { ports: withoutSlack(ports), config, operator };
}

const noHome = (): never => {
  throw new Error("nobody is looked up here");
};

/** Throws any other error. */
export function nullIfAway(error: unknown): null {
  if (isStoreAway(error)) return null;
  throw error;
}

/** What people are told, a running bot tells them: Slack may be away, and its secrets need not be here. */
const withoutSlack = (ports: Ports): Ports => ({
  ...ports,
  admins: { ...ports.admins, tell: async () => false },
  notifier: { ...ports.notifier, eraseToken: async () => ({ refused: "no Slack here" }) },
  massEndNotifier: {
    post: leftToBot,
    redraw: leftToBot,
    unlocked: leftToBot,
  },
});

const leftToBot = (): Promise<never> => Promise.reject(new Error("a running bot tells it"));
