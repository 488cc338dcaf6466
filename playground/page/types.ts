/** What the server tells the page: plain data, one part at a time. */

import type { Entry } from "../record/timeline.ts";
import type { Said } from "../said.ts";
import type { ScenarioView } from "../scenarios/index.ts";

export type { Entry, Said, ScenarioView };

export interface Who {
  id: string;
  name: string;
  about: Record<ChromeWords["lang"], string>;
  initials: string;
  /** 0–5: which of the avatars' colours. */
  tint: number;
}

export interface Item {
  key: string;
  /** Changes whenever what is shown does. */
  rev: string;
  channel: string;
  ts: string;
  /** Milliseconds. */
  at: number;
  time: string;
  day: string;
  author: { name: string; initials: string; tint: number; app: boolean };
  /** By the reader's own Slack: "Only visible to you". */
  whisper: string | undefined;
  html: string;
  /** It mentions the reader. */
  mentions: boolean;
  own: boolean;
  /** The replies to it. */
  thread?: { says: string; items: Item[] };
}

export interface PlaceView {
  id: string;
  kind: "channel" | "dm";
  name: string;
  items: Item[];
}

export interface Modal {
  id: string;
  /** Changes whenever what is shown does. */
  rev: string;
  title: string;
  submit: string | undefined;
  close: string;
  html: string;
}

export interface Ring {
  ts: string;
  channel: string;
  text: string;
  time: string;
}

export interface Side {
  who: Who;
  places: PlaceView[];
  modal: Modal | undefined;
  /** As the bot drew it last. */
  home: { rev: string; html: string } | undefined;
  /** What the locked phone shows, newest first. */
  rings: Ring[];
  /** The phone's own clock. */
  time: string;
  words: ChromeWords;
}

/** What Slack and the phone say around the messages, in the reader's language. */
export interface ChromeWords {
  lang: "en" | "zh-CN";
  /** Names the choice of whose Slack a side shows. */
  left: string;
  right: string;
  /** The pane's parts, as a screen reader names them. */
  places: string;
  messages: string;
  home: string;
  noHome: string;
  phone: string;
  messageTo: string;
  send: string;
  onlyYou: string;
  unread: string;
  newHere: string;
  app: string;
  channels: string;
  directMessages: string;
  locked: string;
  quiet: string;
  close: string;
  copied: string;
  /** Empty: as the manifest says it. */
  shortcut: string;
  /** What a completed command takes. Empty: as the manifest says it. */
  command: string;
}

export interface ClockPart {
  /** Milliseconds that the playground is ahead of this machine. */
  offset: number;
  next: { reminder: NextJump | undefined; end: NextJump | undefined };
}

export interface NextJump {
  id: string;
  due: number;
}

export interface RequestView {
  id: string;
  /** Of a closed one its outcome. */
  state: string;
  title: Said;
  endsAt: number | null;
  /** Null: a rule. */
  approvedBy: (string | null)[];
  /** When the hub no longer had it. */
  deletedAt: number | null;
  proof: { method: string; at: number } | null;
  isInTrouble: boolean;
  json: string;
}

export interface ScenesPart {
  requests: RequestView[];
  objects: { key: string; kind: string; name: string; about: Said; json: string }[];
  bot: Said;
}

export interface PageFacts {
  /** Another one after Start over, and after each start of the playground. */
  world: string;
  people: Who[];
  commands: { command: string; description: string; usage: string }[];
  /** Global ones of the app. */
  shortcuts: { name: string; id: string }[];
  homeTab: boolean;
  /** Its address. */
  dashboard: string;
  hub: { url: string; caFile: string };
}

export interface Parts {
  facts: PageFacts;
  left: Side;
  right: Side;
  clock: ClockPart;
  scenes: ScenesPart;
  timeline: Entry[];
  scenarios: ScenarioView[];
}
