/** Slack's v0 request signature, stamped in real time because Bolt compares it with Date.now(). */
import { createHmac } from "node:crypto";

export function signedHeaders(signingSecret: string, body: string, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}
