/** One call to any path of the hub, as the bot, with another token, or as nobody. */
import type { Dispatcher } from "undici";
import { parseJson } from "../../domain/json.ts";
import type { Secret } from "../../domain/secret.ts";
import { createAgent } from "./agent.ts";
import type { Connection } from "./connection.ts";
import type { Send } from "./send.ts";

export interface HubAnswer {
  status: number;
  /** Names are lower case. */
  headers: Partial<Record<string, string>>;
  /** Parsed JSON, or undefined when it is none; a Buffer where protobuf was asked for, and came. */
  body: unknown;
}

export interface HubRequest {
  /** GET when left out. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Someone else than the bot: on a connection of its own, and never with the bot's certificate. */
  as?: Secret | "nobody" | undefined;
  /** `kept`: of somebody else's, on a connection that was kept from such calls before. `fresh`: of the bot's, on one of its own. */
  by?: "kept" | "fresh" | undefined;
  accept?: string | undefined;
  /** What the hub's audit log is to call it; of the hub's choice when left out. */
  auditId?: string | undefined;
}

export interface Asking extends Pick<HubRequest, "method" | "body" | "auditId"> {
  accept: string;
  signal: AbortSignal;
  send: Send;
}

const TYPES: Partial<Record<string, string>> = { PATCH: "application/merge-patch+json" };

export async function request(
  url: string,
  token: Secret | null,
  dispatcher: Dispatcher,
  { accept, signal, send, method = "GET", body, auditId }: Asking,
): Promise<HubAnswer> {
  const headers: Record<string, string> = { accept };
  if (token) headers.authorization = `Bearer ${token.reveal()}`;
  if (auditId !== undefined) headers["audit-id"] = auditId;
  if (body !== undefined) headers["content-type"] = TYPES[method] ?? "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await send(url, { method, headers, body: text, dispatcher, signal });
  return { status: answer.status, headers: answer.headers, body: answer.bytes ?? parseJson(answer.text) };
}

/** A connection that shows the bot's certificate speaks for the bot, whatever token it carries: so this one has none. */
export async function requestAs(
  { access, others }: Pick<Connection, "access" | "others">,
  path: string,
  { as, by }: { as: Secret | "nobody"; by: HubRequest["by"] },
  asking: Asking & { timeout: number },
): Promise<HubAnswer> {
  const token = as === "nobody" ? null : as;
  if (by === "kept") return request(access.server + path, token, others, asking);
  const agent = createAgent(access, { timeout: asking.timeout });
  try {
    return await request(access.server + path, token, agent, asking);
  } finally {
    await agent.destroy();
  }
}
