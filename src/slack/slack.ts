/** What the bot says to Slack, and what it asks Slack about people. */
import type { KnownBlock, View } from "@slack/types";
import type { GroupId, UserId } from "../request/ids.ts";
import type { Groups, Locale, Person } from "../request/people.ts";

export interface Message {
  /** The notification: plain words, at most 150 characters, never a token. */
  text: string;
  blocks: KnownBlock[];
}

export interface Place {
  channel: string;
  ts: string;
}

/** Every call throws SlackAway (try again later) or SlackRefusal (Slack will never do it), and nothing else. */
export interface Slack {
  /** Slack limits calls of this replica now, of whatever method. */
  isAskedToWait(): boolean;
  /** Where a person's DM is, as Slack says it; kept in memory. */
  openDm(user: UserId): Promise<string>;
  post(channel: string, message: Message, thread?: string): Promise<Place>;
  /** False when the message is gone. */
  update(place: Place, message: Message): Promise<boolean>;
  /** True when it is gone, by this or before; SlackRefusal when Slack will never delete it. */
  remove(place: Place): Promise<boolean>;
  /** Seen by one person in a channel. */
  whisper(channel: string, user: UserId, message: Message): Promise<void>;
  openView(triggerId: string, view: View): Promise<{ id: string; hash: string }>;
  updateView(viewId: string, view: View): Promise<void>;
  publishHome(user: UserId, view: View): Promise<void>;
  /** A look of the last `within` ms (15 s when left out); `lookedUpAt` is by the clock of Redis. */
  person(user: UserId, within?: number): Promise<Person>;
  /** Opens a message, as chat.getPermalink says it (docs.slack.dev/reference/methods/chat.getPermalink); asks nothing of that. */
  messageLink(place: Place): Promise<string>;
  /** As this replica saw it last, however long ago; null: it never did. */
  knownName(user: string): string | null;
  groups(groups: readonly GroupId[], within?: number): Promise<Groups>;
  /** For words only: kept for an hour, and English where Slack does not tell. */
  localeFor(user: UserId): Promise<Locale>;
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
