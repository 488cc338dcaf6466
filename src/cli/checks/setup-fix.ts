/** What mends the bot's side of the hub, wherever a finding is read: in a terminal, at /status, in a pod that may do none of it. */
export const SETUP =
  "npm run setup -- --from-cluster, with your own access to the cluster that runs Karpor; where the bot runs on Kubernetes, then the kubectl line that it says";

/** Of a kubeconfig that cannot be used: why it cannot is what the message says. */
export const MEND_KUBECONFIG = `Mend what it says; where there is no kubeconfig of the bot's own yet: ${SETUP}`;
