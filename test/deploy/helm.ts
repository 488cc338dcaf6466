/** Helm, as an operator calls it. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { HELM } from "../helpers/machine.ts";

const CHART = fileURLToPath(new URL("../../deploy/chart", import.meta.url));

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

export interface Release {
  name?: string;
  namespace?: string;
  values?: object;
  /** Further arguments. */
  args?: string[];
  /** The chart's folder; the bot's own when left out. */
  chart?: string;
  /** The path of the cluster's kubeconfig. */
  kubeconfig?: string;
}

const WITH_CHART = ["lint", "template", "install", "upgrade"];

export async function helm(command: string, release: Release = {}) {
  const { name = "karpor-access", namespace = "karpor-access", values = {}, args = [] } = release;
  const named = command === "lint" ? [] : [name];
  const chart = WITH_CHART.includes(command) ? [release.chart ?? CHART, "--values", "-"] : [];
  const child = spawn(HELM, [command, ...named, ...chart, ...args, "--namespace", namespace], {
    env: { ...process.env, KUBECONFIG: release.kubeconfig ?? "" },
  });
  child.stdin.on("error", () => {}).end(stringify(values));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, out, err };
}

/** Every object of the release, its hooks too. Throws what helm says. */
export async function render(release: Release = {}): Promise<KubeObject[]> {
  const { status, out, err } = await helm("template", release);
  if (status !== 0) throw new Error(err);
  return parseAllDocuments(out).flatMap((document) => (document.toJS() as KubeObject | null) ?? []);
}

const Template = z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) });
const Workload = z.object({
  template: Template,
  volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
});
const Cron = z.object({ jobTemplate: z.object({ spec: Workload }) });

/** The pods of an object, as its controller would make them. */
export function podsIn({ kind, metadata, spec }: KubeObject): { metadata: object; spec: object }[] {
  if (kind === "Pod") return [{ metadata, spec: spec as object }];
  if (!["Deployment", "StatefulSet", "CronJob"].includes(kind)) return [];
  const { template, volumeClaimTemplates } =
    kind === "CronJob" ? Cron.parse(spec).jobTemplate.spec : Workload.parse(spec);
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, emptyDir: {} }));
  const volumes = claimed.length > 0 ? { volumes: claimed } : {};
  return [{ metadata: { ...template.metadata, name: "a" }, spec: { ...template.spec, ...volumes } }];
}
