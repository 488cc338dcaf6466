/** What may follow `setup` on the command line. Pure. */
import { parseArgs } from "node:util";
import { SlashCommand } from "../../slack/slash-command.ts";
import type { ManifestOptions } from "./manifest.ts";

export type SetupOptions = {
  dryRun: boolean;
  out?: string;
  /** Only where the hub refuses the bot's own kubeconfig; that alone is made anew. */
  ifRefused: boolean;
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
       node src/main.ts setup --if-refused --from-cluster [--context C] [--namespace karpor]
       node src/main.ts setup --manifest [--command /karpor-access] [--url https://bot.example.com]
       node src/main.ts setup --rotate [--keep-grants] [--yes] [--kubeconfig FILE | --context C …] [--out FILE]`;

const options = {
  "from-cluster": { type: "boolean" },
  context: { type: "string" },
  namespace: { type: "string" },
  kubeconfig: { type: "string" },
  out: { type: "string" },
  "dry-run": { type: "boolean" },
  "if-refused": { type: "boolean" },
  rotate: { type: "boolean" },
  "keep-grants": { type: "boolean" },
  yes: { type: "boolean" },
} as const;

const manifestOptions = {
  manifest: { type: "boolean" },
  command: { type: "string" },
  url: { type: "string" },
} as const;

/** Null where it is not the manifest that is asked for. Throws one sentence. */
export function asksForManifest(args: string[]): ManifestOptions | null {
  if (!args.includes("--manifest")) return null;
  const { command, url } = parseArgs({ args, options: manifestOptions, strict: true }).values;
  const mistake =
    command === undefined ? undefined : SlashCommand.safeParse(command).error?.issues[0]?.message;
  if (mistake) throw new Error(`--command ${mistake}.`);
  if (url !== undefined && (!URL.canParse(url) || new URL(url).protocol !== "https:"))
    throw new Error("--url must be where Slack reaches the bot, such as https://bot.example.com.");
  return { command, url };
}

/** Throws one sentence. */
export function setupOptions(args: string[]): SetupOptions {
  const { values } = parseArgs({ args, options, strict: true });
  const { context, namespace, kubeconfig, out, rotate = false, yes = false } = values;
  const [dryRun, keepGrants] = [values["dry-run"] ?? false, values["keep-grants"] ?? false];
  const ifRefused = values["if-refused"] ?? false;
  const common = { dryRun, ifRefused, rotate, keepGrants, yes, ...(out === undefined ? {} : { out }) };
  if (!rotate && (keepGrants || yes))
    throw new Error("--keep-grants and --yes are of --rotate: give it too.");
  if (ifRefused && (rotate || dryRun || out !== undefined))
    throw new Error(
      "--if-refused renews the kubeconfig where the bot reads it, and nothing else: leave --rotate, --dry-run and --out out.",
    );
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
