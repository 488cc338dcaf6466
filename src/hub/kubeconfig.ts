/** Parses the text of the bot's kubeconfig: the hub's address and the bot's credential. It never runs a command that one names. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import { type Secret, secret } from "../request/secret.ts";
import { kubeconfigError } from "./errors.ts";

/** Address and credential of a connection; certificates are PEM. */
export interface HubAccess {
  server: string;
  /** Null: the system's authorities are trusted. */
  ca: string | null;
  /** The name to check the certificate against, where it is not the server's. */
  serverName: string | null;
  insecure: boolean;
  token: Secret | null;
  certificate: { certificate: string; key: Secret } | null;
}

interface ReadOptions {
  /** Replaces the kubeconfig's server. */
  server?: string | undefined;
  /** The folder of the files that it names; null for a text from a Secret, which may name none. */
  directory: string | null;
}

// `kubectl config` leaves empty fields behind.
const Text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const Cluster = z.object({
  server: z.string(),
  "certificate-authority": Text,
  "certificate-authority-data": Text,
  "insecure-skip-tls-verify": z.boolean().default(false),
  "tls-server-name": Text,
});
const User = z.object({
  token: Text,
  tokenFile: Text,
  "client-certificate": Text,
  "client-certificate-data": Text,
  "client-key": Text,
  "client-key-data": Text,
});
const Kubeconfig = z.object({
  "current-context": z.string().min(1),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  // Entries of other contexts may be of any kind.
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});
type Kubeconfig = z.infer<typeof Kubeconfig>;

const PATHS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];
const COMMAND_ENTRIES = ["exec", "auth-provider"];
const FLATTEN = "`kubectl config view --raw --flatten` writes one that holds the files themselves";
const NO_COMMAND = "put a token or the certificate itself in";

/** Returns what its current context says. Throws HubError with a sentence that says what to correct. */
export function parseKubeconfig(text: string, { server, directory }: ReadOptions): HubAccess {
  const kubeconfig = parseText(text);
  const current = currentEntries(kubeconfig);
  refuseFields(current, COMMAND_ENTRIES, NO_COMMAND);
  if (directory === null) refuseFields(current, PATHS, FLATTEN);
  const cluster = valid(Cluster, current.cluster, "cluster");
  const user = valid(User, current.user, "user");
  const read = (field: string, data: string | undefined, path: string | undefined) =>
    data !== undefined
      ? Buffer.from(data, "base64").toString()
      : path && readNamedFile(field, directory, path);
  const certificate = read("client-certificate", user["client-certificate-data"], user["client-certificate"]);
  const key = read("client-key", user["client-key-data"], user["client-key"]);
  const token = user.token ?? (user.tokenFile && readNamedFile("tokenFile", directory, user.tokenFile));
  if (!token && !(certificate && key))
    throw kubeconfigError("The kubeconfig's user needs a token, or a client certificate with its key.");
  return {
    server: httpsAddress(server ?? cluster.server),
    ca:
      read(
        "certificate-authority",
        cluster["certificate-authority-data"],
        cluster["certificate-authority"],
      ) ?? null,
    serverName: cluster["tls-server-name"] ?? null,
    insecure: cluster["insecure-skip-tls-verify"],
    token: token ? secret(token.trim()) : null,
    certificate: !token && certificate && key ? { certificate, key: secret(key) } : null,
  };
}

/** Returns the text with another token for the current user. Throws HubError as checkWriteBack. */
export function replaceToken(text: string, token: Secret): string {
  const kubeconfig = parseText(text);
  const { userIndex } = currentEntries(kubeconfig);
  refuseBeyondText(kubeconfig);
  const document = parseDocument(text);
  document.setIn(["users", userIndex, "user", "token"], token.reveal());
  return document.toString({ lineWidth: 0 });
}

/** Throws HubError where any entry names a file or a command: the bot writes back no such text. */
export function checkWriteBack(text: string): void {
  refuseBeyondText(parseText(text));
}

function refuseBeyondText({ clusters, users }: Kubeconfig): void {
  for (const entry of [...clusters, ...users]) {
    refuseFields(entry, COMMAND_ENTRIES, NO_COMMAND);
    refuseFields(entry, PATHS, FLATTEN);
  }
}

function refuseFields(
  { cluster, user }: { cluster?: unknown; user?: unknown },
  fields: string[],
  advice: string,
): void {
  for (const [kind, entry] of Object.entries({ cluster, user })) {
    const found = fields.find((field) =>
      Boolean((entry as Record<string, unknown> | null | undefined)?.[field]),
    );
    if (found)
      throw kubeconfigError(`The kubeconfig's ${kind} has ${found}, which is not used here: ${advice}.`);
  }
}

function parseText(text: string): Kubeconfig {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    throw kubeconfigError("The kubeconfig is no YAML: export it once more.");
  }
  return valid(Kubeconfig, content, "content");
}

/** Throws HubError with the path and the expectation, and never the value: it may be a secret. */
function valid<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw kubeconfigError(`The kubeconfig's ${what} is wrong at ${issue?.path.join(".")}: ${issue?.message}.`);
}

function currentEntries(kubeconfig: Kubeconfig) {
  const name = kubeconfig["current-context"];
  const context = kubeconfig.contexts.find((one) => one.name === name)?.context;
  const cluster = kubeconfig.clusters.find((one) => one.name === context?.cluster)?.cluster;
  const userIndex = kubeconfig.users.findIndex((one) => one.name === context?.user);
  if (!context || cluster === undefined || userIndex < 0)
    throw kubeconfigError(
      `The kubeconfig lacks its current context "${name}", or that context's cluster or user.`,
    );
  return { cluster, user: kubeconfig.users[userIndex]?.user, userIndex };
}

function readNamedFile(field: string, directory: string | null, path: string): string {
  try {
    return readFileSync(resolve(directory ?? ".", path), "utf8");
  } catch {
    throw kubeconfigError(`Cannot read ${path}, which the kubeconfig names as ${field}: ${FLATTEN}.`);
  }
}

function httpsAddress(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "https:" || url.username || url.search || url.hash)
    throw kubeconfigError(
      "The hub's server must be an https:// address: correct the kubeconfig or hub.server.",
    );
  return url.href.replace(/\/+$/, "");
}
