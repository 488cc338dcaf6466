/** The single door to Redis: one URL gives the connections we need, watched, so that an outage is one line in the log. */
import { type Log, StoreDown } from "../flow/ports.ts";
import { type Client, opener } from "./open.ts";
import { watch } from "./watch.ts";

export interface Connections {
  /** Fails fast: a command is answered within `commandTimeout`, or rejects. */
  readonly commands: Client;
  /** For BullMQ's worker, which waits for Redis however long it is away. */
  readonly worker: Client;
  /** Resolves when Redis answers on both; rejects with StoreDown after `ms`, whose cause is the last refusal. */
  ready(ms: number): Promise<void>;
  /** At once; what is under way rejects. */
  close(): void;
}

export interface ConnectOptions {
  log: Log;
  /** Milliseconds. */
  commandTimeout?: number | undefined;
}

export function connect(url: string, { log, commandTimeout = 1000 }: ConnectOptions): Connections {
  const open = opener(url);
  const commands = open({
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout,
    connectTimeout: commandTimeout,
    // A host that vanished keeps its TCP connection for minutes: give it up, so that the next command finds the new one.
    socketTimeout: 2 * commandTimeout,
    retryStrategy: (times: number) => Math.min(50 * times, 1000),
  });
  // No commandTimeout: it would cut off the blocking read that a worker waits in.
  const worker = open({
    maxRetriesPerRequest: null,
    connectTimeout: 5000,
    // The blocking read takes up to 10 s.
    socketTimeout: 12_000,
    retryStrategy: (times: number) => Math.min(100 * times, 1000),
  });
  const watched = watch([commands, worker], log);
  return {
    commands,
    worker,
    ready: async (ms) => {
      if (await watched.ready(ms)) return;
      throw new StoreDown(`Redis did not answer within ${ms} ms.`, { cause: watched.refused() });
    },
    close: () => {
      watched.stop();
      for (const redis of [commands, worker]) redis.disconnect();
    },
  };
}
