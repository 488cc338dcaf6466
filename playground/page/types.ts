/** What the server tells the page: plain data, one part at a time. */

import type { Entry } from "../record/timeline.ts";
import type { ActView } from "../scenarios/index.ts";

export type { ActView, Entry };

export interface Who {
  id: string;
  name: string;
  about: string;
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
  edited: string | undefined;
  html: string;
  /** It mentions the reader. */
  mentions: boolean;
  own: boolean;
}

export interface Place {
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
  places: Place[];
  modal: Modal | undefined;
  home: string | undefined;
  /** What the locked phone shows, newest first. */
  rings: Ring[];
  /** The phone's own clock. */
  time: string;
  words: ChromeWords;
}

/** What Slack itself says around the messages, in the reader's language. */
export interface ChromeWords {
  messageTo: string;
  onlyYou: string;
  edited: string;
  newHere: string;
  app: string;
  channels: string;
  directMessages: string;
}

export interface ClockPart {
  /** Milliseconds that the playground is ahead of this machine. */
  offset: number;
  off: string | undefined;
  next: { reminder: NextJump | undefined; end: NextJump | undefined };
}

export interface NextJump {
  id: string;
  due: number;
}

export interface RequestView {
  id: string;
  state: string;
  title: string;
  expiresAt: number | undefined;
  /** When the hub no longer had it. */
  deletedAt: number | undefined;
  proof: { method: string; at: number } | undefined;
  outage: boolean;
  json: string;
}

export interface ScenesPart {
  requests: RequestView[];
  trail: { key: string; at: number; words: string; who: string }[];
  objects: { key: string; kind: string; name: string; about: string; json: string }[];
  jobs: { key: string; name: string; id: string; due: number }[];
  bot: string;
  /** Why it cannot be shown just now. */
  missing: string | undefined;
}

export interface Facts {
  says: string;
  people: Who[];
  commands: { command: string; description: string; usage: string; examples: string[] }[];
  homeTab: boolean;
  approvals: string;
  hub: { url: string; local: boolean; ca: string | undefined; caFile: string | undefined };
}

export interface Parts {
  facts: Facts;
  left: Side;
  right: Side;
  clock: ClockPart;
  scenes: ScenesPart;
  timeline: Entry[];
  acts: ActView[];
}
