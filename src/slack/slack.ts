/** A message and its place in Slack, and the two errors of Slack's calls. */
import type { KnownBlock } from "@slack/types";

export interface Message {
  /** The notification: plain words, at most 150 characters, never a token. */
  text: string;
  blocks: KnownBlock[];
}

export interface Place {
  channel: string;
  ts: string;
}

/** Slack did not answer, or asked to wait: another try may help. */
export class SlackAway extends Error {
  override name = "SlackAway";
  /** Milliseconds that Slack asked to wait. */
  readonly retryAfter: number | null;
  constructor(message: string, retryAfter: number | null = null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Slack says for good that it will not do this. */
export class SlackRefusal extends Error {
  override name = "SlackRefusal";
  readonly code: string;
  constructor(method: string, code: string) {
    super(`${method}: ${code}`);
    this.code = code;
  }
}
