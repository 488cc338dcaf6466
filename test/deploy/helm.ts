/** Helm, as an operator calls it. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
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
