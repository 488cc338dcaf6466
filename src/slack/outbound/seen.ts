/** What came of a call to Slack, as whoever counts or logs it sees it. */
import { z } from "zod";
import { parseJson } from "../../domain/json.ts";

/** A call to Slack as whoever counts or logs it sees it: nothing of what was sent or answered. */
export interface SlackCall {
  method: string;
  /** ok, Slack's own word for its refusal, `http_STATUS`, `timeout` or `unanswered`. */
  result: string;
  ms: number;
  /** For its turn, before it went out. */
  waitedMs: number;
}

const WORD = /^[a-z][a-z0-9_]{0,59}$/;

const Said = z.object({ ok: z.literal(true) }).or(z.object({ error: z.string().regex(WORD) }));

export function resultOf({ status, ok }: Pick<Response, "status" | "ok">, text: string): string {
  if (status === 429) return "ratelimited";
  if (!ok) return `http_${status}`;
  const said = Said.safeParse(parseJson(text)).data;
  if (!said) return "other";
  return "ok" in said ? "ok" : said.error;
}

/** Of a call that has no answer. */
export const failureOf = (error: unknown): string =>
  error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unanswered";
