/** To the administrators: Redis is behind the hub. With the button that says to go on all the same. */
import type { Alarm } from "../../domain/alarm.ts";
import { ACTIONS } from "../ids.ts";
import type { Words } from "../messages/index.ts";
import { actions, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, rendererOf } from "./renderer.ts";

export function behindMessage(
  words: Words,
  { epoch, since }: Extract<Alarm, { kind: "redis-behind" }>,
): Message {
  const until = since === 0 ? null : `${new Date(since).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const said = words.redisBehind(until);
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
  return {
    text: said.replaceAll("*", "").slice(0, 150),
    blocks: [section(said), ...actions(button)],
  };
}

export function goneOnReply(who: string, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.goneOn(fmt), [], [p.words.confirmedBy(who)]);
}
