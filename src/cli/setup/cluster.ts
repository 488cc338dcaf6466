/** The administrator's kubeconfig of the hub, as Karpor leaves it in the host cluster; read as the operator. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { hubError } from "../../hub/client/errors.ts";

const NAME = "karpor-kubeconfig";
const WITHIN = 15_000;
const Found = z.object({ data: z.object({ config: z.string().min(1) }) });

/** Where Karpor runs: a context of the operator's kubeconfig, its current one when left out. */
export interface HostCluster {
  context?: string;
  namespace: string;
}

/** Throws one sentence that says what to do. The operator's own kubeconfig may run commands; the text that is read may not. */
export async function readFromCluster({ context, namespace }: HostCluster) {
  const what = `the ConfigMap ${namespace}/${NAME} of the host cluster`;
  const core = operator(context).makeApiClient(CoreV1Api);
  const read = await askHost(`read ${what}`, core.readNamespacedConfigMap({ name: NAME, namespace }));
  if (read === null) throw missing(`ConfigMap: ${what}`);
  const found = Found.safeParse(read);
  if (found.success) return found.data.data.config;
  throw new Error(`${what} has no key config: is karpor-server running there?`);
}

const MEND = "Name the context with --context and Karpor's namespace with --namespace.";
const MENDS: Partial<Record<number, string>> = {
  403: `Run this with your own access to the cluster that runs Karpor, not in the bot's pod. ${MEND}`,
  409: "It was changed meanwhile: run this again.",
};

export const missing = (what: string) => new Error(`There is no such ${what}. ${MEND}`);

/** The operator's own kubeconfig. Throws one sentence that says what to do. */
export function operator(context: string | undefined): KubeConfig {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromDefault();
  if (context === undefined) return kubeconfig;
  const known = kubeconfig.getContexts().map(({ name }) => name);
  if (!known.includes(context))
    throw new Error(
      `Your kubeconfig has no context "${context}"; it has ${known.join(", ") || "none"}. Set KUBECONFIG, or correct --context.`,
    );
  kubeconfig.setCurrentContext(context);
  return kubeconfig;
}

/** Resolves to null where there is no such object. Throws one sentence that says what to do. */
export async function askHost<T>(doing: string, answer: Promise<T>): Promise<T | null> {
  const answered = answer.catch((error: unknown) => {
    const { message, status } = hubError(error, `Cannot ${doing}`);
    if (status === 404) return null;
    throw new Error(`${message}. ${MENDS[status ?? 0] ?? MEND}`);
  });
  return within(answered, doing);
}

async function within<T>(work: Promise<T>, doing: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot ${doing}: no answer within 15 s. ${MEND}`)), WITHIN);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
