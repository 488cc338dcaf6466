/** The bot's kubeconfig as it stands before another is written: whose token it holds, and whom it trusts. */
import { resolve } from "node:path";
import { botGenerationOf, botNamespace } from "../../hub/bot-account.ts";
import { identityOf, type TokenIdentity } from "../../hub/kubeconfig/identity.ts";
import { type HubAccess, parseKubeconfig } from "../../hub/kubeconfig/kubeconfig.ts";
import type { KubeconfigSource } from "../../hub/kubeconfig/source.ts";
import { fileSource } from "../../hub/kubeconfig/source-file.ts";
import type { SetupContext } from "./index.ts";

export interface Standing {
  /** Where: for people. */
  name: string;
  access: HubAccess;
  /** Whose token it holds. */
  self: TokenIdentity;
}

/** Where it is written to, save where a job makes it anew. */
export const kubeconfigPath = ({ config, options }: SetupContext): string =>
  resolve(options.out ?? config.hub.kubeconfig ?? "hub.kubeconfig");

/** Null where nothing is there, or no token that says whose it is. */
export async function standingIn(source: KubeconfigSource): Promise<Standing | null> {
  const { name, foreign, directory } = source;
  try {
    const access = parseKubeconfig(await source.read(), { foreign, directory });
    const { credential } = access;
    const self = credential.kind === "token" ? identityOf(credential.token()) : null;
    return self && { name, access, self };
  } catch {
    // Setup replaces what cannot be read.
    return null;
  }
}

/** Of which of the bot's accounts; 0 for any other. */
export const generationIn = ({ self }: Standing, namespace: string): number =>
  self.namespace === botNamespace(namespace) ? (botGenerationOf(namespace, self.name) ?? 0) : 0;

/** Of this bot, in a file: where the new one goes, and where the bot reads it. */
export async function ownStanding(context: SetupContext): Promise<Standing[]> {
  const { kubeconfig, namespace } = context.config.hub;
  const paths = new Set([kubeconfigPath(context), ...(kubeconfig ? [resolve(kubeconfig)] : [])]);
  const found = await Promise.all([...paths].map((path) => standingIn(fileSource(path))));
  return found.flatMap((one) => (one?.self.namespace === botNamespace(namespace) ? [one] : []));
}
