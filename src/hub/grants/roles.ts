/** Whether a ClusterRole exists. Whoever may `bind` a role may bind it before it exists, and would grant it unseen later. */
import { z } from "zod";
import { allows, moreThanGet } from "../../domain/path-rule.ts";
import type { Rights } from "../../domain/rights.ts";
import { type Clock, GrantFailed } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { isAbsence, isStatus } from "../client/errors.ts";

const LOGIN = "/rest-api/v1/authn";
/** For so long a role that was seen is taken to exist: a look at each grant would be its fifth call. */
const TRUST = 60_000;

export interface RoleWatch {
  /** Throws GrantFailed("no-cluster-role"). */
  exists(name: string, signal: AbortSignal): Promise<void>;
}

export function roleWatch({ client, clock }: { client: HubClient; clock: Clock }): RoleWatch {
  const seen = new Map<string, number>();
  return {
    async exists(name, signal) {
      if (clock.now() - (seen.get(name) ?? Number.NEGATIVE_INFINITY) < TRUST) return;
      const role = await readRole(client, name, signal).catch((error) => {
        throw isStatus(error, 403) ? new GrantFailed("hub-refuses", error.message) : error;
      });
      if (!role) throw noRole(name);
      seen.set(name, clock.now());
    },
  };
}

export const noRole = (name: string) =>
  new GrantFailed("no-cluster-role", `there is no ClusterRole ${name} on the hub`);

const Rule = z.object({
  verbs: z.array(z.string()),
  nonResourceURLs: z.array(z.string()).optional(),
  apiGroups: z.array(z.string()).optional(),
  resources: z.array(z.string()).optional(),
  resourceNames: z.array(z.string()).optional(),
});
const ClusterRole = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  rules: z.array(Rule).nullish(),
});
export type ClusterRole = z.infer<typeof ClusterRole>;
type Rules = Pick<ClusterRole, "rules">;

/** Null when there is none. */
export async function readRole(
  client: HubClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ClusterRole | null> {
  try {
    return await client.call(`read ClusterRole ${name}`, signal, async (api) =>
      ClusterRole.parse(await api.readClusterRole(name)),
    );
  } catch (error) {
    if (isAbsence(error, name)) return null;
    throw error;
  }
}

/** Null too where the bot may not read it; whatever else keeps the hub from saying is no answer. */
export const roleIfReadable = (
  client: HubClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ClusterRole | null> =>
  readRole(client, name, signal).catch((error: unknown) => {
    if (isStatus(error, 403)) return null;
    throw error;
  });

/** Whether it opens the dashboard's login. */
export const grantsLogin = ({ rules }: Rules) => allows(rules ?? [], "get", LOGIN);

/** An aggregated role shows its rules once a controller filled them in. */
export const grantsMoreThanGet = ({ rules }: Rules) => moreThanGet(rules ?? []);

/** Null where it is not there, or the bot may not read it, or the hub does not answer. */
export const rightsOf = (client: HubClient, name: string, signal: AbortSignal): Promise<Rights | null> =>
  readRole(client, name, signal).then(
    (role) => role?.rules ?? null,
    () => null,
  );
