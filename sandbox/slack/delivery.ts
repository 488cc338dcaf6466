/** Hands a payload to the bot, over HTTP or a socket, and says what Slack would have seen of the answer. */
import { performance } from "node:perf_hooks";
import { signedHeaders } from "./signing.ts";
import type { JsonObject } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export type Kind = "slash_commands" | "interactive" | "events_api";

export interface Delivered {
  /** 0 when no answer came. */
  status: number;
  /** How long the bot took to acknowledge, in real milliseconds. */
  ms: number;
  body: string;
  /** What the person is shown instead, in Slack's words: operation_timeout, dispatch_failed… */
  error?: string;
}

export type Deliver = (kind: Kind, payload: JsonObject) => Promise<Delivered>;

/** Slack's three seconds, in real time: a bot's answer is real time too. */
export const ACK_WITHIN_MS = 3_000;

type Signing = Pick<Workspace, "settings">;

export function createHttpDelivery(workspace: Signing, target: () => string | undefined): Deliver {
  return async (kind, payload) => {
    const url = target();
    const started = performance.now();
    const outcome = (rest: Omit<Delivered, "ms">) => ({ ...rest, ms: performance.now() - started });
    if (url === undefined) return outcome({ status: 0, body: "", error: "dispatch_failed" });
    try {
      const response = await fetch(url, request(workspace, kind, payload));
      const body = await response.text();
      return outcome({ status: response.status, body, ...errorOf(response.status) });
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      return outcome({ status: 0, body: "", error: late ? "operation_timeout" : "dispatch_failed" });
    }
  };
}

function request({ settings }: Signing, kind: Kind, payload: JsonObject): RequestInit {
  const body = bodyOf(kind, payload);
  return {
    method: "POST",
    body,
    headers: {
      "content-type": kind === "events_api" ? "application/json" : "application/x-www-form-urlencoded",
      ...signedHeaders(settings.signingSecret, body),
    },
    signal: AbortSignal.timeout(ACK_WITHIN_MS),
  };
}

function bodyOf(kind: Kind, payload: JsonObject): string {
  if (kind === "events_api") return JSON.stringify(payload);
  if (kind === "interactive") return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(payload as Record<string, string>).toString();
}

function errorOf(status: number): { error?: string } {
  if (status >= 500) return { error: "http_service_error" };
  return status >= 300 ? { error: "http_client_error" } : {};
}

/** Whoever watches sees each payload go out and its answer come back. */
export function told({ clock, changes }: Workspace, deliver: Deliver): Deliver {
  return async (kind, payload) => {
    const sent = { kind, payload, at: clock.now() };
    changes.emit({ kind: "payload", sent });
    const answer = await deliver(kind, payload);
    changes.emit({ kind: "answer", sent, answer });
    return answer;
  };
}
