/** Facts about the hub for the start checks and the doctor: it judges nothing, and throws only the signal's reason. */
import type { AnonymousAccess } from "../../domain/anonymous.ts";
import type { Clock } from "../../flow/ports.ts";
import { grantsLogin, grantsMoreThanGet, readRole } from "../grants/roles.ts";
import { identityOf, type TokenIdentity } from "../kubeconfig/identity.ts";
import { lookAtAnonymous } from "./anonymous.ts";
import type { HubClient } from "./client.ts";
import { answered, HubError, isHubs, isStatus } from "./errors.ts";
import { rbacOf } from "./rbac.ts";
import { skew } from "./skew.ts";

export interface Probed {
  client: HubClient;
  clock: Clock;
  /** Of the grants. */
  namespace: string;
  /** ClusterRoles of the catalog. */
  clusterRoles: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface HubFacts {
  server: string;
  /** The hub's certificate is verified. */
  verified: boolean;
  /** Whose token the bot shows; null for a client certificate, or a token that does not say. */
  self: TokenIdentity | null;
  /** The bot shows a client certificate, and no token. */
  certificate: boolean;
  /** How asking failed; null when the hub answered and took the bot's credential. */
  failure: HubError | null;
  /** Null where `failure` left it unknown. */
  more: MoreFacts | null;
}

export interface MoreFacts {
  /** How far the hub's clock is ahead of ours, ms; 0 under two seconds. */
  skew: number;
  rbac: ReturnType<typeof rbacOf>;
  anonymous: AnonymousAccess;
  /** Null where it may not be read. */
  clusterRoles: Record<string, RoleFacts | null>;
  /** Listing them was allowed; what else the bot may do, no API of the hub tells. */
  mayList: { accounts: boolean; bindings: boolean };
}

export type RoleFacts = { exists: false } | { exists: true; moreThanGet: boolean; login: boolean };

export async function probeHub(probed: Probed): Promise<HubFacts> {
  const { client } = probed;
  const own = client.token();
  const known = {
    server: client.access.server,
    verified: !client.access.insecure,
    self: own && identityOf(own),
    certificate: client.access.credential.kind === "certificate",
  };
  try {
    return { ...known, failure: null, more: await more(probed) };
  } catch (error) {
    if (error instanceof HubError) return { ...known, failure: error, more: null };
    throw error;
  }
}

async function more(probed: Probed): Promise<MoreFacts> {
  const { client, clock, signal } = probed;
  const sent = clock.now();
  const version = await client.request("/version", { signal });
  // Not allowed to see the version is no reason to give up: the credential was taken.
  if ((version.status !== 200 && version.status !== 403) || !isHubs(version))
    throw answered("GET /version", version);
  const ahead = skew(version.headers.date, clock.now(), sent);
  const [configs, anonymous, clusterRoles, mayList] = await Promise.all([
    client.request("/server-configs", { as: "nobody", signal }),
    lookAtAnonymous(client, signal),
    roleFacts(probed),
    listing(probed),
  ]);
  return {
    skew: ahead,
    rbac: rbacOf(configs),
    anonymous,
    clusterRoles,
    mayList,
  };
}

export async function roleFacts({
  client,
  clusterRoles,
  signal,
}: Pick<Probed, "client" | "clusterRoles" | "signal">): Promise<MoreFacts["clusterRoles"]> {
  const look = async (name: string): Promise<[string, RoleFacts | null]> => {
    try {
      const role = await readRole(client, name, signal);
      if (!role) return [name, { exists: false }];
      return [name, { exists: true, moreThanGet: grantsMoreThanGet(role), login: grantsLogin(role) }];
    } catch (error) {
      if (isStatus(error, 403)) return [name, null];
      throw error;
    }
  };
  return Object.fromEntries(await Promise.all(clusterRoles.map(look)));
}

async function listing({ client, namespace, signal }: Probed): Promise<MoreFacts["mayList"]> {
  const may = async (path: string) => (await client.request(`${path}?limit=1`, { signal })).status === 200;
  const [accounts, bindings] = await Promise.all([
    may(`/api/v1/namespaces/${namespace}/serviceaccounts`),
    may("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
  ]);
  return { accounts, bindings };
}
