/** Helm, as an operator calls it: HELM names its binary, else it is found on the PATH. */
import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import type { DeployManifest } from "../deploy/manifests.ts";

export const HELM = process.env.HELM || "helm";
const CHART = fileURLToPath(new URL("../../deploy/chart", import.meta.url));

export const helmAvailable = (): boolean => spawnSync(HELM, ["version"]).status === 0;
export const helmAdvice = "helm on the PATH, or HELM with the path of its binary";

export interface Release {
  name?: string;
  namespace?: string;
  values?: object;
  /** More arguments. */
  args?: string[];
  /** Its directory; the bot's own chart when left out. */
  chart?: string;
  /** Of the cluster. */
  kubeconfig?: string;
}

const OF_CHART = ["lint", "template", "install", "upgrade"];

export async function helm(
  command: string,
  {
    name = "karpor-access",
    namespace = "karpor-access",
    values = {},
    args = [],
    chart = CHART,
    kubeconfig = "",
  }: Release = {},
) {
  const release = command === "lint" ? [] : [name];
  const what = OF_CHART.includes(command) ? [chart, "--values", "-"] : [];
  const child = spawn(HELM, [command, ...release, ...what, ...args, "--namespace", namespace], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
  });
  child.stdin.on("error", () => {}).end(stringify(values));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, out, err };
}

/** Every object of the release, hooks too. Throws what helm says. */
export async function render(release: Release = {}): Promise<DeployManifest[]> {
  const { status, out, err } = await helm("template", release);
  if (status !== 0) throw new Error(err);
  return parseAllDocuments(out)
    .map((document) => document.toJS() as DeployManifest | null)
    .filter((object) => object !== null);
}
