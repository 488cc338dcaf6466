/** Helm, as an operator calls it: HELM names its binary, else it is found on the PATH. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import type { DeployManifest } from "../deploy/manifests.ts";

const HELM = process.env.HELM || "helm";
const CHART = fileURLToPath(new URL("../../deploy/chart", import.meta.url));

export const helmAvailable = (): boolean => spawnSync(HELM, ["version"]).status === 0;
export const helmAdvice = "helm on the PATH, or HELM with the path of its binary";

export interface Release {
  name?: string;
  namespace?: string;
  values?: object;
  /** More arguments. */
  args?: string[];
}

/** The chart's place among the arguments is where the first of `verb` ends. */
export function helm(
  verb: string[],
  { name = "karpor-access", namespace = "karpor-access", values = {}, args = [] }: Release = {},
) {
  const [command = "", ...rest] = verb;
  const release = command === "lint" ? [] : [name];
  const chart = ["lint", "template", "install", "upgrade"].includes(command);
  const given = [...release, ...(chart ? [CHART, "--values", "-"] : []), ...rest, ...args];
  const { status, stdout, stderr } = spawnSync(HELM, [command, ...given, "--namespace", namespace], {
    input: stringify(values),
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, out: stdout, err: stderr };
}

/** Every object of the release, hooks too. Throws what helm says. */
export function render(release: Release = {}): DeployManifest[] {
  const { status, out, err } = helm(["template"], release);
  if (status !== 0) throw new Error(err);
  return parseAllDocuments(out)
    .map((document) => document.toJS() as DeployManifest | null)
    .filter((object) => object !== null);
}
