/** `setup --hub-audit URL --from-cluster`, and `--remove`: files for karpor-server, into its Secret in the host cluster and out of it. Its Deployment is only looked at. */
import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { z } from "zod";
import { inContext, kubectl, shellWord } from "../shell.ts";
import { askHost, type HostCluster, missing, operator } from "./cluster.ts";
import type { SetupMeans } from "./index.ts";

export interface KarporSecretOptions extends HostCluster {
  /** What was put there is taken away. */
  remove: boolean;
  dryRun: boolean;
  /** Nobody is asked. */
  yes: boolean;
}

type Means = Pick<SetupMeans, "say" | "confirm">;

/** karpor-server mounts it whole, at /etc/karpor. */
const SECRET = "karpor-secret";
const SERVER = "karpor-server";
/** karpor-server does not start with it and without its file. */
const FLAG = "--audit-policy-file";

export interface KarporFile {
  name: string;
  text: string;
  /** What it says. */
  of: string;
  /** What is lost with the one that it replaces; null for nothing. */
  lost?(replaced: string): string | null;
}

/** Throws one sentence that says what to do. */
export async function putIntoKarpor(
  files: readonly KarporFile[],
  options: KarporSecretOptions,
  means: Means,
): Promise<void> {
  const karpor = await lookAt(options);
  const data: Record<string, string> = {};
  for (const { name, text, of, lost } of files) {
    const value = Buffer.from(text).toString("base64");
    const stands = karpor.data[name];
    if (stands !== value) data[name] = value;
    const act = stands === undefined ? "add" : stands === value ? "unchanged" : "replace";
    const gone = act === "replace" ? lost?.(Buffer.from(stands ?? "", "base64").toString()) : null;
    means.say(`  ${act.padEnd(9)}  ${name}: ${of}${gone ? `; ${gone}` : ""}`);
  }
  if (!(await karpor.change(data, means))) return;
  if (!karpor.flags) {
    means.say(`\nNext, the flags: ${upgrade(karpor.release, options)} --post-renderer karpor-flags`);
    means.say("What that needs, and what it is with Helm 3: deploy/karpor-flags/README.md");
  } else if (Object.keys(data).length > 0) {
    const restart = kubectl(
      ...inContext(options.context),
      "-n",
      options.namespace,
      "rollout",
      "restart",
      `deployment/${SERVER}`,
    );
    means.say(`\n${SERVER} reads them when it starts. Next: ${restart}`);
  }
}

/** Throws one sentence that says what to do. */
export async function removeFromKarpor(
  names: readonly string[],
  options: KarporSecretOptions,
  means: Means,
): Promise<void> {
  const karpor = await lookAt(options);
  if (karpor.flags)
    throw new Error(
      `${SERVER} has ${FLAG}, and would not start again without the file. First, without --post-renderer: ${upgrade(karpor.release, options)}`,
    );
  const there = names.filter((name) => karpor.data[name] !== undefined);
  for (const name of there) means.say(`  remove     ${name}`);
  await karpor.change(Object.fromEntries(there.map((name) => [name, null])), means);
}

const Secret = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});
const Deployment = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ args: z.array(z.string()).default([]) })) }),
    }),
  }),
});

async function lookAt({ context, namespace, dryRun, yes }: KarporSecretOptions) {
  const kubeconfig = operator(context);
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const at = { name: SECRET, namespace };
  const what = `Secret ${namespace}/${SECRET}`;
  const secret = await askHost(`read ${what}`, core.readNamespacedSecret(at));
  if (secret === null) throw missing(`Secret in the host cluster: ${namespace}/${SECRET}`);
  const { data, metadata } = Secret.parse(secret);
  return {
    data,
    ...(await lookAtServer(kubeconfig.makeApiClient(AppsV1Api), namespace)),
    /** Resolves to whether it is so now. With the resourceVersion that was read: a change by others meanwhile is a conflict, never lost. */
    async change(changes: Record<string, string | null>, { say, confirm }: Means): Promise<boolean> {
      if (Object.keys(changes).length === 0) {
        say(`  unchanged  ${what}`);
        return true;
      }
      if (dryRun) {
        say("\nNothing was changed.");
        return false;
      }
      if (!yes && !(await confirm(`Change ${what}?`))) throw new Error("Nothing was changed.");
      const body = { metadata: { resourceVersion: metadata.resourceVersion }, data: changes };
      const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
      const changed = await askHost(`change ${what}`, core.patchNamespacedSecret({ ...at, body }, merge));
      if (changed === null) throw missing(`Secret in the host cluster: ${namespace}/${SECRET}`);
      say(`  updated    ${what}`);
      return true;
    },
  };
}

async function lookAtServer(apps: AppsV1Api, namespace: string) {
  const at = { name: SERVER, namespace };
  const found = await askHost(`read Deployment ${namespace}/${SERVER}`, apps.readNamespacedDeployment(at));
  if (found === null) throw missing(`Deployment in the host cluster: ${namespace}/${SERVER}`);
  const { metadata, spec } = Deployment.parse(found);
  return {
    flags: spec.template.spec.containers.some(({ args }) => args.some((arg) => arg.startsWith(FLAG))),
    release: {
      name: metadata.annotations["meta.helm.sh/release-name"] ?? "karpor",
      namespace: metadata.annotations["meta.helm.sh/release-namespace"] ?? namespace,
    },
  };
}

function upgrade({ name, namespace }: { name: string; namespace: string }, { context }: HostCluster): string {
  const at = context === undefined ? "" : ` --kube-context ${shellWord(context)}`;
  return `helm${at} upgrade ${shellWord(name)} kusionstack/karpor -n ${shellWord(namespace)} --reuse-values`;
}
