/** What is said of a Socket Mode connection that could not be had, and what to do about it. */
import type { HoldFound } from "../../flow/support/holds.ts";
import { isSlacksOwn, slackError } from "../outbound/client.ts";
import { proxyRefused } from "../outbound/proxy.ts";
import { MAX_CONNECTIONS, SocketClosed } from "./connection.ts";

export function socketRefused(error: unknown): Omit<HoldFound, "cause"> {
  const said = slackError(error);
  if (said && isSlacksOwn(said))
    return {
      message: `Slack is in trouble itself (${said})`,
      fix: "See slack-status.com; the bot tries again by itself",
    };
  if (said)
    return {
      message: `Slack refuses Socket Mode (${said})`,
      fix: "Basic Information → App-Level Tokens: one with connections:write, into SLACK_APP_TOKEN, and start the bot anew; is the app still installed?",
    };
  if (error instanceof SocketClosed && error.reason === "too_many_websockets")
    return {
      message: `Slack allows an app ${MAX_CONNECTIONS} connections, and all are taken`,
      fix: "Run fewer replicas, or HTTP instead of Socket Mode; Slack gives up a connection that broke unseen after a while",
    };
  return (
    proxyRefused(error) ?? {
      message: "Socket Mode: Slack does not answer",
      fix: "See whether this machine reaches slack.com, and wss-primary.slack.com behind it; through a proxy: HTTPS_PROXY",
    }
  );
}
