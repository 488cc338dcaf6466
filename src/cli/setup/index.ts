/** `setup`: once, with an administrator's access, makes the bot's account, its rights and its kubeconfig on the hub. */
import type { Logger } from "pino";
import { stringify } from "yaml";
import type { Config } from "../../config.ts";
import type { Clock } from "../../domain/clock.ts";
import { nameWritesBy } from "../../http/hub-audit/own-looks.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient, type HubClient } from "../../hub/client/client.ts";
import { type KubeconfigSource, textSource } from "../../hub/kubeconfig/source.ts";
import { fileSource } from "../../hub/kubeconfig/source-file.ts";
import { PortForward } from "../../hub/settings.ts";
import { botAccounts, generationsInUse } from "./accounts.ts";
import { changeAnonymous } from "./anonymous.ts";
import { applyAll } from "./apply.ts";
import { operator, readFromCluster } from "./cluster.ts";
import { forgottenRoles } from "./forgotten-roles.ts";
import { ifRefused } from "./if-refused.ts";
import { withMend } from "./mend.ts";
import { missingRoles } from "./missing.ts";
import { objectsFor } from "./objects.ts";
import type { SetupOptions } from "./options.ts";
import { assertOwn } from "./others.ts";
import { writeOwn } from "./own.ts";
import { assertNotRestored } from "./restored.ts";
import { rotate } from "./rotate.ts";
import { generationIn, ownStanding, standingIn } from "./standing.ts";

export interface SetupMeans {
  log: Logger;
  clock: Clock;
  say(line: string): void;
  /** Throws where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
  /** Where Kubernetes puts the pod's own account. */
  mount?: string;
}

export interface SetupContext {
  config: Config;
  options: SetupOptions;
  means: SetupMeans;
  /** The administrator's. */
  client: HubClient;
  source: KubeconfigSource;
}

/** Throws one sentence that says what to do. */
export async function setup(config: Config, options: SetupOptions, means: SetupMeans): Promise<void> {
  if (options.dryRun && !options.anonymous) return means.say(manifests(config));
  if (options.ifRefused)
    return ifRefused(config, means, (own) => asAdministrator(config, options, means, own));
  await asAdministrator(config, options, means).catch((error: unknown) => {
    throw withMend(error);
  });
}

async function asAdministrator(
  given: Config,
  options: SetupOptions,
  means: SetupMeans,
  own?: KubeconfigSource,
): Promise<void> {
  const config = seenFromHere(given, options);
  await using opened = new AsyncDisposableStack();
  const source = await administrator(options);
  const hub = opened.adopt(await openHub(config, { log: means.log, source }), (h) => h.close());
  const client = opened.adopt(createHubClient(hub.access, { nameWrite: nameWritesBy(config) }), (c) =>
    c.close(),
  );
  const agreed = options.yes ? { ...means, confirm: async () => true } : means;
  const context = { config, options, means: agreed, client, source };
  if (own) return await renewOwn(context, own);
  if (options.anonymous) return await changeAnonymous(context);
  await (options.rotate ? rotate(context) : makeOwn(context));
  for (const line of await missingRoles(client, config.roles)) means.say(`  missing    ${line}`);
  for (const line of await forgottenRoles(client, config)) means.say(`  left       ${line}`);
  means.say("\nThe administrator's kubeconfig is not needed again. Next: npm run doctor");
}

/** A Service's name means nothing outside its cluster: from there that cluster's own API leads to its pods. */
function seenFromHere(config: Config, options: SetupOptions): Config {
  const { inCluster, server } = config.hub;
  if (!inCluster || server || config.env.KUBERNETES_SERVICE_HOST) return config;
  if (options.from !== "cluster")
    throw new Error(
      "hub.inCluster is the hub's address as pods of its cluster see it, and this is none: give --from-cluster in the place of --kubeconfig, and setup goes through that cluster.",
    );
  const { namespace, context = operator(undefined).getCurrentContext() } = options;
  if (!context) throw new Error("Your kubeconfig names no current context: give --context.");
  return { ...config, hub: { ...config.hub, portForward: PortForward.parse({ context, namespace }) } };
}

const manifests = (config: Config): string =>
  objectsFor(config)
    .map((object) => stringify(object))
    .join("---\n");

async function administrator(options: SetupOptions): Promise<KubeconfigSource> {
  if (options.from === "file") return fileSource(options.kubeconfig, { foreign: false });
  if (options.from === "nowhere") throw new Error("Nothing says where the hub's kubeconfig is.");
  return textSource(await readFromCluster(options), "karpor-kubeconfig");
}

/** Account and rights stand: only its token is dead. */
async function renewOwn(context: SetupContext, own: KubeconfigSource): Promise<void> {
  const accounts = await botAccounts(context.client, context.config.hub.namespace);
  const standing = await standingIn(own);
  assertNotRestored(context, accounts, standing ? [standing] : []);
  await writeOwn(context, generationsInUse(accounts).at(-1) ?? 1, own);
}

async function makeOwn(context: SetupContext): Promise<void> {
  const { config, client, means } = context;
  await assertOwn(context);
  const accounts = await botAccounts(client, config.hub.namespace);
  const standing = await ownStanding(context);
  assertNotRestored(context, accounts, standing);
  // On a hub that was made anew it goes on from the last: what breaks off is known as its own when it is run again.
  const known = standing.map((one) => generationIn(one, config.hub.namespace));
  const inUse = accounts.length > 0 ? generationsInUse(accounts) : [Math.max(1, ...known)];
  await applyAll(client, objectsFor(config, inUse), means.say);
  await writeOwn(context, inUse.at(-1) ?? 1);
  if (inUse.length > 1)
    means.say("  warn       an older account of the bot stands too: npm run setup -- --rotate removes it");
}
