/** What the hub tells to everybody, without a token, and whether the configuration says so. */
import { anonymousReads } from "../../hub/anonymous.ts";
import { type Finding, fail, type HubSide, ok, warn } from "./finding.ts";

const CHECK = "hub anonymous reads";
const CLOSE = "npm run setup -- --close-anonymous; it says what the dashboard shows then, and what not";

export async function checkAnonymous({ config, hub }: HubSide): Promise<Finding[]> {
  const { reads, streams } = await anonymousReads(hub.client);
  if (reads.length > 0) {
    const message = `everybody who reaches the hub reads ${reads[0]} and ${reads.length - 1} more without a token`;
    if (config.hub.anonymous === "closed")
      return [fail(CHECK, `${message}; hub.anonymous says closed`, CLOSE)];
    return [warn(CHECK, `${message}: a guest's token protects nothing`, CLOSE)];
  }
  if (streams.length > 0) return [warn(CHECK, "closed, but for pod logs, events and AI", CLOSE)];
  return [ok(CHECK, "closed")];
}
