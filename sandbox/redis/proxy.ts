/** A door of one caller to a Redis: commands can be refused, lost before or after they ran, or held, and it can be closed. */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { type Cut, createCutter } from "./commands.ts";

/**
 * refuse: answered with this error, not run · wait: run when what is held is let go · cut: not run, its connection breaks · lose: run, and its connection
 * breaks instead of an answer (`then` is called in that moment) · deaf: not run, never answered, nor is what follows
 */
export type RedisFault =
  | { refuse: string }
  | { wait: true }
  | { cut: true }
  | { lose: true; then?: () => void }
  | { deaf: true };

/** Asked at each command, before it is handed on. */
export type RedisMeddler = (command: Cut) => RedisFault | undefined;

export interface RedisProxy {
  readonly port: number;
  /** What passes from now on waits, in both directions, even of callers who hang up. */
  hold(): void;
  release(): void;
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
  const state = { down: false, held: false };
  const server = createServer((client) => {
    if (state.down) return void client.destroy();
    const line = createLine(client, reach(target), meddle);
    if (state.held) line.hold();
    lines.add(line);
    line.onEnd(() => lines.delete(line));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const set = (held: boolean) => {
    state.held = held;
    for (const line of lines) held ? line.hold() : line.release();
  };
  const down = () => {
    state.down = true;
    for (const line of lines) line.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => set(true),
    release: () => set(false),
    down,
    up: () => {
      state.down = false;
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
  let waiting: (() => void)[] | undefined;
  let deaf = false;
  let lost: { mark: string; then: () => void } | undefined;
  const later = (act: () => void) => (waiting ? void waiting.push(act) : act());
  const destroy = () => {
    client.destroy();
    redis.destroy();
  };
  const refuse = (words: string) =>
    redis.write(commandOf("EVAL", "return redis.error_reply(ARGV[1])", "0", words));

  function pass(command: Cut): void {
    const fault = deaf ? undefined : meddle(command);
    if (deaf || lost) return;
    if (!fault) redis.write(command.bytes);
    else if ("refuse" in fault) refuse(fault.refuse);
    else if ("wait" in fault) later(() => redis.write(command.bytes));
    else if ("cut" in fault) destroy();
    else if ("deaf" in fault) deaf = true;
    else lose(command, fault.then ?? (() => {}));
  }

  /** Redis works in order: what it echoes afterwards shows that the command has run. */
  function lose({ bytes }: Cut, then: () => void): void {
    lost = { mark: `lost-${Math.random()}`, then };
    redis.write(bytes);
    redis.write(commandOf("ECHO", lost.mark));
  }

  function answer(chunk: Buffer): void {
    if (!lost) return void (deaf || client.write(chunk));
    if (!chunk.includes(lost.mark)) return;
    lost.then();
    destroy();
  }

  client.on("data", (chunk: Buffer) => {
    // Held ones were sent already: who hangs up meanwhile does not take them back.
    for (const command of cut(chunk)) later(() => pass(command));
  });
  redis.on("data", (chunk: Buffer) => later(() => answer(chunk)));
  for (const socket of [client, redis]) socket.setNoDelay().on("error", () => {});
  client.on("close", () => later(() => redis.end()));
  redis.on("close", () => later(() => client.destroy()));
  return {
    destroy,
    hold: () => {
      waiting ??= [];
    },
    release: () => {
      const acts = waiting ?? [];
      waiting = undefined;
      for (const act of acts) act();
    },
    onEnd: (done: () => void) => redis.on("close", done),
  };
}

const commandOf = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
