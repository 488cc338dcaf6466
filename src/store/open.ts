/** Opens a connection to what REDIS_URL names: a server, the primary that sentinels know, or a cluster. */
import { Cluster, Redis } from "ioredis";
import { type RedisAddress, readAddress } from "./address.ts";

/** What every part of the store works with, whatever stands behind it. */
export type Client = Redis | Cluster;

export interface Settings {
  enableOfflineQueue?: boolean;
  maxRetriesPerRequest: number | null;
  autoResendUnfulfilledCommands?: boolean;
  commandTimeout?: number;
  connectTimeout: number;
  socketTimeout: number;
  retryStrategy(times: number): number;
}

/** Throws when the URL is none of ours. */
export function opener(url: string): (settings: Settings) => Client {
  const address = readAddress(url);
  if (address.kind === "cluster") return (settings) => openCluster(address, settings);
  if (address.kind === "sentinel") return (settings) => openSentinel(address, settings);
  return (settings) => new Redis({ ...settings, ...common(address), ...address.hosts[0], db: address.db });
}

const common = ({ tls, username, password }: RedisAddress) => ({
  // RESP3 decoded doubles and large integers wrongly in places (redis/ioredis#2150, #2164).
  protocol: 2 as const,
  username,
  password,
  ...(tls ? { tls: {} } : {}),
  // A primary that was demoted keeps its connections: look anew where the primary is.
  reconnectOnError: (error: Error) => error.message.includes("READONLY"),
});

function openSentinel(address: RedisAddress, settings: Settings): Redis {
  return new Redis({
    ...settings,
    ...common(address),
    sentinels: address.hosts,
    name: address.name,
    db: address.db,
    // The sentinels know it anyway, since they watch with it; those that ask for none take any.
    sentinelPassword: address.password,
    ...(address.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelCommandTimeout: settings.connectTimeout,
    sentinelRetryStrategy: settings.retryStrategy,
  });
}

function openCluster(address: RedisAddress, settings: Settings): Cluster {
  const { retryStrategy, enableOfflineQueue: _, ...node } = settings;
  const failFast = settings.commandTimeout !== undefined;
  return new Cluster(address.hosts, {
    clusterRetryStrategy: retryStrategy,
    slotsRefreshInterval: 5000,
    // Whether what was under way ran, nobody knows: it is for the caller to ask again.
    ...(failFast ? { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 } : {}),
    // By name, as the certificate says.
    ...(address.tls ? { dnsLookup: (name, done) => done(null, name) } : {}),
    redisOptions: { ...node, ...common(address) },
  });
}
