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

/** Of an answer whose body nobody reads elsewhere. */
export async function resultOf(response: Response): Promise<string> {
  if (response.status === 429) return "ratelimited";
  if (!response.ok) return `http_${response.status}`;
  const said = (await response.json()) as { ok?: unknown; error?: unknown };
  if (said.ok === true) return "ok";
  return typeof said.error === "string" && WORD.test(said.error) ? said.error : "other";
}

/** Of a call that has no answer. */
export const failureOf = (error: unknown): string =>
  error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unanswered";
