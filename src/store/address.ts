/** What REDIS_URL may say, taken apart: one server, the sentinels that know the primary, or a cluster. */
import { z } from "zod";

export interface RedisAddress {
  kind: "server" | "sentinel" | "cluster";
  tls: boolean;
  hosts: { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  /** The primary's name among the sentinels. */
  name: string;
  db: number;
}

const FORM =
  /^redis(?<s>s)?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:/]*)(?::(?<password>[^/]*))?@)?(?<hosts>[^@/?#]+)\/?(?<path>[^?#]*)$/;
/** What may follow the hosts. */
const PATHS = {
  server: /^(?<db>\d*)$/,
  sentinel: /^(?<name>[\w.-]+)(?:\/(?<db>\d+))?$/,
  cluster: /^$/,
};
const PORTS = { server: 6379, sentinel: 26379, cluster: 6379 };
// Never quotes the URL: it may hold the password.
const REFUSAL =
  "must look like redis://host:6379, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379 (rediss… for TLS; user:password@ before the hosts, percent-encoded)";

export const RedisUrl = z.string().refine((url) => take(url) !== null, REFUSAL);

/** Throws an error that says how the URL must look. */
export function readAddress(url: string): RedisAddress {
  const address = take(url);
  if (!address) throw new Error(`REDIS_URL ${REFUSAL}.`);
  return address;
}

/** The hosts alone, for messages. */
export const whereIs = (url: string): string =>
  readAddress(url)
    .hosts.map(({ host, port }) => `${host}:${port}`)
    .join(",");

function take(url: string): RedisAddress | null {
  const form = FORM.exec(url)?.groups;
  const kind = (form?.kind ?? "server") as RedisAddress["kind"];
  const rest = PATHS[kind].exec(form?.path ?? "");
  if (!form || !rest) return null;
  try {
    const hosts = (form.hosts ?? "").split(",").map((host) => hostOf(host, PORTS[kind]));
    if (kind === "server" && hosts.length > 1) return null;
    const { name = "", db = "0" } = rest.groups ?? {};
    const credentials = { username: decoded(form.user), password: decoded(form.password) };
    return { kind, tls: form.s !== undefined, hosts, ...credentials, name, db: Number(db) };
  } catch {
    return null;
  }
}

function hostOf(text: string, usual: number) {
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

const decoded = (text = ""): string | undefined => decodeURIComponent(text) || undefined;
