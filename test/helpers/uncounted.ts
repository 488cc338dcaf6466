/** One client for every call, without a budget. */
import type { WebClient } from "@slack/web-api";
import type { SlackClients } from "../../src/slack/outbound/client.ts";

export const uncounted = (client: WebClient): SlackClients => ({
  interactive: client,
  scarce: client,
  reserved: client,
  to: () => client,
  reserve: async () => ({ use: () => true, [Symbol.asyncDispose]: async () => {} }),
  lineUp: async () => {},
  oneTry: async () => {},
});
