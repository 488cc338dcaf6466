/** Every connection to a Redis that this process opens, by its port: what a dead replica would go on trying for ever is ended here. */
import { Redis } from "ioredis";

const clients = new Map<number, Set<Redis>>();

const connect = Redis.prototype.connect;
Redis.prototype.connect = function (this: Redis, ...args) {
  const { port = 0 } = this.options;
  clients.set(port, (clients.get(port) ?? new Set()).add(this));
  return connect.apply(this, args);
};

export function disconnectAll(port: number): void {
  for (const client of clients.get(port) ?? []) client.disconnect();
  clients.delete(port);
}
