/** To the administrators: what they are told although no one asked; and that Redis is behind the hub, with the button that says to go on all the same. */
import type { Alarm } from "../../domain/alarm.ts";
import { ACTIONS } from "../ids.ts";
import { date } from "../messages/formatter.ts";
import type { Words } from "../messages/index.ts";
import { shorten } from "../messages/text.ts";
import { actions, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, rendererOf } from "./renderer.ts";

export function behindMessage(
  words: Words,
  { epoch, since }: Extract<Alarm, { kind: "redis-behind" }>,
): Message {
  const until = since === 0 ? null : date(since, "{date_short_pretty} {time}");
  const { text: rings, blocks } = alarmMessage(words.redisBehind(until));
  const plain = (text: string) => ({ type: "plain_text" as const, text });
  const { title, text, yes, no } = words.confirm.goOn;
  const button = {
    type: "button" as const,
    action_id: ACTIONS.goOn,
    value: String(epoch),
    text: plain(words.button.goOn),
    accessibility_label: words.button.goOn,
    style: "danger" as const,
    confirm: { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no) },
  };
  return { text: rings, blocks: [...blocks, ...actions(button)] };
}

/** `*` marks bold. What rings is the first sentence, in plain words. */
export function alarmMessage(said: string): Message {
  const [sentence = said] = said.split(/(?<=[.;] )|(?<=[。；])|\n/);
  const plain = sentence.replace(/[*`]/g, "").replace(/<!date[^|]*\|([^>]*)>/g, "$1");
  return { text: shorten(plain.trim(), 150), blocks: [section(said)] };
}

export function goneOnReply(who: string, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.goneOn(fmt), [], [p.words.confirmedBy(who)]);
}
