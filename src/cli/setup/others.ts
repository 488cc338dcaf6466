/** What setup must not take from another bot, nor from this one under its former name: a namespace, grants that live, a kubeconfig. */
import { z } from "zod";
import type { Config } from "../../config.ts";
import {
  botClusterRole,
  botNamespace,
  isOfSetup,
  setupInstance,
  setupSelector,
} from "../../hub/bot-account.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { objectsAt } from "../../hub/client/objects.ts";
import { accountsPath, BINDINGS_PATH } from "../../hub/grants/find.ts";
import { surveyHub } from "../../hub/grants/foreign.ts";
import { instanceOf } from "../../hub/grants/names.ts";
import { ownerOf } from "../../hub/grants/owner.ts";
import { accountId, isTrialOf } from "../../hub/grants/whose.ts";
import type { TokenIdentity } from "../../hub/kubeconfig/identity.ts";
import { fileSource } from "../../hub/kubeconfig/source-file.ts";
import { foreignScope } from "../checks/foreign.ts";
import { readIfThere } from "./answer.ts";
import type { SetupContext } from "./index.ts";
import { kubeconfigPath, standingIn } from "./standing.ts";

const RENAMING = "docs/operations.md, Renaming a bot";

/** Before anything is made. Throws HubError, or one sentence that says what to do. */
export async function assertOwn(context: SetupContext): Promise<void> {
  await assertOwner(context);
  await assertNamespaces(context);
  await assertNoneElsewhere(context);
  await assertKubeconfig(context);
}

/** By what no thief of a bot's token can make or change: all that a rotation goes by, on the hub. Throws likewise. */
export async function assertOwner({ client, config: { instance, hub } }: SetupContext): Promise<void> {
  const owner = await ownerOf(client, hub.namespace);
  if (owner !== null && owner !== instance)
    throw taken(`What setup made for instance ${owner} stands`, hub.namespace, owner);
}

const taken = (what: string, namespace: string, other: string): Error =>
  new Error(
    `${what} in namespace ${namespace}, so nothing is made there. ` +
      "Another bot needs a namespace of its own: leave hub.namespace out, or choose another. " +
      `If this bot was called ${other}: put \`instance: ${other}\` back until its grants have ended, then ${RENAMING}.`,
  );

/** Who may make tokens for every account of a namespace has every bot's that stands there. */
async function assertNamespaces({ client, config: { instance, hub } }: SetupContext): Promise<void> {
  for (const namespace of [hub.namespace, botNamespace(hub.namespace)]) {
    const there = new Map<string, number>();
    for await (const { metadata } of objectsAt(client, accountsPath({ namespace }))) {
      const other = instanceOf(metadata) ?? setupInstance(metadata.labels);
      if (other !== null && other !== instance && !isTrialOf(instance, other))
        there.set(other, (there.get(other) ?? 0) + 1);
    }
    for (const [other, count] of there)
      throw taken(`${count} accounts of instance ${other} stand`, namespace, other);
  }
}

/** What one bot calls its own by its label, another bot of that name would end. */
async function assertNoneElsewhere({ client, config, means }: SetupContext): Promise<void> {
  const { instance, hub } = config;
  const { elsewhere } = await surveyHub(foreignScope(client, config, means.clock));
  const live = elsewhere.find((one) => one.instance === instance);
  const namespace = live?.namespace ?? (await otherSetup(client, config));
  if (namespace === null) return;
  const what = live ? `${live.count} grants of instance ${instance} stand` : `Instance ${instance} is set up`;
  throw new Error(
    `${what} in namespace ${namespace}, so nothing is made in ${hub.namespace}. ` +
      "Another bot needs another `instance`. " +
      `To move this one: put \`hub.namespace: ${namespace}\` back until its grants have ended, then ${RENAMING}.`,
  );
}

/** Null where this instance is set up for no other namespace. */
async function otherSetup(client: HubClient, { instance, hub }: Config): Promise<string | null> {
  const labelSelector = setupSelector(instance);
  const own = botClusterRole(hub.namespace);
  for await (const { roleRef } of objectsAt(client, BINDINGS_PATH, { labelSelector }))
    if (roleRef && roleRef.name !== own) return roleRef.name;
  return null;
}

/** The file may be the only one with another bot's token. Throws likewise. */
export async function assertKubeconfig(context: SetupContext): Promise<void> {
  const { client, config } = context;
  const path = kubeconfigPath(context);
  const self = (await standingIn(fileSource(path)))?.self;
  if (!self || self.namespace === botNamespace(config.hub.namespace)) return;
  const labels = await labelsOf(client, self);
  const owner = labels && setupInstance(labels);
  if (!labels || !isOfSetup(labels) || owner === config.instance) return;
  throw new Error(
    `${path} holds the token of ${accountId(self)}, ${owner === null ? "which setup made by another name" : `the bot of instance ${owner}`}: it is not replaced. ` +
      `Name another file in hub.kubeconfig for this bot; if this bot was called so: ${RENAMING}.`,
  );
}

const Account = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});

/** Null where it does not stand any more. Throws HubError. */
async function labelsOf(client: HubClient, { namespace, name }: TokenIdentity) {
  const path = `${accountsPath({ namespace })}/${encodeURIComponent(name)}`;
  const found = readIfThere(`read ${path}`, await client.request(path), name, Account);
  return found ? found.metadata.labels : null;
}
