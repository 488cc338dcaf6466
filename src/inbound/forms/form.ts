/** The shapes that all forms share: the subject of one, and what its submission brings. */
import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { RequestId, UserId } from "../../request/ids.ts";
import type { Request } from "../../request/record.ts";
import type { DrawContext } from "../../slack/messages/facts.ts";
import type { Message } from "../../slack/slack.ts";
import type { Words } from "../../slack/text/index.ts";

/** Values that a line of the command or an earlier request already gave. */
export interface Prefill {
  role?: string | null;
  /** Milliseconds. */
  duration?: number | null;
  startsAt?: number | null;
  reason?: string;
  forUser?: UserId | null;
  emergency?: boolean;
  /** More than role, time and reason is shown. */
  unfolded?: boolean;
}

/** Forms about one request. */
const ABOUT = ["deny", "revoke", "more", "new-token", "leaked", "review"] as const;
export type AboutKind = (typeof ABOUT)[number];

export interface LockdownForm {
  kind: "lockdown" | "unlock" | "end-approved";
  /** Null: everybody. */
  user: UserId | null;
  /** Text that was typed already. */
  reason?: string;
}

export type Form = { kind: "request"; prefill: Prefill } | { kind: AboutKind; id: RequestId } | LockdownForm;

/** A form's private_metadata: what it is about while it is open. */
export const FormMetadata = z.union([
  z.object({ kind: z.literal("request"), emergency: z.boolean() }),
  z.object({ kind: z.enum(ABOUT), id: RequestId }),
  z.object({ kind: z.enum(["lockdown", "unlock", "end-approved"]), user: UserId.nullable() }),
]);
export type FormMetadata = z.infer<typeof FormMetadata>;

/** The person who opens a form, and their language. */
export interface FormReader extends DrawContext {
  bot: Bot;
  user: UserId;
}

/** Each is the action_id of its element, and mostly the id of its block too. */
export type InputName = keyof Words["forms"]["inputs"];

/** The values that were filled in, as text; an input that was left empty is not there. */
export type Inputs = Partial<Record<InputName, string>>;

export interface Submission {
  bot: Bot;
  user: UserId;
  /** The view's id and what was filled in: what is submitted twice is one request. */
  source: string;
  inputs: Inputs;
}

/** Each throws Refused, StoreAway, SlackAway. */
export interface AboutForm {
  draw(reader: FormReader, request: Request): KnownBlock[] | Promise<KnownBlock[]>;
  submit(submission: Submission, id: RequestId): Promise<unknown>;
  /** The answer that the submitter reads in the form's place; left out, the request's own messages tell all. */
  answer?(submission: Submission, id: RequestId): Promise<Message | null>;
}
