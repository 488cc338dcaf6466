/** Grants that nobody may look after: of another instance, or in another namespace, as they were named before a configuration was changed. */
import type { Clock } from "../../flow/ports.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { HubError } from "../../hub/client/errors.ts";
import { type GrantsElsewhere, surveyHub } from "../../hub/grants/foreign.ts";
import { selector } from "../../hub/grants/names.ts";
import { kubectl } from "../shell.ts";
import { type Finding, fail, warn } from "./finding.ts";
import { type ForeignAsked, foreignScope } from "./foreign.ts";

export async function checkOrphans(
  client: HubClient,
  config: ForeignAsked,
  clock: Clock,
): Promise<Finding[]> {
  const survey = await surveyHub(foreignScope(client, config, clock)).catch((error: unknown) => {
    // What keeps the bot from listing has its own finding.
    if (error instanceof HubError) return { foreign: [], elsewhere: [] };
    throw error;
  });
  const { foreign, elsewhere } = survey;
  const { namespace } = config.hub;
  const here = Map.groupBy(foreign, ({ instance }) => instance);
  const renamed = [...here].flatMap(([instance, { length }]) =>
    instance === undefined ? [] : [{ instance, namespace, count: length }],
  );
  return [...renamed.map(otherInstance), ...elsewhere.map((one) => otherNamespace(one, config.instance))];
}

function otherInstance({ instance, namespace, count }: GrantsElsewhere): Finding {
  const of = `-l=${selector(instance)}`;
  return warn(
    "hub other instance",
    `${count} objects of instance ${instance} stand in ${namespace}: if that was this bot's name, nobody ends them now`,
    `Put \`instance: ${instance}\` back until they have ended; or ${kubectl("delete", "clusterrolebindings", of)}; ${kubectl("-n", namespace, "delete", "serviceaccounts", of)}, on the hub`,
  );
}

function otherNamespace({ instance, namespace, count }: GrantsElsewhere, own: string): Finding {
  const message = `${count} grants of instance ${instance} stand in ${namespace}`;
  const back = `put \`hub.namespace: ${namespace}\` back until they have ended`;
  if (instance === own)
    return fail(
      "hub other namespace",
      `${message}, where the bot does not look: nobody ends them now`,
      `In karpor-access.yml, ${back}`,
    );
  return warn(
    "hub other namespace",
    `${message}: if that was this bot before it was renamed, nobody ends them now`,
    `Nothing, if another bot looks after them; else ${back}, and \`instance: ${instance}\``,
  );
}
