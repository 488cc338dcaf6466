/** Grants that nobody may look after: of another instance, or in another namespace, as they were named before a configuration was changed. */
import type { Clock } from "../../flow/ports.ts";
import { grantsNamespace } from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { HubError } from "../../hub/client/errors.ts";
import { objectsAt } from "../../hub/client/objects.ts";
import { BINDINGS_PATH } from "../../hub/grants/find.ts";
import { type GrantsElsewhere, type Survey, surveyHub } from "../../hub/grants/foreign.ts";
import { selector } from "../../hub/grants/names.ts";
import { ownerOf } from "../../hub/grants/owner.ts";
import { grantOf } from "../../hub/grants/whose.ts";
import { identityOf } from "../../hub/kubeconfig/identity.ts";
import { kubectl } from "../shell.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { type ForeignAsked, foreignScope } from "./foreign.ts";

export async function checkOrphans(
  client: HubClient,
  config: ForeignAsked,
  clock: Clock,
): Promise<Finding[]> {
  const home = homeOf(client);
  const all = [
    checkHome(client, home, config),
    surveyHub(foreignScope(client, config, clock)).then((survey) => judge(survey, home, config)),
  ].map((one) => one.catch(none));
  return (await Promise.all(all)).flat();
}

/** What keeps the bot from listing has its own finding. */
function none(error: unknown): Finding[] {
  if (error instanceof HubError) return [];
  throw error;
}

/** The grants' namespace that the bot's kubeconfig was made for; null where it does not say. */
function homeOf(client: HubClient): string | null {
  const token = client.token();
  const self = token && identityOf(token);
  return self && grantsNamespace(self.namespace);
}

/** Whether its kubeconfig was made for the bot by another name: what that one granted, this one would not end. */
async function checkHome(
  client: HubClient,
  home: string | null,
  { instance, hub }: ForeignAsked,
): Promise<Finding[]> {
  if (home === null) return [];
  const owner = await ownerOf(client, home);
  if (owner !== null && owner !== instance) return [{ ...ofOther(owner, home, instance), refuses: true }];
  if (home === hub.namespace) return [];
  let count = 0;
  for await (const binding of objectsAt(client, BINDINGS_PATH, { labelSelector: selector(instance) }))
    if (grantOf(binding)?.namespace === home) count++;
  return count === 0 ? [] : [{ ...ownElsewhere({ instance, namespace: home, count }), refuses: true }];
}

function judge(
  { foreign, elsewhere, others }: Survey,
  home: string | null,
  { instance: own, hub: { namespace } }: ForeignAsked,
): Finding[] {
  const here = Map.groupBy(foreign, ({ instance }) => instance);
  return [
    ...[...here].flatMap(([instance, { length }]) =>
      instance === undefined ? [] : [otherInstance(instance, length, namespace)],
    ),
    ...elsewhere.flatMap((one) => {
      if (one.instance !== own) return [otherNamespace(one)];
      return one.namespace === home ? [] : [ownElsewhere(one)];
    }),
    ...others.map((one) =>
      ok("hub other bot", `${one.instance}, with ${one.count} grants in ${one.namespace}`),
    ),
  ];
}

const ofOther = (owner: string, home: string, instance: string): Finding =>
  fail(
    "hub instance",
    `the bot's kubeconfig is that of instance ${owner}, whose grants stand in ${home}; the configuration says ${instance}`,
    `${putBack(owner, home)}; another bot needs a hub.kubeconfig of its own, which npm run setup -- --from-cluster writes`,
  );

type Counted = Omit<GrantsElsewhere, "binding">;

const putBack = (instance: string, namespace: string): string =>
  `If this bot was called ${instance}: put \`instance: ${instance}\` and \`hub.namespace: ${namespace}\` back until its grants have ended (npm run grants -- end --all), then docs/operations.md, Renaming a bot`;

function otherInstance(instance: string, count: number, namespace: string): Finding {
  const of = `-l=${selector(instance)}`;
  return fail(
    "hub other instance",
    `${count} objects of instance ${instance} stand in ${namespace}: if that was this bot's name, nobody ends them now`,
    `Put \`instance: ${instance}\` back until they have ended; if that is another bot: a hub.namespace of its own; or ${kubectl("delete", "clusterrolebindings", of)}; ${kubectl("-n", namespace, "delete", "serviceaccounts", of)}, on the hub`,
  );
}

const ownElsewhere = ({ instance, namespace, count }: Counted): Finding =>
  fail(
    "hub other namespace",
    `${count} grants of instance ${instance} stand in ${namespace}, where the bot does not look: nobody ends them now`,
    `In karpor-access.yml, put \`hub.namespace: ${namespace}\` back until they have ended (npm run grants -- end --all)`,
  );

const otherNamespace = ({ instance, namespace, count }: Counted): Finding =>
  warn(
    "hub other namespace",
    `${count} grants of instance ${instance} stand in ${namespace}: another bot's, or this one's before it was renamed`,
    `If another bot looks after them: \`hub.instances: [${instance}]\`, and setup of that bot, with this version; ${lower(putBack(instance, namespace))}`,
  );

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
