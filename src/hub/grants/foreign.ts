/** What gives access past the bot: every binding and account that matters is looked at, and taken for ours only when it is so in each part. */
import type { ForeignObject } from "../../flow/ports.ts";
import { botClusterRole } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";
import { annotationOf, type HubObject, wholeOf } from "../client/objects.ts";
import { instanceAccount, type Mark, markOf, PREFIX } from "./names.ts";
import { ownerOf } from "./owner.ts";
import { roleIfReadable } from "./roles.ts";
import { sideBySide } from "./side-by-side.ts";
import {
  accountId,
  type ForeignScope,
  grantOf,
  isBot,
  isGrant,
  isKnown,
  isTrial,
  isTrialOf,
  type Whose,
} from "./whose.ts";

const CLUSTER_ROLE = `${PREFIX}/cluster-role`;

/** Grants of karpor-access in another namespace: of another bot, or ours before it was renamed. */
export interface GrantsElsewhere {
  instance: string;
  namespace: string;
  count: number;
  /** One of their bindings. */
  binding: ForeignObject;
}

export interface Survey {
  foreign: ForeignObject[];
  elsewhere: GrantsElsewhere[];
  /** The same, of the bots that hub.instances names. */
  others: GrantsElsewhere[];
  /** Bindings that hub.known accepts. */
  known: ForeignObject[];
  /** Accounts that have the bot's own rights: one, unless a rotation did not finish. */
  bots: string[];
}

/** Throws HubError, or the signal's reason. */
export async function surveyHub(scope: ForeignScope, signal?: AbortSignal): Promise<Survey> {
  const surveyor = await createSurveyor(scope, signal);
  for await (const { kind, path, page } of sideBySide(scope, signal))
    for (const read of page) {
      const object = wholeOf(path, read);
      surveyor[kind](object, markOf(object.metadata));
    }
  return surveyor.survey();
}

/** Is shown every account of the grants' namespace and every binding, in any order, each with what it says of itself. */
export interface Surveyor {
  account(object: HubObject, mark: Mark | null): void;
  binding(object: HubObject, mark: Mark | null): void;
  /** Throws HubError, or the signal's reason. */
  survey(): Promise<Survey>;
}

/** Throws HubError, or the signal's reason. */
export async function createSurveyor(scope: ForeignScope, signal?: AbortSignal): Promise<Surveyor> {
  const own = botClusterRole(scope.namespace);
  const grantable = new Set([...scope.clusterRoles, ...(await mayBind(scope.client, own, signal))]);
  /** Of each grant of ours whose binding was not shown yet: the ClusterRole that its account was made for. */
  const roles = new Map<string, string | undefined>();
  /** Of each binding of ours whose account was not shown yet: what is to be done when it is known what that was made for. */
  const early = new Map<string, (role: string | undefined) => void>();
  const accounts: ForeignObject[] = [];
  const found: Survey = { foreign: [], known: [], elsewhere: [], others: [], bots: [] };
  return {
    account(object, mark) {
      const { metadata } = object;
      const { name } = metadata;
      const grant = grantOf(object, mark);
      if (grant?.instance === scope.instance) {
        const role = annotationOf(metadata, CLUSTER_ROLE);
        const judge = early.get(name);
        if (judge && early.delete(name)) judge(role);
        else roles.set(name, role);
      } else if (name !== instanceAccount(scope.instance) && !isTrial(scope, object))
        accounts.push(foreignObject("ServiceAccount", object, others(scope, grant)));
    },
    binding(binding, mark) {
      const { metadata, roleRef, subjects } = binding;
      if (!roleRef || !subjects?.length) return;
      const grant = grantOf(binding, mark);
      const object = () => foreignObject("ClusterRoleBinding", binding, others(scope, grant));
      if (roleRef.name === own) {
        if (subjects.every((one) => isBot(scope, one))) found.bots.push(...subjects.map(({ name }) => name));
        else found.foreign.push(object());
      } else if (grant && grant.namespace !== scope.namespace) count(found.elsewhere, grant, object);
      else if (grantable.has(roleRef.name)) {
        const judge = (role: string | undefined) => {
          if (!isGrant(scope, binding, grant, role))
            (isKnown(scope, binding) ? found.known : found.foreign).push(object());
        };
        const { name } = metadata;
        if (grant?.instance !== scope.instance) judge(undefined);
        else if (roles.has(name)) judge(roles.get(name));
        else early.set(name, judge);
        roles.delete(name);
      }
    },
    async survey() {
      // An account made a moment ago was not seen yet.
      for (const judge of early.values()) judge(undefined);
      early.clear();
      // The hub lists by the names of bindings, which are chance.
      const counts = found.elsewhere.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
      const named = await Promise.all(counts.map((one) => isNamed(scope, one, signal)));
      const seen = Map.groupBy(counts, (_, i) => named[i]);
      const bound = new Set(found.foreign.flatMap(({ subjects = [] }) => subjects.map(accountId)));
      // Where controllers run, each namespace has one of that name.
      const idle = (name: string) => name === "default" && !bound.has(`${scope.namespace}/${name}`);
      const foreign = [...found.foreign, ...accounts.filter(({ name }) => !idle(name))];
      return { ...found, foreign, elsewhere: seen.get(false) ?? [], others: seen.get(true) ?? [] };
    },
  };
}

/** What the hub lets the bot bind today: a role that left the catalog since setup ran is still among it. */
async function mayBind(client: HubClient, own: string, signal: AbortSignal | undefined): Promise<string[]> {
  const role = await roleIfReadable(client, own, signal);
  return (role?.rules ?? []).flatMap(({ verbs, resourceNames = [] }) =>
    verbs.includes("bind") ? resourceNames : [],
  );
}

const placeOf = ({ instance, namespace }: Whose) => `${instance} ${namespace}`;

function count(
  counts: GrantsElsewhere[],
  { instance, namespace }: Whose,
  binding: () => ForeignObject,
): void {
  const known = counts.find((one) => one.instance === instance && one.namespace === namespace);
  if (known) known.count++;
  else
    counts.push({ instance, namespace, count: 1, binding: { ...binding(), instance, elsewhere: namespace } });
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

/** Of a bot that hub.instances names, in the namespace that setup made for it: a label alone can be put on anything. */
async function isNamed(
  { client, instances }: ForeignScope,
  { instance, namespace }: Whose,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const other = instances.find((name) => name === instance || isTrialOf(name, instance));
  return other !== undefined && (await ownerOf(client, namespace, signal)) === other;
}

/** What is ours by name and not in truth is nobody's. */
const others = <T extends { instance: string }>({ instance }: ForeignScope, grant: T | null): T | null =>
  grant === null || grant.instance === instance || isTrialOf(instance, grant.instance) ? null : grant;
