/** The options of `setup`. */
import { type CommandMeans, FLAG, readArguments, TEXT, UsageError } from "../options.ts";

export const SETUP_USAGE = `setup --from-cluster [--context C] [--namespace karpor] [--out FILE] [--dry-run]
setup --kubeconfig FILE [--out FILE] [--dry-run]
setup --if-refused --from-cluster [--context C] [--namespace karpor]
setup --rotate [--keep-grants] [--as NAME] [--kubeconfig FILE | --context C …] [--out FILE]
setup --close-anonymous [--keep-streams] [--dry-run] [--yes] [--kubeconfig FILE | --context C …]
setup --open-anonymous [--dry-run] [--yes] [--kubeconfig FILE | --context C …]
setup --hub-audit URL [--ca FILE] [--from-cluster [--context C] [--namespace karpor] [--dry-run | --yes]]`;

const ALL_OPTIONS = {
  "from-cluster": FLAG,
  context: TEXT,
  namespace: TEXT,
  kubeconfig: TEXT,
  "dry-run": FLAG,
  yes: FLAG,
  out: TEXT,
  "if-refused": FLAG,
  rotate: FLAG,
  "keep-grants": FLAG,
  as: TEXT,
  "close-anonymous": FLAG,
  "open-anonymous": FLAG,
  "keep-streams": FLAG,
  "hub-audit": TEXT,
  ca: TEXT,
};

/** They say where the administrator's kubeconfig is, or Karpor itself. */
const CLUSTER_OPTIONS = ["from-cluster", "context", "namespace", "kubeconfig"];
/** Each action, and the options that it takes. */
const ACTIONS = {
  make: [...CLUSTER_OPTIONS, "out", "dry-run"],
  "if-refused": CLUSTER_OPTIONS,
  rotate: [...CLUSTER_OPTIONS, "out", "keep-grants", "as"],
  "close-anonymous": [...CLUSTER_OPTIONS, "keep-streams", "dry-run", "yes"],
  "open-anonymous": [...CLUSTER_OPTIONS, "dry-run", "yes"],
  "hub-audit": ["from-cluster", "context", "namespace", "ca", "dry-run", "yes"],
};
type Action = keyof typeof ACTIONS;

export type SetupOptions = ReturnType<typeof setupOptions>;

/** Throws UsageError. */
export function setupOptions(args: string[]) {
  const { values } = readArguments(args, ALL_OPTIONS);
  const names = Object.keys(values);
  const action = (Object.keys(ACTIONS) as Action[]).find((one) => names.includes(one)) ?? "make";
  const stray = names.find((name) => name !== action && !ACTIONS[action].includes(name));
  const others = action === "make" ? "these options" : `--${action}`;
  if (stray) throw new UsageError(`--${stray} does not go with ${others}.`);
  const { "from-cluster": fromCluster, context, namespace, kubeconfig } = values;
  if (kubeconfig !== undefined && (fromCluster || context !== undefined || namespace !== undefined))
    throw new UsageError("Give --from-cluster, with --context and --namespace, or --kubeconfig; not both.");
  if (action === "make" && !fromCluster && kubeconfig === undefined && !values["dry-run"])
    throw new UsageError("Say where the hub's kubeconfig is: --from-cluster, or --kubeconfig FILE.");
  return { ...values, action, namespace: namespace ?? "karpor" };
}

/** False for a dry run. Throws where the operator does not want it. */
export async function mayWrite(
  { yes, "dry-run": dryRun }: SetupOptions,
  means: CommandMeans,
  question: string,
): Promise<boolean> {
  if (dryRun) means.say("\nNothing was changed.");
  else if (!yes && !(await means.confirm(question))) throw new Error("Nothing was changed.");
  return !dryRun;
}
