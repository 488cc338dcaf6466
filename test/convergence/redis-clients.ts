/** The connections to Redis that replicas open, by their door: what a dead one would go on trying for ever is ended here. */
import { Redis } from "ioredis";

const clients = new Map<number, Set<Redis>>();

const connect = Redis.prototype.connect;
Redis.prototype.connect = function (this: Redis, ...args) {
  const { path, port = 0 } = this.options;
  if (path) return connect.apply(this, args);
  const known = clients.get(port)?.add(this);
  const connecting = connect.apply(this, args);
  // Of one that is dead already.
  if (!known) this.disconnect();
  return connecting;
};

/** Connections to this port are let through from now on. */
export const letThrough = (port: number): void => void clients.set(port, new Set());

/** And from now on ended. */
export function disconnectAll(port: number): void {
  for (const client of clients.get(port) ?? []) {
    client.disconnect();
    rejectKept(client);
  }
  clients.delete(port);
}

/** What ioredis keeps for the next connection it leaves unsettled when there will be none, and a worker would wait for ever. */
function rejectKept(client: Redis): void {
  const { prevCommandQueue: kept } = client as unknown as { prevCommandQueue: Kept | null | undefined };
  for (const { command } of kept?.toArray() ?? []) command.reject(new Error("Connection is closed."));
}

interface Kept {
  toArray(): { command: { reject(error: Error): void } }[];
}
