/** `setup`: once, with an administrator's access, makes the bot's account, its rights and its kubeconfig on the hub. */
import { resolve } from "node:path";
import type { Logger } from "pino";
import { stringify } from "yaml";
import type { Config } from "../../config.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient, type HubClient } from "../../hub/client/client.ts";
import { parseKubeconfig } from "../../hub/kubeconfig/kubeconfig.ts";
import { type KubeconfigSource, textSource } from "../../hub/kubeconfig/source.ts";
import { fileSource } from "../../hub/kubeconfig/source-file.ts";
import { IN_CLUSTER_SECRET } from "../../hub/settings.ts";
import { apply, nameOf } from "./apply.ts";
import { readFromCluster } from "./cluster.ts";
import { missingRoles } from "./missing.ts";
import { mintOwn, narrowKubeconfig } from "./narrow.ts";
import { objectsFor, ownAccount } from "./objects.ts";
import type { SetupOptions } from "./options.ts";

export interface SetupMeans {
  log: Logger;
  say(line: string): void;
}

/** Throws one sentence that says what to do. */
export async function setup(config: Config, options: SetupOptions, means: SetupMeans): Promise<void> {
  const objects = objectsFor(config.hub.namespace, config.roles);
  if (options.dryRun) return means.say(objects.map((object) => stringify(object)).join("---\n"));
  await using opened = new AsyncDisposableStack();
  const source = await administrator(options);
  const hub = opened.adopt(await openHub(config, { log: means.log, source }), (h) => h.close());
  const client = opened.adopt(createHubClient(hub.access), (c) => c.close());
  for (const object of objects) {
    const outcome = await apply(client, object);
    means.say(`  ${outcome.padEnd(9)}  ${nameOf(object)}`);
  }
  await writeOwn(config, options, client, source, means.say);
  for (const warning of hub.access.warnings) means.say(`  warn       ${warning}`);
  for (const line of await missingRoles(client, config.roles)) means.say(`  missing    ${line}`);
  means.say("\nThe administrator's kubeconfig is not needed again. Next: npm run doctor");
}

async function administrator(options: SetupOptions): Promise<KubeconfigSource> {
  if (options.from === "file") return fileSource(options.kubeconfig);
  if (options.from === "nowhere") throw new Error("Nothing says where the hub's kubeconfig is.");
  return textSource(await readFromCluster(options), "karpor-kubeconfig");
}

async function writeOwn(
  { hub }: Config,
  { out }: SetupOptions,
  client: HubClient,
  { read, foreign, directory }: KubeconfigSource,
  say: SetupMeans["say"],
): Promise<void> {
  const own = ownAccount(hub.namespace);
  const { token, expiresAt } = await mintOwn(client, own);
  // Its own address: hub.server and hub.portForward lead to it each time anew.
  const text = narrowKubeconfig(parseKubeconfig(await read(), { foreign, directory }), token);
  const path = resolve(out ?? hub.kubeconfig ?? "hub.kubeconfig");
  await fileSource(path).save?.(text);
  const until = new Date(expiresAt).toISOString().slice(0, 10);
  say(
    `  wrote      ${path}: mode 600, the token of ${own.namespace}/${own.name} until ${until}, which the bot renews`,
  );
  if (hub.kubeconfig) return;
  const secret = hub.kubeconfigSecret ?? { ...IN_CLUSTER_SECRET, namespace: "karpor-access" };
  const { namespace, name, key } = secret;
  const make = `kubectl -n ${namespace} create secret generic ${name} --from-file=${key}=${path}`;
  say(`             then: ${make} --dry-run=client -o yaml | kubectl apply -f -`);
}
