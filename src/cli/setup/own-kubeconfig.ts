/** The bot's own kubeconfig: a token of its account, tried before it is written to where the bot reads it. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { OWN_TOKEN_LIFE } from "../../hub/bot-token.ts";
import { HubError, kubeconfigError, readAnswer } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { type HubAccess, parseKubeconfig } from "../../hub/kubeconfig.ts";
import { botAccount } from "../../hub/names.ts";
import { IN_CLUSTER_SECRET } from "../../hub/settings.ts";
import { SECOND } from "../../request/durations.ts";
import { type HubCalls, openHubCalls } from "../hub/calls.ts";
import { missingRights } from "../hub/rights.ts";
import type { CommandMeans } from "../options.ts";
import { type Administrator, wayToHub } from "./administrator.ts";
import { kubeconfigText } from "./kubeconfig-text.ts";
import type { SetupOptions } from "./options.ts";

const IN_FORCE_WITHIN = 10 * SECOND;
/** Beside the configuration, where a Secret has the kubeconfig: it is written here on its way there. */
const USUAL_PLACE = "secrets/hub.kubeconfig";

const TokenRequest = z.object({ status: z.object({ token: z.string().min(1) }) });

export interface SetupContext {
  config: Config;
  options: SetupOptions;
  means: CommandMeans;
  administrator: Administrator;
}

/** Where the kubeconfig goes, and the one that is there. */
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
  await rm(`${path}.new`, { force: true });
  await writeFile(`${path}.new`, text, { mode: 0o600, flag: "wx" });
  await rename(`${path}.new`, path);
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
  { config, options, means, administrator }: SetupContext,
  before: string | null,
  { withRights }: { withRights: boolean },
): Promise<string> {
  const { namespace, name } = botAccount(config.hub);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await administrator.hub.ask("POST", path, {
    spec: { expirationSeconds: OWN_TOKEN_LIFE / SECOND },
  });
  const { token } = readAnswer("make the bot's token", TokenRequest, answer).status;
  const given = parseKubeconfig(administrator.kubeconfig.text, administrator.kubeconfig);
  const { ca, serverName, insecure } = { ...given, ...trustBefore(given, before) };
  const trust = {
    ...(serverName && { "tls-server-name": serverName }),
    ...(insecure && { "insecure-skip-tls-verify": true }),
  };
  const text = kubeconfigText({ server: given.server, ca, ...trust }, { token });
  await using hub = await openHubCalls(wayToHub(config, options, means), { text, directory: null }, means);
  for (const late = means.clock.now() + IN_FORCE_WITHIN; ; await means.clock.sleep(250)) {
    const missing = await whatIsMissing(hub, config, withRights);
    if (missing === null) return text;
    if (means.clock.now() > late)
      throw new Error(`The new kubeconfig does not work: ${missing}. Nothing was written.`);
  }
}

async function whatIsMissing(hub: HubCalls, config: Config, withRights: boolean): Promise<string | null> {
  try {
    if (!(await isLoggedIn(hub.client))) return "the hub refuses its token";
    const missing = withRights ? await missingRights({ hub, config }) : [];
    return missing.length > 0 ? `the bot may not ${missing.join(", nor ")}` : null;
  } catch (error) {
    if (error instanceof HubError) return error.message;
    throw error;
  }
}

/** Karpor's own kubeconfig trusts any certificate: a CA that somebody put into the bot's is kept. */
function trustBefore(given: HubAccess, before: string | null): Partial<HubAccess> {
  if (!given.insecure || before === null) return {};
  try {
    const { ca, serverName, insecure } = parseKubeconfig(before, { directory: null });
    return { ca, serverName, insecure };
  } catch {
    return {};
  }
}
