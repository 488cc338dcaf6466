/** The bot's own account on a hub of the tests. */
export { botKubeconfig, GRANTS_NAMESPACE, kubeconfig } from "../../sandbox/hub/bot-account.ts";
