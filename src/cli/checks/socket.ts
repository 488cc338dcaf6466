/** Socket Mode: Slack takes the app-level token. It is not connected to: the running bot would miss what came here. */
import type { WebClient } from "@slack/web-api";
import { slackError } from "../../slack/outbound/client.ts";
import { type Finding, fail, ok } from "./finding.ts";

const MEND =
  "Basic Information → App-Level Tokens → Generate, scope connections:write; put it into SLACK_APP_TOKEN";

/** `app` is a client with the app-level token; null: HTTP. */
export async function checkSocket(app: WebClient | null): Promise<Finding> {
  if (!app) return ok("slack delivery", "HTTP; the signing secret proves itself at the first command");
  try {
    await app.apps.connections.open({});
    return ok("slack delivery", "Socket Mode");
  } catch (error) {
    return fail("slack delivery", `Slack refuses Socket Mode (${slackError(error) ?? "no answer"})`, MEND);
  }
}
