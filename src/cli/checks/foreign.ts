/** What on the hub gives access past the bot, each object with its age and the commands that remove it. */
import type { Config } from "../../config.ts";
import { clusterRolesOf } from "../../domain/catalog.ts";
import { DAY, formatDuration, HOUR } from "../../domain/duration.ts";
import type { Clock, ForeignObject } from "../../flow/ports.ts";
import { botClusterRole, botNamespace } from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { surveyHub } from "../../hub/grants/foreign.ts";
import type { ForeignScope } from "../../hub/grants/whose.ts";
import { identityOf } from "../../hub/kubeconfig/identity.ts";
import { kubectl, plain, shellWord } from "../shell.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

export type ForeignAsked = Pick<Config, "instance" | "hub" | "roles">;
type Subject = NonNullable<ForeignObject["subjects"]>[number];

export const foreignScope = (
  client: HubClient,
  { instance, hub, roles }: ForeignAsked,
  clock: Clock,
): ForeignScope => ({
  ...{ client, clock, instance },
  ...{
    namespace: hub.namespace,
    known: hub.known,
    instances: hub.instances,
    clusterRoles: clusterRolesOf(roles),
  },
});

/** Throws HubError. */
export async function checkForeign(
  client: HubClient,
  config: ForeignAsked,
  clock: Clock,
): Promise<Finding[]> {
  const { foreign, known, bots } = await surveyHub(foreignScope(client, config, clock));
  const found = foreign.filter(({ instance }) => instance === undefined);
  const told = found.map((one) => judge(one, config.hub.namespace, clock.now()));
  const none = ok(
    "hub foreign",
    "every binding of a role of the catalog, and every account of a grant, is the bot's",
  );
  return [
    ...(foreign.length === 0 ? [none] : told),
    ...known.map((one) => ok("hub known", `${describeObject(one)}; ${ageOf(one, clock.now())} old`)),
    ...oldAccounts(client, config, bots),
  ];
}

function judge(object: ForeignObject, namespace: string, now: number): Finding {
  const { kind, clusterRole, subjects = [] } = object;
  const removable = accountsOutside(subjects, namespace);
  const byHand =
    kind === "ClusterRoleBinding" &&
    clusterRole !== botClusterRole(namespace) &&
    removable.length === subjects.length;
  const accept = byHand ? `; or accept it: hub.known: [${removable.map(idOf).join(", ")}]` : "";
  const fix = `${removal(object, removable).join("; ")}, on the hub${accept}`;
  const message = `${describeObject(object)}; ${ageOf(object, now)} old, and not made by the bot`;
  return byHand
    ? warn("hub foreign", message, fix)
    : fail("hub foreign", message, `${fix}. If nobody knows it: npm run setup -- --rotate`);
}

export function describeObject(object: ForeignObject): string {
  const { kind, name, clusterRole = "", subjects = [] } = object;
  if (kind === "ServiceAccount") return `ServiceAccount ${idOf(object)}, among the grants' accounts`;
  return `ClusterRoleBinding ${shellWord(name)}, which gives ${shellWord(clusterRole)} to ${subjects.map(idOf).join(", ")}`;
}

const idOf = ({ namespace, name }: Pick<Subject, "namespace" | "name">): string =>
  shellWord(namespace === undefined ? name : `${namespace}/${name}`);

/** Neither a grant's nor the bot's own: those are not for taking away. */
const accountsOutside = (subjects: readonly Subject[], namespace: string): Subject[] =>
  subjects.filter(
    (one) =>
      one.kind === "ServiceAccount" && ![namespace, botNamespace(namespace)].includes(one.namespace ?? ""),
  );

/** The commands that remove an object, and the accounts that it gives access to. */
export function removal(object: ForeignObject, accounts: readonly Subject[]): string[] {
  const { kind, name, namespace, held } = object;
  const at = namespace === undefined ? [] : ["-n", namespace];
  const on = (verb: string, ...options: string[]) =>
    kubectl(...at, verb, kind.toLowerCase(), ...options, ...plain(name));
  return [
    ...(held ? [on("patch", "--type=merge", `--patch=${RELEASE}`)] : []),
    on("delete"),
    ...accounts.map((one) =>
      kubectl("-n", one.namespace ?? "", "delete", "serviceaccount", ...plain(one.name)),
    ),
  ];
}

const RELEASE = '{"metadata":{"finalizers":null}}';

function ageOf({ createdAt }: ForeignObject, now: number): string {
  const ms = Math.max(now - createdAt, 0);
  const unit = ms > DAY ? DAY : ms > HOUR ? HOUR : 1;
  return formatDuration(Math.floor(ms / unit) * unit);
}

/** A rotation that did not finish: what holds the old token still has every right. */
function oldAccounts(client: HubClient, { hub }: ForeignAsked, bots: readonly string[]): Finding[] {
  const token = client.token();
  const self = token && identityOf(token)?.name;
  const others = bots.filter((name) => name !== self);
  if (!self || others.length === 0) return [];
  return [
    fail(
      "hub old account",
      `${others.map((name) => `${botNamespace(hub.namespace)}/${name}`).join(", ")} still has the bot's rights`,
      "npm run setup -- --from-cluster --rotate",
    ),
  ];
}
