/** What an administrator is told to do where the hub refuses setup, or does not answer it. Pure. */
import { HubError, isStatus, NOT_KUBERNETES } from "../../hub/client/errors.ts";

const KARPORS = "Karpor's own kubeconfig, which --from-cluster reads";

/** One sentence more, where there is one. */
export function withMend(error: unknown): unknown {
  const mend = error instanceof HubError && mendOf(error);
  return mend ? new Error(`${error.message}. ${mend}`, { cause: error }) : error;
}

function mendOf(error: HubError): string | null {
  const { status, reason } = error;
  if (reason === NOT_KUBERNETES)
    return "Mend the address: the kubeconfig's server, hub.server or hub.portForward.";
  if (status === 401)
    return `The hub does not take this credential: it ran out, or Karpor was upgraded since. Use ${KARPORS}.`;
  if (isStatus(error, 403)) return `This kubeconfig's user lacks the right. Use ${KARPORS}.`;
  if (/CERT|SIGN/.test(reason))
    return "The kubeconfig's certificate-authority-data did not sign what the hub shows: put the hub's own authority there.";
  return status === null
    ? "Try curl -k …/livez of that server from this machine, and mend the kubeconfig's server, hub.server or hub.portForward; KUBECONFIG says which cluster --from-cluster reads."
    : null;
}
