/** A way to Redis of any length, which counts what passes: the commands, and the jobs that are added by them. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Cut, createCutter } from "../sandbox/redis/commands.ts";

export type RedisDoor = Awaited<ReturnType<typeof openRedisDoor>>;

export async function openRedisDoor(url: string, onCommand: (command: Cut) => void) {
  const target = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let ms = 0;
  const server = createServer((client) => {
    const redis = connect({ port: target, host: "127.0.0.1", noDelay: true });
    client.setNoDelay();
    const cut = createCutter();
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(one.on("close", () => other.destroy()).on("error", () => {}));
    }
    client.on("data", (chunk) => {
      for (const command of cut(chunk)) onCommand(command);
      // In order: timers of one length go off in the order they were set.
      if (ms > 0) setTimeout(() => redis.write(chunk), ms);
      else redis.write(chunk);
    });
    redis.on("data", (chunk) => client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on each command takes so much longer to Redis. */
    moveAway: (away: number) => {
      ms = away;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const one of sockets) one.destroy();
    },
  };
}
