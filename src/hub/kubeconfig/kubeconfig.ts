/** A kubeconfig's text → where the hub is and as whom we speak to it. Runs no command and, when foreign, reads no file. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import { type Credential, credential, pem, reader } from "./credential.ts";
import { refuse } from "./refuse.ts";
import { Cluster, Contents, User } from "./shape.ts";

export interface HubAccess {
  /** https, without a trailing slash. */
  server: string;
  /** PEM; the system's authorities when left out. */
  ca?: string;
  /** The name to verify the certificate against, when it is not the server's. */
  serverName?: string;
  /** The certificate is not verified. */
  insecure: boolean;
  credential: Credential;
  /** One sentence each, naming the mend. */
  warnings: string[];
}

export interface KubeconfigOptions {
  /** Replaces the kubeconfig's server. */
  server?: string | undefined;
  /** The name to verify the certificate against, where the kubeconfig says none. */
  serverName?: string | undefined;
  /** What relative file names are relative to. */
  directory?: string | undefined;
  /** Others may have written it: it may name no file. */
  foreign?: boolean | undefined;
}

/** Throws one sentence that says what to do. */
export function readKubeconfig(path: string, options: Pick<KubeconfigOptions, "server"> = {}): HubAccess {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Error(`Cannot read the kubeconfig ${path}: put it there, or correct hub.kubeconfig.`);
  }
  return parseKubeconfig(text, { ...options, directory: dirname(resolve(path)) });
}

/** Throws one sentence that says what to do. */
export function parseKubeconfig(text: string, options: KubeconfigOptions = {}): HubAccess {
  const { cluster, user } = current(text);
  refuse(cluster, user, options.foreign ?? false);
  const read = reader(options.directory ?? ".");
  const ca = pem(cluster, "certificate-authority", read);
  const serverName = cluster["tls-server-name"] ?? options.serverName;
  const insecure = cluster["insecure-skip-tls-verify"];
  return {
    server: serverUrl(options.server ?? cluster.server),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
    insecure,
    credential: credential(user, read),
    warnings: insecure ? [INSECURE] : [],
  };
}

const INSECURE =
  "The kubeconfig says insecure-skip-tls-verify: whoever sits between the bot and the hub can read the bot's token. " +
  "Start karpor-server with --tls-cert-file and --tls-private-key-file, put that certificate's authority into the " +
  "kubeconfig as certificate-authority-data, and remove insecure-skip-tls-verify.";

function current(text: string): { cluster: Cluster; user: User } {
  const contents = valid(Contents, yaml(text), "is no kubeconfig");
  const name = contents["current-context"];
  const { context } = byName(contents.contexts, name, "context");
  const { cluster } = byName(contents.clusters, context.cluster, "cluster");
  const { user } = byName(contents.users, context.user, "user");
  return {
    cluster: valid(Cluster, cluster, `has a cluster ${context.cluster} that cannot be used`),
    user: valid(User, user ?? {}, `has a user ${context.user} that cannot be used`),
  };
}

function yaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new Error("The kubeconfig is no YAML: export it once more.");
  }
}

// Only paths and expectations are said: a value may be a secret.
function valid<T>(schema: z.ZodType<T>, value: unknown, wrong: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".") || "its top";
  throw new Error(`The kubeconfig ${wrong}: correct ${at} (${issue?.message}).`);
}

function byName<T extends { name: string }>(all: T[], name: string, what: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`The kubeconfig has no ${what} "${name}", which it refers to: add it.`);
  return found;
}

function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "https:" || url.username || url.search || url.hash)
    throw new Error("The hub's server must be an https:// address: correct the kubeconfig or hub.server.");
  return url.href.replace(/\/+$/, "");
}
