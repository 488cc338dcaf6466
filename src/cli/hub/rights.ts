/** The bot's rights on the hub. No API of the hub tells them, so each is tried: dry, or on what does not exist. */
import type { Config } from "../../config.ts";
import { HubError, isReason } from "../../hub/errors.ts";
import { LOGIN, RBAC_GROUP } from "../../hub/grants.ts";
import { tokenAccount } from "../../hub/jwt.ts";
import { accountsPath, BINDINGS_PATH } from "../../hub/lists.ts";
import type { HubCalls } from "./calls.ts";
import { CLUSTER_ROLES, clusterRolesIn } from "./objects.ts";

type Try = [right: string, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object];

const ABSENT = "karpor-access-doctor";
const DRY = "?dryRun=All";
const absent = { metadata: { name: ABSENT } };

/** So short a life is refused to who may ask for a token, and no token comes of it. */
const mint = (right: string, namespace: string, name = ABSENT): Try => [
  right,
  "POST",
  `${accountsPath(namespace)}/${name}/token`,
  { spec: { expirationSeconds: 1 } },
];

const bind = (name: string): Try => [
  `bind ${name}`,
  "POST",
  BINDINGS_PATH + DRY,
  { ...absent, roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name } },
];

const ownAccount = ({ access }: HubCalls) => access.token && tokenAccount(access.token);

/** The bot needs these, and may not. Throws HubError where the hub does not say. */
export function missingRights(hub: HubCalls, config: Config): Promise<string[]> {
  const { namespace } = config.hub;
  const accounts = accountsPath(namespace);
  const own = ownAccount(hub);
  return rightsThatAre("forbidden", hub, [
    ["create serviceaccounts", "POST", accounts + DRY, absent],
    ["get serviceaccounts", "GET", `${accounts}/${ABSENT}`],
    ["list serviceaccounts", "GET", `${accounts}?limit=1`],
    ["patch serviceaccounts", "PATCH", `${accounts}/${ABSENT}${DRY}`, absent],
    ["delete serviceaccounts", "DELETE", `${accounts}/${ABSENT}${DRY}`],
    mint("create serviceaccounts/token", namespace),
    ["get clusterrolebindings", "GET", `${BINDINGS_PATH}/${ABSENT}`],
    ["list clusterrolebindings", "GET", `${BINDINGS_PATH}?limit=1`],
    ["delete clusterrolebindings", "DELETE", `${BINDINGS_PATH}/${ABSENT}${DRY}`],
    ["get clusterroles", "GET", `${CLUSTER_ROLES}/${ABSENT}`],
    ...clusterRolesIn(config).map(bind),
    ...(own ? [mint("renew its own token", own.namespace, own.name)] : []),
    ["get /rest-api/v1/authn", "GET", LOGIN],
  ]);
}

/** The bot may do these and does not need them, as far as can be tried. Throws HubError where the hub does not say. */
export function excessRights(hub: HubCalls): Promise<string[]> {
  const own = ownAccount(hub);
  return rightsThatAre("allowed", hub, [
    ["read Secrets", "GET", "/api/v1/secrets?limit=1"],
    mint("make tokens in any namespace", "kube-system"),
    ...(own ? [mint("make tokens for others of its own namespace", own.namespace)] : []),
    bind("cluster-admin"),
  ]);
}

type TryOutcome = "allowed" | "forbidden" | "unknown";

async function rightsThatAre(wanted: TryOutcome, hub: HubCalls, tries: Try[]): Promise<string[]> {
  const outcomes = await Promise.all(tries.map((one) => tryRight(hub, one)));
  return tries.flatMap(([right], i) => (outcomes[i] === wanted ? [right] : []));
}

async function tryRight(hub: HubCalls, [, method, path, body]: Try): Promise<TryOutcome> {
  try {
    await hub.ask(method, path, body);
    return "allowed";
  } catch (error) {
    if (isReason(error, "Forbidden")) return "forbidden";
    if (!(error instanceof HubError)) throw error;
    if (error.status === 422) return "allowed";
    // A role, or an object, that does not exist.
    if (error.status === 404) return "unknown";
    throw error;
  }
}
