/** A refusal as an error at the input that it concerns: plain text, where Slack shows no mentions. */
import type { Bot } from "../../bot.ts";
import { HOUR } from "../../request/durations.ts";
import { UserId } from "../../request/ids.ts";
import type { RefusalCode, RefusalNote } from "../../request/refused.ts";
import type { DrawContext } from "../../slack/messages/facts.ts";
import { refusalSentence } from "../../slack/messages/refusal.ts";
import { plainWords } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { InputName, Inputs } from "./form.ts";

const TIME: InputName[] = ["other", "time"];
/** If more than one input could be meant, it is the one that was filled in. */
const CONCERNS: Partial<Record<RefusalCode, InputName[]>> = {
  "unknown-role": ["role"],
  "no-emergency": ["role"],
  "may-not-ask": ["role"],
  "bad-time": TIME,
  "too-short": TIME,
  "too-long": TIME,
  "total-too-long": TIME,
  "bad-start": ["start", ...TIME],
  "start-too-far": ["start"],
  "must-start-now": ["start"],
  "reason-missing": ["reason"],
  "reason-pattern": ["reason"],
  "reason-too-long": ["reason"],
  "not-a-person": ["who"],
  "not-a-member": ["who"],
  "not-for-others": ["who"],
};

/** The first input where the refusal concerns none; undefined where the form has none. */
export function inputFor(code: RefusalCode, names: readonly string[], inputs: Inputs): string | undefined {
  const concerned = (CONCERNS[code] ?? []).filter((name) => names.includes(name));
  return concerned.find((name) => inputs[name] !== undefined) ?? concerned[0] ?? names[0];
}

export async function errorText(bot: Bot, context: DrawContext, note: RefusalNote): Promise<string> {
  const sentence = plainWords(refusalSentence(context, note));
  const ids = [...sentence.matchAll(/<@([^>]+)>/g)].flatMap(([, id]) => UserId.safeParse(id).data ?? []);
  const people = await Promise.all(ids.map((id) => bot.slack.person(id, HOUR)));
  const named = people.reduce((text, { id, name }) => text.replaceAll(`<@${id}>`, `@${name}`), sentence);
  return named.replace(/<!subteam\^[^>]*>/g, wordsFor(context.locale).forms.group);
}
