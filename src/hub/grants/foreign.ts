/** What gives access past the bot: every binding and account that matters is looked at, and taken for ours only when it is so in each part. */
import { z } from "zod";
import type { Clock, ForeignObject } from "../../flow/ports.ts";
import { botClusterRole, botGenerationOf, botNamespace } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";
import {
  accountsOf,
  CLUSTER_ROLE_BINDINGS,
  type HubObject,
  objectsAt,
  type Subject,
} from "../client/objects.ts";
import { identityOf } from "../kubeconfig/identity.ts";
import { instanceAccount, instanceOf, keyOf, PREFIX } from "./names.ts";

export interface ForeignScope {
  client: HubClient;
  clock: Clock;
  instance: string;
  /** Of the grants. */
  namespace: string;
  /** Of the catalog. */
  clusterRoles: readonly string[];
  /** Accounts made by hand that may have the catalog's roles: namespace/name. */
  known: readonly string[];
  /** Also what `doctor` is trying the hub with at this moment. */
  strict?: true;
}

/** Grants of karpor-access in another namespace: of another bot, or ours before hub.namespace was renamed. */
export interface GrantsElsewhere {
  instance: string;
  namespace: string;
  count: number;
}

export interface Survey {
  foreign: ForeignObject[];
  elsewhere: GrantsElsewhere[];
  /** Accounts that have the bot's own rights: one, unless a rotation did not finish. */
  bots: string[];
}

/** Throws HubError, or the signal's reason. */
export const listForeign = async (scope: ForeignScope, signal: AbortSignal): Promise<ForeignObject[]> =>
  (await surveyHub(scope, signal)).foreign;

/** Throws HubError, or the signal's reason. */
export async function surveyHub(scope: ForeignScope, signal?: AbortSignal): Promise<Survey> {
  const accounts = await surveyAccounts(scope, signal);
  const bindings = await surveyBindings(scope, accounts.roleOf, signal);
  const bound = new Set(bindings.foreign.flatMap(({ subjects = [] }) => subjects.map(accountId)));
  // Where controllers run, each namespace has one of that name.
  const idle = (name: string) => name === "default" && !bound.has(`${scope.namespace}/${name}`);
  return {
    ...bindings,
    foreign: [...bindings.foreign, ...accounts.foreign.filter(({ name }) => !idle(name))],
  };
}

/** `roleOf`: the ClusterRole that the account of a grant of ours was made for. */
async function surveyAccounts(scope: ForeignScope, signal: AbortSignal | undefined) {
  const roleOf = new Map<string, string | undefined>();
  const foreign: ForeignObject[] = [];
  for await (const object of objectsAt(scope.client, accountsOf(scope.namespace), { signal })) {
    const { name, annotations } = object.metadata;
    const grant = grantOf(object);
    if (grant?.instance === scope.instance) roleOf.set(name, annotations[`${PREFIX}/cluster-role`]);
    else if (name !== instanceAccount(scope.instance) && !isDoctors(scope, object))
      foreign.push(foreignObject("ServiceAccount", object, others(scope, grant)));
  }
  return { roleOf, foreign };
}

async function surveyBindings(
  scope: ForeignScope,
  roleOf: ReadonlyMap<string, string | undefined>,
  signal: AbortSignal | undefined,
): Promise<Survey> {
  const own = botClusterRole(scope.namespace);
  const grantable = new Set([...scope.clusterRoles, ...(await mayBind(scope.client, own, signal))]);
  const survey: Survey = { foreign: [], elsewhere: [], bots: [] };
  for await (const binding of objectsAt(scope.client, CLUSTER_ROLE_BINDINGS, { signal })) {
    const { roleRef, subjects } = binding;
    if (!roleRef || !subjects?.length) continue;
    const grant = grantOf(binding);
    const foreign = () =>
      survey.foreign.push(foreignObject("ClusterRoleBinding", binding, others(scope, grant)));
    if (roleRef.name === own) {
      if (subjects.every((one) => isBot(scope, one))) survey.bots.push(...subjects.map(({ name }) => name));
      else foreign();
    } else if (grant && grant.namespace !== scope.namespace) count(survey.elsewhere, grant);
    else if (grantable.has(roleRef.name) && !isAccepted(scope, binding, roleOf)) foreign();
  }
  return survey;
}

/** Whose grant it is by labels and name, and of a binding, by its one subject too; null when it is none. */
function grantOf({ metadata, roleRef, subjects }: HubObject): Omit<GrantsElsewhere, "count"> | null {
  const instance = instanceOf(metadata);
  if (instance === null || !keyOf(instance, metadata)) return null;
  if (!roleRef) return { instance, namespace: metadata.namespace ?? "" };
  const [subject, ...more] = subjects ?? [];
  const own = subject?.kind === "ServiceAccount" && subject.name === metadata.name && more.length === 0;
  return own ? { instance, namespace: subject.namespace ?? "" } : null;
}

/** What is ours by name and not in truth is nobody's. */
const others = <T extends { instance: string }>({ instance }: ForeignScope, grant: T | null): T | null =>
  grant?.instance === instance || grant?.instance === doctorInstance(instance) ? null : grant;

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

function isAccepted(
  scope: ForeignScope,
  binding: HubObject,
  roleOf: ReadonlyMap<string, string | undefined>,
): boolean {
  const { metadata, roleRef, subjects = [] } = binding;
  const grant = grantOf(binding);
  // A grant's role is what its account says; an account made a moment ago was not seen yet.
  const role = roleOf.get(metadata.name) ?? roleRef?.name;
  if (grant?.instance === scope.instance) return role === roleRef?.name;
  if (grant && isDoctors(scope, binding)) return true;
  return Boolean(
    subjects?.every((one) => one.kind === "ServiceAccount" && scope.known.includes(accountId(one))),
  );
}

function count(counts: GrantsElsewhere[], { instance, namespace }: Omit<GrantsElsewhere, "count">): void {
  const known = counts.find((one) => one.instance === instance && one.namespace === namespace);
  if (known) known.count++;
  else counts.push({ instance, namespace, count: 1 });
}

const isBot = ({ client, namespace }: ForeignScope, subject: Subject): boolean => {
  if (subject.kind !== "ServiceAccount") return false;
  const own = client.token();
  const self = own && identityOf(own);
  if (self?.name === subject.name && self.namespace === subject.namespace) return true;
  return subject.namespace === botNamespace(namespace) && botGenerationOf(namespace, subject.name) !== null;
};

/** As `doctor` labels what it tries the hub with. */
export const doctorInstance = (instance: string): string => `${instance}-doctor`;
/** Longer than any of it is wanted. */
export const DOCTOR_DONE_AFTER_MS = 5 * 60_000;

const isDoctors = ({ instance, clock, strict }: ForeignScope, { metadata }: HubObject): boolean =>
  !strict &&
  instanceOf(metadata) === doctorInstance(instance) &&
  clock.now() - metadata.creationTimestamp.getTime() < DOCTOR_DONE_AFTER_MS;

const accountId = ({ namespace, name }: Pick<Subject, "namespace" | "name">): string =>
  `${namespace}/${name}`;

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
