/** A refusal as a sentence that says what to do, with buttons where one helps. */
import type { Button } from "@slack/types";
import { approversFor } from "../../policy/roles.ts";
import { Principal, RequestId } from "../../request/ids.ts";
import type { RefusalNote } from "../../request/refused.ts";
import type { Message } from "../slack.ts";
import type { Gap } from "../text/en/refusals.ts";
import { code, escapeText, mention, moment, plainWords } from "../text/format.ts";
import { wordsFor } from "../text/index.ts";
import { actions, compose } from "./blocks.ts";
import { type Verb, verbButton } from "./buttons.ts";
import type { DrawContext } from "./facts.ts";

const CODE = ["role", "nearest", "typed", "id", "group"];
const COUNTS = ["limit", "count", "needed"];
const MOMENTS = ["at", "until"];

/** By its name a value is code, a count, a moment or words; other numbers are durations. Ids of people are mentions. */
function gapsFor(context: DrawContext, { data }: RefusalNote): Gap {
  const { span } = wordsFor(context.locale).messages;
  return (name) => {
    const value = name === "rule" && data.why ? `${data.rule} (${data.why})` : data[name];
    if (value === undefined || value === "") return gapFromConfig(context, String(data.role ?? ""), name);
    if (typeof value === "string") {
      if (CODE.includes(name)) return code(value);
      const person = Principal.safeParse(value);
      return person.success ? mention(person.data) : escapeText(value);
    }
    if (MOMENTS.includes(name)) return moment(value);
    return COUNTS.includes(name) ? String(value) : span(value);
  };
}

/** Takes from the configuration what the refusal does not say. */
function gapFromConfig({ config, locale }: DrawContext, name: string, gap: string): string {
  const { any, span } = wordsFor(locale).messages;
  const role = Object.hasOwn(config.roles, name) ? config.roles[name] : undefined;
  if (gap === "admins") return any(config.admins.map(mention));
  if (gap === "roles") return Object.keys(config.roles).map(code).join(" · ");
  if (!role) return "";
  if (gap === "max") return span(role.duration.max);
  if (gap === "hint") return "hint" in role.reason ? escapeText(role.reason.hint?.[locale] ?? "") : "";
  const people = {
    approvers: approversFor(role, true),
    requesters: role.requester?.in ?? [],
    reviewers: role.breakGlass?.review ?? [],
  }[gap];
  return people ? any(people.map(mention)) : "";
}

export const refusalSentence = (context: DrawContext, note: RefusalNote): string =>
  wordsFor(context.locale).refusals[note.code](gapsFor(context, note));

/** Without its beginning in bold, below a sentence that has one of its own. */
export const refusalReason = (context: DrawContext, note: RefusalNote): string =>
  refusalSentence(context, note).replace(/^\*[^*]+\*\s*/, "");

/** An answer to a command, a form or a click. */
export function drawRefusal(context: DrawContext, note: RefusalNote): Message {
  const sentence = refusalSentence(context, note);
  return compose(plainWords(sentence), sentence, actions(...refusalButtons(context, note)));
}

/** Offers what one can do about one's own request that exists already. */
function verbsForOther({ code, data }: RefusalNote): Verb[] {
  if (data.user) return [];
  if (code === "already-held") return ["more", "end"];
  if (code !== "already-open") return [];
  return data.remindable ? ["withdraw", "remind"] : ["withdraw"];
}

/** `line`: the command as it was typed or put right, for the form; `signed`: the same, to be sent by its button. */
export function refusalButtons(context: DrawContext, note: RefusalNote): Button[] {
  const { code, data } = note;
  const other = RequestId.safeParse(data.id).data;
  const about = other ? `${data.role}, ${other}` : String(data.line);
  const press = (verb: Verb, value: string, span = "") => verbButton(context, verb, { value, about, span });
  if (other) return verbsForOther(note).map((verb) => press(verb, other));
  if (typeof data.line !== "string") return [];
  if (code === "hub-away") return [{ ...press("ask-again", data.line), action_id: "edit" }];
  const edit = press("edit", data.line);
  if (typeof data.signed !== "string") return [edit];
  const shorter = code === "too-long" ? wordsFor(context.locale).messages.span(Number(data.max)) : "";
  return [{ ...press("send", data.signed, shorter), style: "primary" }, edit];
}
