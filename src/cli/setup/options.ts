/** What may follow `setup` on the command line. Pure. */
import { parseArgs } from "node:util";
import { SlashCommand } from "../../slack/slash-command.ts";
import type { HubAuditOptions } from "./hub-audit.ts";
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
  /** What Karpor's role `anonymous` opens is cut to the pages, or given back. */
  anonymous?: "close" | "open";
  /** Pod logs, events and AI stay open to whoever shows no token. */
  keepStreams: boolean;
  /** Nobody is asked. */
  yes: boolean;
} & (
  | { from: "cluster"; context?: string; namespace: string }
  | { from: "file"; kubeconfig: string }
  | { from: "nowhere" }
);

export const SETUP_USAGE = `setup --from-cluster [--context C] [--namespace karpor] [--out FILE] [--dry-run]
setup --kubeconfig FILE [--out FILE] [--dry-run]
setup --if-refused --from-cluster [--context C] [--namespace karpor]
setup --manifest [--command /karpor-access] [--url https://bot.example.com]
setup --hub-audit URL [--ca FILE] [--from-cluster [--context C] [--namespace karpor] [--dry-run | --yes] [--remove]]
setup --rotate [--keep-grants] [--kubeconfig FILE | --context C …] [--out FILE]
setup --close-anonymous [--keep-streams] [--dry-run] [--yes] [--kubeconfig FILE | --context C …]
setup --open-anonymous [--dry-run] [--yes] [--kubeconfig FILE | --context C …]`;

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
  "close-anonymous": { type: "boolean" },
  "open-anonymous": { type: "boolean" },
  "keep-streams": { type: "boolean" },
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

const hubAuditOptions = {
  "hub-audit": { type: "string" },
  ca: { type: "string" },
  "from-cluster": { type: "boolean" },
  context: { type: "string" },
  namespace: { type: "string" },
  remove: { type: "boolean" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean" },
} as const;

/** Null where it is not the hub's audit log that is asked for. Throws one sentence. */
export function asksForHubAudit(args: string[]): HubAuditOptions | null {
  if (!args.some((arg) => /^--hub-audit(=|$)/.test(arg))) return null;
  const parsed = parseArgs({ args, options: hubAuditOptions, strict: true });
  const { "hub-audit": text = "", ca, ...into } = parsed.values;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error(
      "--hub-audit must be where the hub reaches the bot, such as https://bot.example.com:8443.",
    );
  const asked = { url, ...(ca === undefined ? {} : { ca }) };
  if (!into["from-cluster"] && Object.keys(into).length > 0)
    throw new Error(
      "Without --from-cluster, --hub-audit prints two files: --context, --namespace, --remove, --dry-run and --yes are of --from-cluster.",
    );
  if (!into["from-cluster"]) return asked;
  const { context, namespace = "karpor", remove = false, "dry-run": dryRun = false, yes = false } = into;
  const where = { namespace, ...(context === undefined ? {} : { context }) };
  return { ...asked, into: { ...where, remove, dryRun, yes } };
}

/** Throws one sentence. */
export function setupOptions(args: string[]): SetupOptions {
  const { values } = parseArgs({ args, options, strict: true });
  const { context, namespace, kubeconfig, out, rotate = false, yes = false } = values;
  const [dryRun, keepGrants] = [values["dry-run"] ?? false, values["keep-grants"] ?? false];
  const ifRefused = values["if-refused"] ?? false;
  const anonymous = anonymousOf(values);
  const common = {
    ...{ dryRun, ifRefused, rotate, keepGrants, keepStreams: values["keep-streams"] ?? false, yes },
    ...(anonymous ? { anonymous } : {}),
    ...(out === undefined ? {} : { out }),
  };
  if (anonymous && (rotate || ifRefused || out !== undefined))
    throw new Error(
      "--close-anonymous and --open-anonymous change one role, and nothing else: leave --rotate, --if-refused and --out out.",
    );
  if (keepGrants && !rotate) throw new Error("--keep-grants is of --rotate: give it too.");
  if (yes && rotate)
    throw new Error(
      "--rotate asks, before the old account goes, whether the new kubeconfig is where the bot reads it, which nobody knows beforehand: leave --yes out.",
    );
  if (yes && !anonymous)
    throw new Error("--yes is of --close-anonymous and --open-anonymous: give one of them too.");
  if (ifRefused && (rotate || dryRun || out !== undefined))
    throw new Error(
      "--if-refused renews the kubeconfig where the bot reads it, and nothing else: leave --rotate, --dry-run and --out out.",
    );
  if (rotate && dryRun) throw new Error("--rotate says what it does, and asks: leave --dry-run out.");
  if (values["from-cluster"] && kubeconfig !== undefined)
    throw new Error("Give --from-cluster or --kubeconfig, not both.");
  if (values["from-cluster"] || ((rotate || anonymous) && kubeconfig === undefined)) {
    const where = { namespace: namespace ?? "karpor", ...(context === undefined ? {} : { context }) };
    return { ...common, from: "cluster", ...where };
  }
  if (context !== undefined || namespace !== undefined)
    throw new Error("--context and --namespace say where --from-cluster reads: give it too.");
  if (kubeconfig !== undefined) return { ...common, from: "file", kubeconfig };
  if (dryRun) return { ...common, from: "nowhere" };
  throw new Error("Say where the hub's kubeconfig is: --from-cluster, or --kubeconfig FILE.");
}

type Flag = "close-anonymous" | "open-anonymous" | "keep-streams";

/** Throws one sentence. */
function anonymousOf(given: Partial<Record<Flag, boolean>>): SetupOptions["anonymous"] {
  const [close, open] = [given["close-anonymous"], given["open-anonymous"]];
  if (close && open) throw new Error("Give one of --close-anonymous and --open-anonymous.");
  if (given["keep-streams"] && !close)
    throw new Error("--keep-streams is of --close-anonymous: give it too.");
  return close ? "close" : open ? "open" : undefined;
}
