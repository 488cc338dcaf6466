/** Karpor lets pages of any origin read with the reader's credentials, as kube-apiserver does with --cors-allowed-origins=.* */
import type { IncomingMessage, ServerResponse } from "node:http";

const STREAMS = /^\/rest-api\/v1\/insight\/(aggregator|issue|yaml)\//;

/** Whether this was all: a preflight is answered before anybody is asked who they are. */
export function allowOrigin(
  { method, url = "/", headers }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = headers;
  if (STREAMS.test(url)) response.setHeader("access-control-allow-origin", "*");
  if (!origin) return false;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE, PATCH");
  response.setHeader("access-control-allow-headers", "Content-Type, Authorization, X-Requested-With");
  response.setHeader("access-control-expose-headers", "Date");
  if (method === "OPTIONS") response.writeHead(204).end();
  return method === "OPTIONS";
}
