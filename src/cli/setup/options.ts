/** What may follow `setup` on the command line. */
import { readOptions, UsageError } from "../options.ts";

export const SETUP_USAGE = `setup --from-cluster [--context C] [--namespace karpor] [--out FILE] [--dry-run]
setup --kubeconfig FILE [--out FILE] [--dry-run]
setup --if-refused --from-cluster [--context C] [--namespace karpor]
setup --rotate [--keep-grants] [--as NAME] [--kubeconfig FILE | --context C …] [--out FILE]
setup --close-anonymous [--keep-streams] [--dry-run] [--yes] [--kubeconfig FILE | --context C …]
setup --open-anonymous [--dry-run] [--yes] [--kubeconfig FILE | --context C …]
setup --hub-audit URL [--ca FILE] [--from-cluster [--context C] [--namespace karpor] [--dry-run | --yes]]
setup --manifest [--command /karpor-access] [--url https://bot.example.com]`;

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;
const OPTIONS = {
  ...{ "from-cluster": flag, context: text, namespace: text, kubeconfig: text },
  ...{ "dry-run": flag, yes: flag, out: text },
  ...{ "if-refused": flag, rotate: flag, "keep-grants": flag, as: text },
  ...{ "close-anonymous": flag, "open-anonymous": flag, "keep-streams": flag },
  ...{ "hub-audit": text, ca: text, manifest: flag, command: text, url: text },
};

/** Where the administrator's kubeconfig is, or Karpor itself. */
const PLACE = ["from-cluster", "context", "namespace", "kubeconfig"];
/** What setup does, and the options that it then takes. */
const ACTIONS = {
  make: [...PLACE, "out", "dry-run"],
  "if-refused": PLACE,
  rotate: [...PLACE, "out", "keep-grants", "as"],
  "close-anonymous": [...PLACE, "keep-streams", "dry-run", "yes"],
  "open-anonymous": [...PLACE, "dry-run", "yes"],
  "hub-audit": ["from-cluster", "context", "namespace", "ca", "dry-run", "yes"],
  manifest: ["command", "url"],
};
export type Action = keyof typeof ACTIONS;

export type SetupOptions = ReturnType<typeof setupOptions>;

/** Throws UsageError. */
export function setupOptions(args: string[]) {
  const given = readOptions(args, OPTIONS);
  const names = Object.keys(given);
  const action = (Object.keys(ACTIONS) as Action[]).find((one) => names.includes(one)) ?? "make";
  const stray = names.find((name) => name !== action && !ACTIONS[action].includes(name));
  if (stray)
    throw new UsageError(
      `--${stray} does not go with ${action === "make" ? "these options" : `--${action}`}.`,
    );
  const { context, namespace = "karpor", kubeconfig } = given;
  if (
    kubeconfig !== undefined &&
    (given["from-cluster"] || context !== undefined || given.namespace !== undefined)
  )
    throw new UsageError("Give --from-cluster, with --context and --namespace, or --kubeconfig; not both.");
  if (action === "make" && !given["from-cluster"] && kubeconfig === undefined && !given["dry-run"])
    throw new UsageError("Say where the hub's kubeconfig is: --from-cluster, or --kubeconfig FILE.");
  return { ...given, action, context, namespace, kubeconfig };
}
