/** Whose an object on the hub is: taken for the bot's only when it is so in each part, since labels and names can be put on anything. Pure. */
import type { Clock } from "../../flow/ports.ts";
import { botGenerationOf, botNamespace } from "../bot-account.ts";
import type { HubClient } from "../client/client.ts";
import type { HubObject, Subject } from "../client/objects.ts";
import { identityOf } from "../kubeconfig/identity.ts";
import { instanceOf, markOf } from "./names.ts";

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
  /** Other bots of the hub, by their instance. */
  instances: readonly string[];
  /** Also what `doctor` or the canary is trying the hub with at this moment. */
  strict?: true;
}

/** Where a grant stands, and whose it says it is. */
export interface Whose {
  instance: string;
  namespace: string;
}

/** Whose grant it is by labels and name, and of a binding, by its one subject too; null when it is none. */
export function grantOf({ metadata, roleRef, subjects }: HubObject, mark = markOf(metadata)): Whose | null {
  if (!mark?.key) return null;
  const { instance } = mark;
  if (!roleRef) return { instance, namespace: metadata.namespace ?? "" };
  const [subject, ...more] = subjects ?? [];
  const own = subject?.kind === "ServiceAccount" && subject.name === metadata.name && more.length === 0;
  return own ? { instance, namespace: subject.namespace ?? "" } : null;
}

/** A grant of the bot, or what it is trying the hub with. `grant`: by grantOf. `role`: what its account was made for; nothing where that was not seen. */
export function isGrant(
  scope: ForeignScope,
  binding: HubObject,
  grant: Whose | null,
  role: string | undefined,
): boolean {
  const { roleRef } = binding;
  if (grant?.instance === scope.instance) return (role ?? roleRef?.name) === roleRef?.name;
  // As canaryRequest binds it: what hides behind such a label has the role that may least, and no other.
  return grant !== null && roleRef?.name === scope.clusterRoles[0] && isTrial(scope, binding);
}

export const isKnown = ({ known }: ForeignScope, { subjects }: HubObject): boolean =>
  Boolean(subjects?.every((one) => one.kind === "ServiceAccount" && known.includes(accountId(one))));

export const isBot = ({ client, namespace }: ForeignScope, subject: Subject): boolean => {
  if (subject.kind !== "ServiceAccount") return false;
  const own = client.token();
  const self = own && identityOf(own);
  if (self?.name === subject.name && self.namespace === subject.namespace) return true;
  return subject.namespace === botNamespace(namespace) && botGenerationOf(namespace, subject.name) !== null;
};

/** As `doctor` labels what it tries the hub with. */
export const doctorInstance = (instance: string): string => `${instance}-doctor`;
/** As the running bot labels its canary. */
export const canaryInstance = (instance: string): string => `${instance}-canary`;

/** Whether it is labelled as what this bot tries the hub with. */
export const isTrialOf = (instance: string, label: string | null): boolean =>
  label === doctorInstance(instance) || label === canaryInstance(instance);

/** Longer than any of it is wanted. */
export const TRIAL_DONE_AFTER_MS = 5 * 60_000;

export const isTrial = ({ instance, clock, strict }: ForeignScope, { metadata }: HubObject): boolean =>
  !strict &&
  isTrialOf(instance, instanceOf(metadata)) &&
  clock.now() - metadata.creationTimestamp.getTime() < TRIAL_DONE_AFTER_MS;

export const accountId = ({ namespace, name }: Pick<Subject, "namespace" | "name">): string =>
  `${namespace}/${name}`;
