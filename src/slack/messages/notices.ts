/** Messages that belong to no request: a lockdown, what the hub has without a record, and what is over. */
import type { SectionBlock } from "@slack/types";
import type { UserId } from "../../request/ids.ts";
import type { Request } from "../../request/record.ts";
import type { Message } from "../slack.ts";
import { code, escapeText, mention, moment, plainWords } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";
import { actions, compose, quote, section } from "./blocks.ts";
import { labelledButton } from "./buttons.ts";
import type { DrawContext } from "./facts.ts";

export interface LockdownShown {
  whom: "everybody" | UserId;
  /** The person's name, as Slack said it last; empty: not known. */
  name: string;
  locked: boolean;
  /** A user, or `operator NAME`; empty: it cannot be read. */
  by: string;
  words: string;
  at: number;
  /** Live access that the locked person approved: an admin may end all of it. */
  resting: readonly Pick<Request, "id" | "role" | "requester">[];
}

const MOST_RESTING = 20;

/** In the channel; drawn anew when it is lifted. */
export function drawLockdown(
  { locale }: DrawContext,
  { whom, name, locked, by, words, at, resting }: LockdownShown,
): Message {
  const { lockdown, button } = wordsFor(locale).messages;
  const who = whom === "everybody" ? "" : mention(whom);
  const doer = /^[UW][A-Z0-9]+$/.test(by) ? `<@${by}>` : escapeText(by);
  const said = by === "" ? lockdown.unreadable(who) : null;
  const head = said ?? lockdown[locked ? "locked" : "unlocked"](doer, moment(at), who);
  const pressed = { value: whom, about: whom === "everybody" ? lockdown.everybody : name };
  const unlock = labelledButton("unlock", button.unlock(), pressed);
  const endAll = labelledButton("end-approved", button["end-approved"](), pressed);
  const lines = resting
    .slice(0, MOST_RESTING)
    .map(({ id, role, requester }) => `${code(role)} · ${mention(requester)} · ${id}`);
  const body = [
    ...quote(words),
    ...section(lines.length > 0 ? [lockdown.resting(resting.length), ...lines].join("\n") : ""),
    ...actions(...(locked ? [unlock] : []), ...(lines.length > 0 ? [endAll] : [])),
  ];
  return compose(plainWords(head), head, body);
}

/**
 * `unrecorded`: bindings of ours without a record; `unreadable`: those whose record cannot be read; `foreign`: objects
 * that only bear our marks; `unknown-groups`: user groups of the file that Slack does not list; `check-silent` and
 * `check-answers`: a role's check; `webhook-fails` and `webhook-works`: what receives the trail.
 */
export interface AdminNotice {
  kind:
    | "unrecorded"
    | "unreadable"
    | "foreign"
    | "unknown-groups"
    | "check-silent"
    | "check-answers"
    | "webhook-fails"
    | "webhook-works";
  /** Names on the hub, ids of groups, or of roles. */
  names: string[];
  /** When the last of them ends; null when that is not known. */
  until: number | null;
  /** Why a check is silent or the webhook fails, as the bot saw it; of one that works, how many entries were skipped. */
  why?: string | null;
}

/** As many as a section holds; and a message has at most 50 blocks. */
const NAMES_EACH = 20;
const MOST_SECTIONS = 40;

/** All names; the log has those that are too many for a message. */
function nameSections(names: readonly string[]): SectionBlock[] {
  const starts = names.map((_, i) => i).filter((i) => i % NAMES_EACH === 0);
  return starts.slice(0, MOST_SECTIONS).flatMap((from) =>
    section(
      names
        .slice(from, from + NAMES_EACH)
        .map(code)
        .join("\n"),
    ),
  );
}

export function drawNotice(context: DrawContext, notice: AdminNotice): Message {
  const [notification, head] = noticeSentences(context, notice);
  const isNamed = notice.kind === "check-silent" || notice.kind === "check-answers";
  return compose(notification, head, isNamed ? [] : nameSections(notice.names));
}

/** Returns the notification, and the sentence that is read. */
function noticeSentences(
  { config, locale }: DrawContext,
  { kind, names, until, why }: AdminNotice,
): [notification: string, head: string] {
  const { admins, any } = wordsFor(locale).messages;
  const count = names.length;
  const named = names.map(code).join(" · ");
  const hub = escapeText(config.hub.name);
  const mentioned = any(config.admins.map(mention));
  switch (kind) {
    case "unrecorded":
      return [
        admins.unrecordedRing(count, hub),
        admins.unrecorded(count, hub, until === null ? "" : moment(until), mentioned),
      ];
    case "unreadable":
      return [
        admins.unreadableRing(count, hub),
        admins.unreadable(count, hub, until === null ? "" : moment(until), mentioned),
      ];
    case "foreign":
      return [admins.foreignRing(count, hub), admins.foreign(count, hub)];
    case "unknown-groups":
      return [admins.unknownGroupsRing(count), admins.unknownGroups(count, mentioned)];
    case "check-silent":
      return [
        plainWords(admins.checkSilentRing(named)),
        admins.checkSilent(named, escapeText(why ?? ""), mentioned),
      ];
    case "check-answers":
      return [plainWords(admins.checkAnswers(named)), admins.checkAnswers(named)];
    case "webhook-fails":
      return [
        admins.webhookFailsRing,
        admins.webhookFails(escapeText(why ?? ""), any(config.admins.map(mention))),
      ];
    case "webhook-works":
      return [plainWords(admins.webhookWorks(Number(why))), admins.webhookWorks(Number(why))];
  }
}

/** A passkey that is new in the file; null: its own person reads it. */
export function drawNewPasskey({ locale }: DrawContext, whom: UserId | null): Message {
  const { added, addedOwn } = wordsFor(locale).passkeys;
  const head = whom === null ? addedOwn : added(mention(whom));
  return compose(plainWords(head), head, []);
}

/** In the place of a message that Slack does not delete. */
export function drawEmptied({ locale }: DrawContext, isReminder = false): Message {
  const over = wordsFor(locale).messages.over(isReminder);
  return compose(plainWords(over), over, []);
}
