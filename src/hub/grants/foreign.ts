/** What gives access past the bot: every binding and account that matters is looked at, and taken for ours only when it is so in each part. */
import { z } from "zod";
import type { ForeignObject } from "../../flow/ports.ts";
import { botClusterRole } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";
import { type HubObject, objectsAt } from "../client/objects.ts";
import { accountsPath, BINDINGS_PATH } from "./find.ts";
import { instanceAccount, PREFIX } from "./names.ts";
import {
  accountId,
  type ForeignScope,
  grantOf,
  isBot,
  isGrant,
  isKnown,
  isTrial,
  isTrialOf,
} from "./whose.ts";

/** Grants of karpor-access in another namespace: of another bot, or ours before hub.namespace was renamed. */
export interface GrantsElsewhere {
  instance: string;
  namespace: string;
  count: number;
}

export interface Survey {
  foreign: ForeignObject[];
  elsewhere: GrantsElsewhere[];
  /** Bindings that hub.known accepts. */
  known: ForeignObject[];
  /** Accounts that have the bot's own rights: one, unless a rotation did not finish. */
  bots: string[];
}

/** Throws HubError, or the signal's reason. */
export async function surveyHub(scope: ForeignScope, signal?: AbortSignal): Promise<Survey> {
  const surveyor = await createSurveyor(scope, signal);
  for await (const object of objectsAt(scope.client, accountsPath(scope), { signal }))
    surveyor.account(object);
  for await (const object of objectsAt(scope.client, BINDINGS_PATH, { signal })) surveyor.binding(object);
  return surveyor.survey();
}

/** Is shown every account of the grants' namespace, and then every binding. */
export interface Surveyor {
  account(object: HubObject): void;
  binding(object: HubObject): void;
  survey(): Survey;
}

/** Throws HubError, or the signal's reason. */
export async function createSurveyor(scope: ForeignScope, signal?: AbortSignal): Promise<Surveyor> {
  const own = botClusterRole(scope.namespace);
  const grantable = new Set([...scope.clusterRoles, ...(await mayBind(scope.client, own, signal))]);
  /** The ClusterRole that the account of a grant of ours was made for. */
  const roleOf = new Map<string, string | undefined>();
  const accounts: ForeignObject[] = [];
  const found: Survey = { foreign: [], known: [], elsewhere: [], bots: [] };
  return {
    account(object) {
      const { name, annotations } = object.metadata;
      const grant = grantOf(object);
      if (grant?.instance === scope.instance) roleOf.set(name, annotations[`${PREFIX}/cluster-role`]);
      else if (name !== instanceAccount(scope.instance) && !isTrial(scope, object))
        accounts.push(foreignObject("ServiceAccount", object, others(scope, grant)));
    },
    binding(binding) {
      const { roleRef, subjects } = binding;
      if (!roleRef || !subjects?.length) return;
      const grant = grantOf(binding);
      const object = () => foreignObject("ClusterRoleBinding", binding, others(scope, grant));
      if (roleRef.name === own) {
        if (subjects.every((one) => isBot(scope, one))) found.bots.push(...subjects.map(({ name }) => name));
        else found.foreign.push(object());
      } else if (grant && grant.namespace !== scope.namespace) count(found.elsewhere, grant);
      else if (grantable.has(roleRef.name) && !isGrant(scope, binding, roleOf))
        (isKnown(scope, binding) ? found.known : found.foreign).push(object());
    },
    survey() {
      const bound = new Set(found.foreign.flatMap(({ subjects = [] }) => subjects.map(accountId)));
      // Where controllers run, each namespace has one of that name.
      const idle = (name: string) => name === "default" && !bound.has(`${scope.namespace}/${name}`);
      return { ...found, foreign: [...found.foreign, ...accounts.filter(({ name }) => !idle(name))] };
    },
  };
}

const Rules = z.object({
  rules: z
    .array(z.object({ verbs: z.array(z.string()), resourceNames: z.array(z.string()).default([]) }))
    .nullish(),
});

/** What the hub lets the bot bind today: a role that left the catalog since setup ran is still among it. */
async function mayBind(client: HubClient, own: string, signal: AbortSignal | undefined): Promise<string[]> {
  const { status, body } = await client.request(
    `/apis/rbac.authorization.k8s.io/v1/clusterroles/${encodeURIComponent(own)}`,
    { signal },
  );
  const rules = (status === 200 && Rules.safeParse(body).data?.rules) || [];
  return rules.flatMap(({ verbs, resourceNames }) => (verbs.includes("bind") ? resourceNames : []));
}

function count(counts: GrantsElsewhere[], { instance, namespace }: Omit<GrantsElsewhere, "count">): void {
  const known = counts.find((one) => one.instance === instance && one.namespace === namespace);
  if (known) known.count++;
  else counts.push({ instance, namespace, count: 1 });
}

function foreignObject(
  kind: ForeignObject["kind"],
  { metadata, roleRef, subjects }: HubObject,
  grant: Pick<GrantsElsewhere, "instance"> | null,
): ForeignObject {
  const { name, namespace, uid, creationTimestamp, finalizers } = metadata;
  return {
    ...{ kind, name, uid, createdAt: creationTimestamp.getTime() },
    ...(namespace === undefined ? {} : { namespace }),
    ...(roleRef ? { clusterRole: roleRef.name, subjects: subjects ?? [] } : {}),
    ...(grant ? { instance: grant.instance } : {}),
    ...(finalizers.length > 0 ? { held: true } : {}),
  };
}

/** What is ours by name and not in truth is nobody's. */
const others = <T extends { instance: string }>({ instance }: ForeignScope, grant: T | null): T | null =>
  grant === null || grant.instance === instance || isTrialOf(instance, grant.instance) ? null : grant;
