/** Objects made on the hub, or brought to what they must be; run again, it changes nothing. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { isOfSetup, setupInstance } from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { kubectl } from "../shell.ts";
import { read } from "./answer.ts";
import type { Manifest } from "./objects.ts";

type Outcome = "made" | "updated" | "unchanged" | "left out";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const COLLECTIONS: Record<Manifest["kind"], (namespace: string) => string> = {
  Namespace: () => "/api/v1/namespaces",
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
  ClusterRole: () => `${RBAC}/clusterroles`,
  ClusterRoleBinding: () => `${RBAC}/clusterrolebindings`,
};

const Found = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
});
type Found = z.infer<typeof Found>;

export const nameOf = ({
  kind,
  metadata: { namespace, name },
}: Pick<Manifest, "kind" | "metadata">): string => `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

/** Throws HubError, or one sentence that says what to do. */
export async function applyAll(client: HubClient, all: readonly Manifest[], say: (line: string) => void) {
  for (const one of all) say(`  ${(await apply(client, one)).padEnd(9)}  ${nameOf(one)}`);
}

async function apply(client: HubClient, wanted: Manifest): Promise<Outcome> {
  const collection = COLLECTIONS[wanted.kind](wanted.metadata.namespace ?? "");
  const made = await client.request(collection, { method: "POST", body: wanted });
  if (made.status === 409) return compare(client, `${collection}/${wanted.metadata.name}`, wanted);
  // The hub needs no Namespace object: accounts stand in any namespace, made or not.
  if (wanted.kind === "Namespace" && [403, 404, 405].includes(made.status)) return "left out";
  read(`make ${nameOf(wanted)}`, made, 201, Found);
  return "made";
}

async function compare(client: HubClient, path: string, wanted: Manifest): Promise<Outcome> {
  const found = read(`read ${nameOf(wanted)}`, await client.request(path), 200, Found);
  if (isAsWanted(found, wanted)) return "unchanged";
  refuseForeign(found, wanted);
  // With the resourceVersion that was read: a change by others meanwhile is a conflict, never lost.
  const { metadata, ...fields } = wanted;
  const labels = { ...found.metadata.labels, ...metadata.labels };
  const body = { ...found, ...fields, metadata: { ...found.metadata, labels } };
  read(`update ${nameOf(wanted)}`, await client.request(path, { method: "PUT", body }), 200, Found);
  return "updated";
}

function isAsWanted(found: Found, { apiVersion: _a, kind: _k, metadata, ...fields }: Manifest): boolean {
  const same = Object.entries(fields).every(([name, value]) => isDeepStrictEqual(found[name], value));
  return same && labelEntries(metadata).every(([name, value]) => found.metadata.labels[name] === value);
}

const labelEntries = ({ labels = {} }: Manifest["metadata"]) => Object.entries(labels);

/** A label can be put on anything: what binds another role under our name is not ours all the same. */
function refuseForeign(found: Found, { kind, metadata, roleRef }: Manifest): void {
  const { labels } = found.metadata;
  const [theirs, ours] = [setupInstance(labels), setupInstance(metadata.labels ?? {})];
  const what = nameOf({ kind, metadata });
  if (theirs !== null && theirs !== ours)
    throw new Error(
      `${what} is of instance ${theirs}, so it is not changed. Choose another name (roles.*.clusterRole, hub.namespace); if this bot was called so: docs/operations.md, Renaming a bot.`,
    );
  const labelled = isOfSetup(labels);
  if (labelled && isDeepStrictEqual(found.roleRef, roleRef)) return;
  const { namespace, name } = metadata;
  const on = (verb: string, ...words: string[]) =>
    kubectl(...(namespace ? ["-n", namespace] : []), verb, kind.toLowerCase(), name, ...words);
  const label = labelEntries(metadata).map(([key, value]) => `${key}=${value}`);
  throw new Error(
    `${what} stands on the hub and was not made by setup, so it is not changed. ` +
      `Remove it (${on("delete")}), or choose another name (roles.*.clusterRole, hub.namespace)` +
      `${labelled ? "." : `; if it is the bot's: ${on("label", ...label)}.`}`,
  );
}
