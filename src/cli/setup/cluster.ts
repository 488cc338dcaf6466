/** The administrator's kubeconfig of the hub, as Karpor leaves it in the host cluster; read as the operator. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { hubError } from "../../hub/client/errors.ts";

const NAME = "karpor-kubeconfig";
const WITHIN = 15_000;
const Found = z.object({ data: z.object({ config: z.string().min(1) }) });

/** Throws one sentence that says what to do. The operator's own kubeconfig may run commands; the text that is read may not. */
export async function readFromCluster({ context, namespace }: { context?: string; namespace: string }) {
  const what = `the ConfigMap ${namespace}/${NAME} of the host cluster`;
  const core = operator(context).makeApiClient(CoreV1Api);
  const read = core.readNamespacedConfigMap({ name: NAME, namespace }).catch((error: unknown) => {
    const { message, status } = hubError(error, `Cannot read ${what}`);
    throw new Error(status === 404 ? `There is no such ConfigMap: ${what}. ${MEND}` : `${message}. ${MEND}`);
  });
  const found = Found.safeParse(await within(read, what));
  if (found.success) return found.data.data.config;
  throw new Error(`${what} has no key config: is karpor-server running there?`);
}

const MEND = "Name the context with --context and Karpor's namespace with --namespace.";

function operator(context: string | undefined): KubeConfig {
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

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Cannot read ${what}: no answer within 15 s. ${MEND}`)),
      WITHIN,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
