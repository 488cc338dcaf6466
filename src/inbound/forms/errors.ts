/** A refusal as an error at the input that it concerns: plain text, where Slack shows no mentions. */
import type { Bot } from "../../bot.ts";
import { HOUR } from "../../request/durations.ts";
import { UserId } from "../../request/ids.ts";
import { REFUSALS, type Refusal, type RefusalCode, type RefusalNote } from "../../request/refused.ts";
import type { DrawContext } from "../../slack/messages/facts.ts";
import { refusalSentence } from "../../slack/messages/refusal.ts";
import { plainWords } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { InputName, Inputs } from "./form.ts";

/** If a field has more than one input, the error is at the one that was filled in. */
const INPUTS: Record<NonNullable<Refusal["field"]>, readonly InputName[]> = {
  role: ["role"],
  time: ["other", "time"],
  start: ["start", "other", "time"],
  reason: ["reason"],
  who: ["who"],
};

/** The first input if the refusal concerns none of them; undefined for a form without inputs. */
export function inputFor(code: RefusalCode, names: readonly string[], inputs: Inputs): string | undefined {
  const { field } = REFUSALS[code];
  const concerned = field ? INPUTS[field].filter((name) => names.includes(name)) : [];
  return concerned.find((name) => inputs[name] !== undefined) ?? concerned[0] ?? names[0];
}

export async function errorText(bot: Bot, context: DrawContext, note: RefusalNote): Promise<string> {
  const sentence = plainWords(refusalSentence(context, note));
  const ids = [...sentence.matchAll(/<@([^>]+)>/g)].flatMap(([, id]) => UserId.safeParse(id).data ?? []);
  const people = await Promise.all(ids.map((id) => bot.slack.person(id, HOUR)));
  const named = people.reduce((text, { id, name }) => text.replaceAll(`<@${id}>`, `@${name}`), sentence);
  return named.replace(/<!subteam\^[^>]*>/g, wordsFor(context.locale).forms.group);
}
