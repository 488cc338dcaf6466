/** A door of one caller to a Redis: commands can be refused, lost before or after they ran, or held, and it can be closed. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Cut, createCutter } from "./commands.ts";

/**
 * refuse: answered with this error, not run · wait: run when what is held is let go · stall: it and what follows on
 * its connection wait so many milliseconds · cut: not run, its connection breaks · lose: run, and its connection
 * breaks instead of an answer (`afterwards` is called in that moment)
 */
export type RedisFault =
  | { refuse: string }
  | { wait: true }
  | { stall: number }
  | { cut: true }
  | { lose: true; afterwards?: () => void };

/** Asked at each command, before it is handed on. */
export type RedisMeddler = (command: Cut) => RedisFault | undefined;

export interface RedisProxy {
  readonly port: number;
  /** What passes from now on waits, in both directions, even of callers who hang up; until each `why` was released. */
  hold(why: string): void;
  release(why: string): void;
  /** Breaks what is connected, and whoever comes is turned away, until `up`. */
  down(): void;
  up(): void;
  /** Down for ever. */
  close(): void;
}

/** `target`: a port of this machine, or the path of a socket. */
export async function openRedisProxy(
  target: number | string,
  meddle: RedisMeddler,
  port = 0,
): Promise<RedisProxy> {
  const lines = new Set<Line>();
  const held = new Set<string>();
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) return void client.destroy();
    const line = createLine(client, reach(target), meddle);
    for (const why of held) line.hold(why);
    lines.add(line);
    line.onEnd(() => lines.delete(line));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const down = () => {
    isDown = true;
    for (const line of lines) line.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hold(why) {
      held.add(why);
      for (const line of lines) line.hold(why);
    },
    release(why) {
      held.delete(why);
      for (const line of lines) line.release(why);
    },
    down,
    up: () => {
      isDown = false;
    },
    close: () => {
      server.close();
      down();
    },
  };
}

const reach = (target: number | string): Socket =>
  typeof target === "string" ? connect(target) : connect(target, "127.0.0.1");

type Line = ReturnType<typeof createLine>;

/** One connection of the caller, and the one behind it. */
function createLine(client: Socket, redis: Socket, meddle: RedisMeddler) {
  const cut = createCutter();
  const queue = createQueue();
  let lost: { mark: string; afterwards: () => void } | undefined;
  const destroy = () => {
    client.destroy();
    redis.destroy();
  };
  const refuse = (words: string) =>
    redis.write(commandOf("EVAL", "return redis.error_reply(ARGV[1])", "0", words));

  function pass(command: Cut): void {
    if (lost) return;
    const fault = meddle(command);
    if (!fault) redis.write(command.bytes);
    else if ("refuse" in fault) refuse(fault.refuse);
    else if ("wait" in fault) queue.first(() => redis.write(command.bytes));
    else if ("stall" in fault) stall(command, fault.stall);
    else if ("cut" in fault) destroy();
    else lose(command, fault.afterwards ?? (() => {}));
  }

  function stall({ bytes }: Cut, ms: number): void {
    const why = `stall-${Math.random()}`;
    queue.hold(why);
    queue.first(() => redis.write(bytes));
    setTimeout(() => queue.release(why), ms);
  }

  /** Redis works in order: what it echoes afterwards shows that the command has run. */
  function lose({ bytes }: Cut, afterwards: () => void): void {
    lost = { mark: `lost-${Math.random()}`, afterwards };
    redis.write(bytes);
    redis.write(commandOf("ECHO", lost.mark));
  }

  /** Whoever speaks something else, as to a server that had this port before, is hung up on. */
  function understood(chunk: Buffer): Cut[] {
    try {
      return cut(chunk);
    } catch {
      destroy();
      return [];
    }
  }

  function answer(chunk: Buffer): void {
    if (!lost) return void client.write(chunk);
    if (!chunk.includes(lost.mark)) return;
    lost.afterwards();
    destroy();
  }

  client.on("data", (chunk: Buffer) => {
    // Held ones were sent already: who hangs up meanwhile does not take them back.
    for (const command of understood(chunk)) queue.add(() => pass(command));
  });
  redis.on("data", (chunk: Buffer) => queue.add(() => answer(chunk)));
  for (const socket of [client, redis]) socket.setNoDelay().on("error", () => {});
  client.on("close", () => queue.add(() => redis.end()));
  redis.on("close", () => queue.add(() => client.destroy()));
  return {
    destroy,
    hold: queue.hold,
    release: queue.release,
    onEnd: (done: () => void) => redis.on("close", done),
  };
}

/** What happens in turn, at once unless it is held. */
function createQueue() {
  const held = new Set<string>();
  const waiting: (() => void)[] = [];
  const run = () => {
    while (held.size === 0) {
      const act = waiting.shift();
      if (!act) return;
      act();
    }
  };
  return {
    add(act: () => void) {
      waiting.push(act);
      run();
    },
    /** Before all that waits. */
    first: (act: () => void) => void waiting.unshift(act),
    hold: (why: string) => void held.add(why),
    release(why: string) {
      held.delete(why);
      run();
    },
  };
}

const commandOf = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
