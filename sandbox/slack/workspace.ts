/** The whole state of the local workspace: plain maps, changed only by the functions next door. */
import type { Clock } from "../../src/request/clock.ts";
import { type Changes, createChanges } from "./changes.ts";
import type {
  Bot,
  Call,
  CallFailure,
  Channel,
  Ephemeral,
  Group,
  LocalSlackOptions,
  Notification,
  ShownError,
  SlackMeddler,
  SlackMessage,
  SlackPerson,
  View,
  WorkspaceSettings,
} from "./types.ts";

export interface Trigger {
  user: string;
  expires: number;
  used: boolean;
}

export interface ResponseUrl {
  user: string;
  channel: string;
  expires: number;
  uses: number;
  /** The message or ephemeral whose button was clicked; a command has none. */
  source?: { channel: string; ts: string };
}

export interface Workspace {
  clock: Clock;
  bot: Bot;
  command: string;
  settings: WorkspaceSettings;
  people: Map<string, SlackPerson>;
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  /** Person id → id of the conversation between that person and the bot, once opened. */
  dms: Map<string, string>;
  messages: SlackMessage[];
  ephemerals: Ephemeral[];
  /** Person id → the open modal. */
  modals: Map<string, View>;
  homes: Map<string, View>;
  notifications: Notification[];
  troubles: ShownError[];
  calls: Call[];
  triggers: Map<string, Trigger>;
  responseUrls: Map<string, ResponseUrl>;
  failures: { method: string; failure: CallFailure; times: number }[];
  meddler: SlackMeddler | undefined;
  changes: Changes;
  nextTs(): string;
  nextId(prefix: string): string;
}

const usualScopes = [
  "commands",
  "chat:write",
  "im:write",
  "users:read",
  "usergroups:read",
  "channels:read",
  "groups:read",
];

const usualBot: Bot = {
  userId: "U0KARPORBOT",
  botId: "B0KARPORBOT",
  appId: "A0KARPORAPP",
  teamId: "T0LOCAL",
  teamDomain: "local",
  name: "karpor-access",
};

export function createWorkspace(options: LocalSlackOptions): Workspace {
  return {
    clock: options.clock,
    bot: usualBot,
    command: options.command,
    settings: initialSettings(options),
    people: byId(options.people),
    groups: byId(options.groups),
    channels: byId(options.channels),
    ...emptyState(),
    changes: createChanges(),
    nextTs: uniqueTs(options.clock),
    nextId: counter(),
  };
}

function initialSettings(options: LocalSlackOptions): WorkspaceSettings {
  return {
    signingSecret: options.signingSecret,
    scopes: options.scopes ?? usualScopes,
    tellsScopes: true,
    limits: options.limits ?? true,
  };
}

function emptyState() {
  return {
    dms: new Map<string, string>(),
    messages: [],
    ephemerals: [],
    modals: new Map<string, View>(),
    homes: new Map<string, View>(),
    notifications: [],
    troubles: [],
    calls: [],
    triggers: new Map<string, Trigger>(),
    responseUrls: new Map<string, ResponseUrl>(),
    failures: [],
    meddler: undefined,
  };
}

const byId = <T extends { id: string }>(items: T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, structuredClone(item)]));

/** Slack's ts is both time and key: microseconds make it unique within one millisecond. */
function uniqueTs(clock: Clock): () => string {
  let last = 0;
  return () => {
    last = Math.max(clock.now() * 1000, last + 1);
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, "0")}`;
  };
}

function counter(): (prefix: string) => string {
  let last = 0;
  return (prefix) => {
    last += 1;
    return `${prefix}${String(last).padStart(8, "0")}`;
  };
}
