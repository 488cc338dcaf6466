/** Socket Mode: Slack takes the app-level token, says hello over a WebSocket of ours, and counts no more connections than the bot has. */
import { ghosts } from "../../slack/inbound/census.ts";
import {
  connectSocket,
  MAX_CONNECTIONS,
  type SocketConnectionOptions,
  type Taker,
} from "../../slack/inbound/connection.ts";
import { socketRefused } from "../../slack/inbound/refused.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const CHECK = "slack delivery";

/** `held`: how many the replicas have by their own word; null when it is not known. */
export async function checkSocket(
  options: SocketConnectionOptions,
  held: () => Promise<number | null>,
): Promise<Finding> {
  try {
    const connection = await connectSocket(options, passing);
    await connection.close();
    return judge(connection.connections - 1, await held());
  } catch (error) {
    const { message, fix } = socketRefused(error);
    return fail(CHECK, message, fix);
  }
}

/** It is open for a moment only; who meets it is asked to come again, for the bot never hears of it. */
const passing: Taker = {
  processEvent: async ({ ack, body }) =>
    ack("command" in body ? "The bot was being examined: please send that again." : undefined),
};

function judge(used: number, held: number | null): Finding {
  const says = `Socket Mode: Slack says hello, and counts ${used} of an app's ${MAX_CONNECTIONS} connections`;
  if (held !== null && used > held) {
    const { message, fix } = ghosts(used, held);
    return warn(CHECK, message, fix);
  }
  if (used >= MAX_CONNECTIONS - 1)
    return warn(CHECK, says, "Run fewer replicas, or HTTP: a rollout and a renewal need room");
  return ok(CHECK, says);
}
