/** What may follow `setup` on the command line. Pure. */
import { parseArgs } from "node:util";

export type SetupOptions = { dryRun: boolean; out?: string } & (
  | { from: "cluster"; context?: string; namespace: string }
  | { from: "file"; kubeconfig: string }
  | { from: "nowhere" }
);

export const SETUP_USAGE = `node src/main.ts setup --from-cluster [--context C] [--namespace karpor] [--out FILE] [--dry-run]
       node src/main.ts setup --kubeconfig FILE [--out FILE] [--dry-run]`;

const options = {
  "from-cluster": { type: "boolean" },
  context: { type: "string" },
  namespace: { type: "string" },
  kubeconfig: { type: "string" },
  out: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

/** Throws one sentence. */
export function setupOptions(args: string[]): SetupOptions {
  const { values } = parseArgs({ args, options, strict: true });
  const { context, kubeconfig, out } = values;
  const common = { dryRun: values["dry-run"] ?? false, ...(out === undefined ? {} : { out }) };
  if (values["from-cluster"] && kubeconfig !== undefined)
    throw new Error("Give --from-cluster or --kubeconfig, not both.");
  if (values["from-cluster"]) {
    const namespace = values.namespace ?? "karpor";
    return { ...common, from: "cluster", namespace, ...(context === undefined ? {} : { context }) };
  }
  if (context !== undefined || values.namespace !== undefined)
    throw new Error("--context and --namespace say where --from-cluster reads: give it too.");
  if (kubeconfig !== undefined) return { ...common, from: "file", kubeconfig };
  if (common.dryRun) return { ...common, from: "nowhere" };
  throw new Error("Say where the hub's kubeconfig is: --from-cluster, or --kubeconfig FILE.");
}
