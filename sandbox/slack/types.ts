/** The nouns of the local workspace, as tests, the playground and the server itself see them. */
import type { Clock } from "../../src/request/clock.ts";
import type { Meddler } from "../meddler.ts";

export type JsonObject = Record<string, unknown>;
export type Block = JsonObject & { type: string };

export interface SlackPerson {
  id: string;
  /** The handle people type after an @. */
  name: string;
  realName?: string;
  displayName?: string;
  locale?: string;
  tz?: string;
  title?: string;
  isBot?: boolean;
  deleted?: boolean;
  isRestricted?: boolean;
  isUltraRestricted?: boolean;
  /** Of another workspace, met in a channel shared by Slack Connect; ours when left out. */
  teamId?: string;
}

export interface Group {
  id: string;
  handle: string;
  name?: string;
  members: string[];
  disabled?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  members: string[];
  isPrivate?: boolean;
  isArchived?: boolean;
  /** Whether the bot was invited; yes unless said otherwise. */
  botIsMember?: boolean;
}

export interface Content {
  text: string;
  blocks?: Block[];
}

interface Revision extends Content {
  /** When this content was written, in milliseconds of the clock. */
  at: number;
}

export interface SlackMessage extends Content {
  channel: string;
  ts: string;
  user: string;
  bot_id?: string;
  thread_ts?: string;
  edited?: { user: string; ts: string };
  /** Every content this message ever had, oldest first, the current one last. */
  history: Revision[];
  deleted?: boolean;
}

export interface Ephemeral extends Content {
  ephemeral: true;
  channel: string;
  /** The only person who sees it. */
  user: string;
  ts: string;
  thread_ts?: string;
  from: "ack" | "chat.postEphemeral" | "response_url";
  history: Revision[];
}

export interface View extends JsonObject {
  id: string;
  type: "modal" | "home";
  hash: string;
  blocks: Block[];
  callback_id: string;
  external_id: string;
  private_metadata: string;
  state: { values: Record<string, Record<string, JsonObject>> };
  root_view_id: string;
  previous_view_id: string | null;
  /** What the form shows under its inputs after response_action errors. */
  errors?: Record<string, string>;
}

/** What a locked phone shows. */
export interface Notification {
  user: string;
  channel: string;
  ts: string;
  text: string;
  at: number;
}

/** An error a person sees from Slack itself, such as operation_timeout. */
export interface ShownError {
  user: string;
  error: string;
  /** What the person was doing: the command line, an action_id, a callback_id. */
  doing: string;
  at: number;
}

export interface Call {
  method: string;
  args: JsonObject;
  status: number;
  error?: string;
  at: number;
}

export interface Bot {
  userId: string;
  botId: string;
  appId: string;
  teamId: string;
  teamDomain: string;
  name: string;
}

/** A payload on its way to the bot, over whichever transport. */
export interface SentPayload {
  kind: "slash_commands" | "interactive" | "events_api";
  payload: JsonObject;
  at: number;
}

export type WorkspaceChange =
  | { kind: "message" | "message_edited" | "message_deleted"; message: SlackMessage }
  | { kind: "ephemeral" | "ephemeral_edited"; ephemeral: Ephemeral }
  | { kind: "view_opened" | "view_updated" | "view_closed" | "home"; user: string; view: View }
  | { kind: "notification"; notification: Notification }
  | { kind: "trouble"; trouble: ShownError }
  | { kind: "call"; call: Call }
  | { kind: "payload"; sent: SentPayload }
  | {
      kind: "answer";
      sent: SentPayload;
      answer: { status: number; ms: number; body: string; error?: string };
    }
  | { kind: "people" | "connection" };

/** An error code; an HTTP status; silence; a 429; or done but the answer lost on the way. */
export type CallFailure =
  | string
  | { status: number; body?: string }
  | { hang: true }
  | { retryAfter: number }
  | { lost: true };

export interface WorkspaceSettings {
  signingSecret: string;
  scopes: string[];
  /** False: a proxy before Slack takes the header of scopes away. */
  tellsScopes: boolean;
  /** Whether Slack's documented limits hold. */
  limits: boolean;
}

export interface LocalSlackOptions {
  clock: Clock;
  signingSecret: string;
  botToken: string;
  appToken?: string;
  command: string;
  people: SlackPerson[];
  groups: Group[];
  channels: Channel[];
  /** Where it listens, and by what its addresses name it; 127.0.0.1 unless said otherwise. */
  host?: string;
  scopes?: string[];
  /** On unless said otherwise. */
  limits?: boolean;
}

/** A call of a Web API method, or an answer by `response_url`. */
interface SlackCall {
  method: string;
  args: JsonObject;
}

export type SlackMeddler = Meddler<SlackCall, CallFailure>;
