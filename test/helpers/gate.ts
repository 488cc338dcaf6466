/** A TCP door before a server, which can be held: what passes then, in one of the two directions, waits. */
import { connect, createServer, type Socket } from "node:net";

export type Direction = "requests" | "answers";

export type Gate = Awaited<ReturnType<typeof openGate>>;

export async function openGate(port: number) {
  let held: Direction | undefined;
  let waiting: (() => void)[] = [];
  const unanswered = new Set<Socket>();
  const targets = new Set<Socket>();
  const pass = (direction: Direction, to: Socket) => (chunk: Buffer) => {
    if (held === direction) waiting.push(() => to.write(chunk));
    else to.write(chunk);
  };
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      one.on("error", () => {}).on("close", () => other.destroy());
    }
    targets.add(target);
    target.on("close", () => targets.delete(target));
    client.on("data", () => unanswered.add(client)).on("data", pass("requests", target));
    target.on("data", () => unanswered.delete(client)).on("data", pass("answers", client));
    client.on("close", () => unanswered.delete(client));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    hold: (direction: Direction) => {
      held = direction;
    },
    /** Something waits at the held door, or behind it. */
    isBusy: () => waiting.length > 0 || (held !== undefined && unanswered.size > 0),
    /** Whether what reaches the server from that port passed here. */
    isOf: (port: number) => [...targets].some(({ localPort }) => localPort === port),
    release: () => {
      held = undefined;
      for (const send of waiting) send();
      waiting = [];
    },
    close: () => void server.close(),
  };
}
