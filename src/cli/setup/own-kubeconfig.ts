/** The bot's own kubeconfig: a token of its account, tried before it is written to where the bot reads it. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { OWN_TOKEN_LIFE } from "../../hub/bot-token.ts";
import { HubError, kubeconfigError, readAnswer } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { type HubAccess, parseKubeconfig } from "../../hub/kubeconfig.ts";
import { accountsPath } from "../../hub/lists.ts";
import { botAccount } from "../../hub/names.ts";
import { IN_CLUSTER_SECRET } from "../../hub/settings.ts";
import { replaceFile } from "../../hub/source.ts";
import { SECOND } from "../../request/durations.ts";
import { type HubCalls, lookUntilNone } from "../hub/calls.ts";
import { missingRights } from "../hub/rights.ts";
import { openHub, type SetupContext } from "./administrator.ts";
import { kubeconfigText } from "./kubeconfig-text.ts";

/** Beside the configuration, where a Secret has the kubeconfig: it is written here on its way there. */
const USUAL_PLACE = "secrets/hub.kubeconfig";

const MadeToken = z.object({ status: z.object({ token: z.string().min(1) }) });

/** The file that the kubeconfig goes to, and the text that is there. */
interface KubeconfigFile {
  path: string;
  before: string | null;
}

/** Throws HubError with a sentence, where a file of this name cannot be read. */
export async function readKubeconfigFile({ config, options }: SetupContext): Promise<KubeconfigFile> {
  const path = resolve(options.out ?? config.hub.kubeconfig ?? join(dirname(config.path), USUAL_PLACE));
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw kubeconfigError(
      `Cannot read ${path} (${error.code}), where the bot's kubeconfig goes: correct it.`,
    );
  });
  return { path, before };
}

/** Throws HubError, or one sentence that says what to do; no file was written then. */
export async function writeKubeconfig(
  context: SetupContext,
  { path, before }: KubeconfigFile,
): Promise<void> {
  const { config, means } = context;
  const text = await makeKubeconfig(context, before, { withRights: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, text);
  means.say(`  wrote      ${path}: mode 600, the bot's kubeconfig, which it renews`);
  const { namespace, name, key } = config.hub.kubeconfigSecret ?? {
    ...IN_CLUSTER_SECRET,
    namespace: "NAMESPACE",
  };
  const create = `kubectl -n ${namespace} create secret generic ${name} --from-file=${key}=${path}`;
  means.say(`             for a bot on Kubernetes: ${create} --dry-run=client -o yaml | kubectl apply -f -`);
  if (/insecure-skip-tls-verify: true/.test(text))
    means.say(
      "  warn       it trusts any certificate: put the hub's CA into it, as certificate-authority-data",
    );
}

/** The text of a kubeconfig that works. `before`: the one that it replaces. */
export async function makeKubeconfig(
  context: SetupContext,
  before: string | null,
  { withRights }: { withRights: boolean },
): Promise<string> {
  const { config, means, hub, kubeconfig } = context;
  const { namespace, name } = botAccount(config.hub);
  const body = { spec: { expirationSeconds: OWN_TOKEN_LIFE / SECOND } };
  const answer = await hub.ask("POST", `${accountsPath(namespace)}/${name}/token`, body);
  const { token } = readAnswer("make the bot's token", MadeToken, answer).status;
  const given = parseKubeconfig(kubeconfig.text, kubeconfig);
  const { ca, serverName, insecure } = keepTrust(given, before);
  const cluster = {
    server: given.server,
    ca,
    "tls-server-name": serverName ?? undefined,
    "insecure-skip-tls-verify": insecure || undefined,
  };
  const text = kubeconfigText(cluster, { token });
  await using own = await openHub(context, { text, directory: null });
  const [lack] = await lookUntilNone(means.clock, () => findLacks(own, config, withRights));
  if (lack) throw new Error(`The new kubeconfig does not work: ${lack}. Nothing was written.`);
  return text;
}

/** At most one sentence. */
async function findLacks(hub: HubCalls, config: Config, withRights: boolean): Promise<string[]> {
  try {
    if (!(await isLoggedIn(hub))) return ["the hub refuses its token"];
    const missing = withRights ? await missingRights(hub, config) : [];
    return missing.length > 0 ? [`the bot may not ${missing.join(", nor ")}`] : [];
  } catch (error) {
    if (error instanceof HubError) return [error.message];
    throw error;
  }
}

/** Karpor's own kubeconfig trusts any certificate: a CA that somebody put into the bot's is kept. */
function keepTrust(given: HubAccess, before: string | null): HubAccess {
  if (!given.insecure || before === null) return given;
  try {
    return parseKubeconfig(before, { directory: null });
  } catch {
    return given;
  }
}
