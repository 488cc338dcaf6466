/** One HTTP exchange with the hub, read to its end: an answer left unread would keep its connection from others. */
import { type HttpLibrary, ResponseContext } from "@kubernetes/client-node/dist/gen/http/http.js";
import { Observable } from "@kubernetes/client-node/dist/gen/rxjsStub.js";
import { type Dispatcher, request } from "undici";
import { bytesOf } from "../../bounded.ts";
import { PROTOBUF } from "./protobuf.ts";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Where protobuf was asked for, and came. */
  bytes?: Buffer;
}

export interface Sending {
  method?: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body?: string | undefined;
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

export type Send = (url: string, sending: Sending) => Promise<Answer>;

/** Follows no redirect: it would carry the token to where nobody asked. */
export const send: Send = async (url, sending) => {
  const { statusCode, headers, body } = await request(url, { ...sending, body: sending.body ?? null });
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value ?? "")] as const);
  const answer = { status: statusCode, headers: Object.fromEntries(flat) };
  const bytes = await bytesOf(body);
  if (answer.headers["content-type"]?.startsWith(PROTOBUF)) return { ...answer, text: "", bytes };
  return { ...answer, text: bytes.toString() };
};

/**
 * What the Kubernetes client sends with. Its own way is fetch, at twice the work a call, with a timeout and a pool
 * only through middleware.
 */
export function httpApi(by: Send, dispatcher: Dispatcher, signal: AbortSignal): HttpLibrary {
  return {
    send: (context) => {
      const method = String(context.getHttpMethod()) as Dispatcher.HttpMethod;
      const headers = { ...context.getHeaders() };
      // All patches of ours are merge patches; the client would announce a JSON patch.
      if (method === "PATCH") headers["Content-Type"] = "application/merge-patch+json";
      const body = context.getBody() as string | undefined;
      const answer = by(context.getUrl(), { method, headers, body, dispatcher, signal });
      return new Observable(answer.then(toResponse));
    },
  };
}

function toResponse({ status, headers, text }: Answer): ResponseContext {
  const body = {
    text: async () => text,
    binary: async () => Buffer.from(text),
    stream: () => null,
  };
  return new ResponseContext(status, headers, body);
}
