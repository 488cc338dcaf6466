/** One exchange with Slack's Web API, read to its end, at a third of the work of Node's fetch. */
import type { FetchFunction } from "@slack/web-api";
import { Agent, type Dispatcher, request } from "undici";
import { bytesOf, unpacked } from "../../bounded.ts";
import { SECOND } from "../../domain/duration.ts";

/** May be read by any number of callers. */
export type SlackAnswer = Awaited<ReturnType<FetchFunction>>;

/** Follows no redirect. Throws the signal's reason, and what undici throws. */
export const sendBy =
  (dispatcher: Dispatcher): FetchFunction =>
  async (url, { method = "GET", headers: sent = {}, body: form = null, signal = null } = {}) => {
    const { statusCode, statusText, headers, body } = await request(url, {
      ...{ dispatcher, signal },
      headers: { "accept-encoding": "gzip", ...sent },
      method: method as Dispatcher.HttpMethod,
      // A form would be for a file, of which none is sent.
      body: form as string | null,
    });
    // Of a large workspace a list of everybody is some times as long as what it is packed in.
    const isPacked = headers["content-encoding"] === "gzip";
    const bytes = await bytesOf(body);
    const text = String(isPacked ? await unpacked(bytes) : bytes);
    const flat = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
    return answer(String(url), statusCode, statusText, Object.fromEntries(flat), text);
  };

/** Where there is no proxy. */
export const sendDirectly: FetchFunction = sendBy(new Agent({ allowH2: false }));

/** As Slack would say it, so that whoever called need not know who did. */
export const askToWait = (ms: number): SlackAnswer =>
  answer("", 429, "", { "retry-after": String(Math.ceil(ms / SECOND)) }, "");

function answer(
  url: string,
  status: number,
  statusText: string,
  headers: Record<string, string>,
  text: string,
): SlackAnswer {
  return {
    ...{ url, status, statusText, ok: status >= 200 && status < 300 },
    headers: { get: (name) => headers[name.toLowerCase()] ?? null, entries: () => Object.entries(headers) },
    arrayBuffer: async () => new TextEncoder().encode(text).buffer,
    text: async () => text,
    json: async () => JSON.parse(text),
  };
}
