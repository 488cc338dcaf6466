/** What the bot may do on the hub. No API of the hub tells, so it is tried: dry, or on what does not exist. */

import type { Config } from "../../config.ts";
import { HubError, isReason } from "../../hub/errors.ts";
import { tokenAccount } from "../../hub/jwt.ts";
import type { HubCalls } from "./calls.ts";
import { clusterRolesIn } from "./objects.ts";

/** As whom to try it, and what the file needs. */
interface Side {
  hub: HubCalls;
  config: Config;
}
type Try = [right: string, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object];

const NOBODY = "karpor-access-doctor";
const GROUP = "rbac.authorization.k8s.io";
const RBAC = `/apis/${GROUP}/v1`;
const BINDINGS = `${RBAC}/clusterrolebindings`;
const DRY = "?dryRun=All";
const named = { metadata: { name: NOBODY } };
const accounts = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;

/** So short a life is refused to who may ask for a token, and no token comes of it. */
const mint = (right: string, namespace: string, name = NOBODY): Try => [
  ...([right, "POST", `${accounts(namespace)}/${name}/token`] as const),
  { spec: { expirationSeconds: 1 } },
];

const bind = (name: string): Try => [
  ...([`bind ${name}`, "POST", BINDINGS + DRY] as const),
  { ...named, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name } },
];

const ownAccount = ({ access }: HubCalls) => access.token && tokenAccount(access.token);

function neededRights({ hub, config }: Side): Try[] {
  const ours = accounts(config.hub.namespace);
  const own = ownAccount(hub);
  return [
    ["create serviceaccounts", "POST", ours + DRY, named],
    ["get serviceaccounts", "GET", `${ours}/${NOBODY}`],
    ["list serviceaccounts", "GET", `${ours}?limit=1`],
    ["patch serviceaccounts", "PATCH", `${ours}/${NOBODY}${DRY}`, named],
    ["delete serviceaccounts", "DELETE", `${ours}/${NOBODY}${DRY}`],
    mint("create serviceaccounts/token", config.hub.namespace),
    ["get clusterrolebindings", "GET", `${BINDINGS}/${NOBODY}`],
    ["list clusterrolebindings", "GET", `${BINDINGS}?limit=1`],
    ["delete clusterrolebindings", "DELETE", `${BINDINGS}/${NOBODY}${DRY}`],
    ["get clusterroles", "GET", `${RBAC}/clusterroles/${NOBODY}`],
    ...clusterRolesIn(config).map(bind),
    ...(own ? [mint("renew its own token", own.namespace, own.name)] : []),
    ["get /rest-api/v1/authn", "GET", "/rest-api/v1/authn"],
  ];
}

function unneededRights({ hub }: Side): Try[] {
  const own = ownAccount(hub);
  return [
    ["read Secrets", "GET", "/api/v1/secrets?limit=1"],
    mint("make tokens in any namespace", "kube-system"),
    ...(own ? [mint("make tokens for others of its own namespace", own.namespace)] : []),
    bind("cluster-admin"),
  ];
}

/** What the bot needs and may not. Throws HubError where the hub does not say. */
export const missingRights = (side: Side): Promise<string[]> =>
  rightsThatAre("forbidden", side.hub, neededRights(side));

/** What the bot may do and does not need, as far as can be tried. Throws HubError where the hub does not say. */
export const excessRights = (side: Side): Promise<string[]> =>
  rightsThatAre("allowed", side.hub, unneededRights(side));

async function rightsThatAre(
  wanted: "allowed" | "forbidden",
  hub: HubCalls,
  tries: Try[],
): Promise<string[]> {
  const outcomes = await Promise.all(tries.map((one) => tryRight(hub, one)));
  return tries.flatMap(([right], i) => (outcomes[i] === wanted ? [right] : []));
}

async function tryRight(
  hub: HubCalls,
  [, method, path, body]: Try,
): Promise<"allowed" | "forbidden" | "unknown"> {
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
