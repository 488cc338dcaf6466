/** Who may speak to the page's server: this page in this browser; no other site, and nobody by another name. Pure. */
import type { IncomingMessage } from "node:http";

/** Why a request is refused; undefined when it may pass. */
export function refusal({ method = "GET", headers }: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  // A name that somebody else made point here (DNS rebinding) is no name of ours.
  if (!headers.host || !hosts.includes(headers.host)) return "This is not the name of this page.";
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`) return "Another page may not do this.";
  if (method === "GET" || method === "HEAD") return undefined;
  if (origin === undefined) return "Only the page itself may do this.";
  if (headers["content-type"] !== "application/json") return "Only JSON is taken.";
  return undefined;
}

/** Nothing comes from elsewhere. */
const OWN_ONLY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'";
/** The page and the dashboard, which differ by port. */
const HERE = "http://127.0.0.1:* http://localhost:*";

/** Of the dashboard's login, whose page says itself which script it runs. */
export const LOGIN_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};
export const DASHBOARD_HEADERS = {
  ...LOGIN_HEADERS,
  "content-security-policy": `${OWN_ONLY}; frame-ancestors ${HERE}`,
};
/** It frames the dashboard, and nobody frames it. */
export const SAFE_HEADERS = {
  ...LOGIN_HEADERS,
  "content-security-policy": `${OWN_ONLY}; frame-src ${HERE}; frame-ancestors 'none'`,
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};
