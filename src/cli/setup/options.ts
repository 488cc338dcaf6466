/** What may follow `setup` on the command line. Pure. */
import { parseArgs } from "node:util";

export type SetupOptions = {
  dryRun: boolean;
  out?: string;
  /** Another account for the bot, in place of those that stand. */
  rotate: boolean;
  /** Live grants outlive the rotation, and what a thief made of them with it. */
  keepGrants: boolean;
  /** Nobody is asked. */
  yes: boolean;
} & (
  | { from: "cluster"; context?: string; namespace: string }
  | { from: "file"; kubeconfig: string }
  | { from: "nowhere" }
);

export const SETUP_USAGE = `node src/main.ts setup --from-cluster [--context C] [--namespace karpor] [--out FILE] [--dry-run]
       node src/main.ts setup --kubeconfig FILE [--out FILE] [--dry-run]
       node src/main.ts setup --rotate [--keep-grants] [--yes] [--kubeconfig FILE | --context C …] [--out FILE]`;

const options = {
  "from-cluster": { type: "boolean" },
  context: { type: "string" },
  namespace: { type: "string" },
  kubeconfig: { type: "string" },
  out: { type: "string" },
  "dry-run": { type: "boolean" },
  rotate: { type: "boolean" },
  "keep-grants": { type: "boolean" },
  yes: { type: "boolean" },
} as const;

/** Throws one sentence. */
export function setupOptions(args: string[]): SetupOptions {
  const { values } = parseArgs({ args, options, strict: true });
  const { context, namespace, kubeconfig, out, rotate = false, yes = false } = values;
  const [dryRun, keepGrants] = [values["dry-run"] ?? false, values["keep-grants"] ?? false];
  const common = { dryRun, rotate, keepGrants, yes, ...(out === undefined ? {} : { out }) };
  if (!rotate && (keepGrants || yes))
    throw new Error("--keep-grants and --yes are of --rotate: give it too.");
  if (rotate && dryRun) throw new Error("--rotate says what it does, and asks: leave --dry-run out.");
  if (values["from-cluster"] && kubeconfig !== undefined)
    throw new Error("Give --from-cluster or --kubeconfig, not both.");
  if (values["from-cluster"] || (rotate && kubeconfig === undefined)) {
    const where = { namespace: namespace ?? "karpor", ...(context === undefined ? {} : { context }) };
    return { ...common, from: "cluster", ...where };
  }
  if (context !== undefined || namespace !== undefined)
    throw new Error("--context and --namespace say where --from-cluster reads: give it too.");
  if (kubeconfig !== undefined) return { ...common, from: "file", kubeconfig };
  if (dryRun) return { ...common, from: "nowhere" };
  throw new Error("Say where the hub's kubeconfig is: --from-cluster, or --kubeconfig FILE.");
}
