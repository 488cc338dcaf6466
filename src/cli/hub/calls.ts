/** Calls to the hub from the command line, as the user of a kubeconfig: an administrator, or the bot itself. */
import type { Dispatcher } from "undici";
import { createClient, type HubClient } from "../../hub/client.ts";
import { exchange, openOwnAgent } from "../../hub/connection.ts";
import { isHubAnswer, noAnswer, parseJson, refusal } from "../../hub/errors.ts";
import { type HubAccess, parseKubeconfig } from "../../hub/kubeconfig.ts";
import { openPortForward } from "../../hub/port-forward.ts";
import { type HubSettings, IN_CLUSTER_SERVER } from "../../hub/settings.ts";
import { SECOND } from "../../request/durations.ts";
import type { CommandMeans } from "../options.ts";

const TIMEOUT_MS = 5 * SECOND;

export interface HubCalls extends AsyncDisposable {
  access: HubAccess;
  /** For what the bot asks the hub too. */
  client: HubClient;
  /** Any call of the API; resolves to the answer's body. Throws HubError. */
  ask(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<unknown>;
}

/** `directory`: where the files that the kubeconfig names are; null where it may name none. */
export interface KubeconfigText {
  text: string;
  directory: string | null;
}

/** Throws HubError. */
export async function openHubCalls(
  { portForward, server, inCluster }: HubSettings,
  { text, directory }: KubeconfigText,
  { clock, log }: Pick<CommandMeans, "clock" | "log">,
): Promise<HubCalls> {
  const given = parseKubeconfig(text, { server: server ?? (inCluster && IN_CLUSTER_SERVER), directory });
  const forward = portForward && (await openPortForward(portForward, log));
  const access = forward ? { ...given, server: forward.server } : given;
  const agent = openOwnAgent(access, TIMEOUT_MS);
  const client = createClient({ readAccess: async () => access, clock, timeoutMs: TIMEOUT_MS });
  return {
    access,
    client,
    async ask(method, path, body) {
      const doing = `${method} ${path.split("?")[0]}`;
      const headers = {
        "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      };
      const call = { method, url: access.server + path, headers, body: body && JSON.stringify(body) };
      const answer = await exchange(agent, access.token, call, TIMEOUT_MS).catch((error: unknown) => {
        throw noAnswer(doing, error);
      });
      if (answer.status >= 300 || !isHubAnswer(answer)) throw refusal(doing, answer);
      return parseJson(answer.text);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([agent.close(), client.close()]);
      forward?.close();
    },
  };
}
