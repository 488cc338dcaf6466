/** Raw requests to a hub, as an administrator, with a token, or as nobody: what the tests look at. */
import { Agent, fetch } from "undici";
import type { Credentials, KubeObject, ObjectMetadata, TestHub } from "./types.ts";

interface HubReply {
  status: number;
  headers: { get(name: string): string | null };
  body: Body;
}

/** An object, a list or a Status: only what it has is there. */
interface Body {
  kind?: string;
  metadata?: Partial<ObjectMetadata> & { continue?: string; remainingItemCount?: number };
  reason?: string;
  message?: string;
  code?: number;
  details?: { name?: string; group?: string; kind?: string; uid?: string; causes?: unknown[] };
  items?: KubeObject[];
  status?: unknown;
  [field: string]: unknown;
}

interface CallOptions {
  /** A bearer token; without one the caller is the client's own: administrator or nobody. */
  token?: string;
  body?: unknown;
  type?: string;
  /** What the hub's audit log is to call it. */
  auditId?: string;
  signal?: AbortSignal;
}

export interface HubCaller {
  (method: string, path: string, asking?: CallOptions): Promise<HubReply>;
  close(): Promise<void>;
}

export function hubClient(hub: Pick<TestHub, "url" | "ca">, who?: Credentials): HubCaller {
  const certificate = who ? { cert: who.certificate, key: who.key } : {};
  const dispatcher = new Agent({ connect: { ca: hub.ca, ...certificate } });
  const ask = async (method: string, path: string, asking: CallOptions = {}) => {
    const { token, body, type, auditId, signal } = asking;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = type ?? "application/json";
    if (auditId !== undefined) headers["audit-id"] = auditId;
    const sent = typeof body === "string" ? body : (JSON.stringify(body) ?? null);
    const response = await fetch(`${hub.url}${path}`, {
      method,
      headers,
      body: sent,
      dispatcher,
      ...(signal && { signal }),
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  };
  return Object.assign(ask, { close: () => dispatcher.close() });
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return { message: text };
  }
}
