/** Watches connections: an outage is logged once when it begins and once when it is over, however often they retry. */
import type { Log } from "../flow/ports.ts";
import type { Client } from "./open.ts";

export interface Watch {
  /** Whether all are ready within `ms`. */
  ready(ms: number): Promise<boolean>;
  /** What a connection was last refused with; undefined where it only closed. */
  refused(): Error | undefined;
  /** Says no more: what closes from now on is meant to. */
  stop(): void;
}

export function watch(connections: readonly Client[], log: Log): Watch {
  let out = false;
  let stopped = false;
  let refused: Error | undefined;
  const allReady = () => connections.every((redis) => redis.status === "ready");
  const lost = (reason: string) => {
    if (out || stopped) return;
    out = true;
    log.error({ reason }, "Redis does not answer");
  };
  const back = () => {
    if (!out || stopped || !allReady()) return;
    out = false;
    log.info({}, "Redis answers again");
  };
  for (const redis of connections) {
    // The message alone: a refused AUTH carries the password among the error's fields.
    redis.on("error", (error: Error) => {
      refused = error;
      lost(error.message);
    });
    redis.on("close", () => lost("The connection was closed."));
    redis.on("ready", back);
  }
  return {
    ready: (ms) => within(ms, connections, allReady),
    refused: () => refused,
    stop: () => {
      stopped = true;
    },
  };
}

function within(ms: number, connections: readonly Client[], done: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      for (const redis of connections) redis.off("ready", look);
      resolve(answer);
    };
    const look = () => done() && finish(true);
    const timer = setTimeout(finish, ms, false);
    for (const redis of connections) redis.on("ready", look);
    look();
  });
}
