/** To the administrators: what they are told although no one asked; and that Redis is behind Karpor, with the button that says to go on all the same. */
import type { ActionsBlock } from "@slack/types";
import type { Alarm } from "../../domain/alarm.ts";
import { isTaken } from "../../domain/break-glass.ts";
import { leaksOf } from "../../domain/former.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { ACTIONS } from "../ids.ts";
import type { Formatter } from "../messages/formatter.ts";
import type { Words } from "../messages/index.ts";
import { shorten } from "../messages/text.ts";
import { actions } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";

export function alarmMessage(alarm: Alarm, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const buttons = alarm.kind === "redis-behind" ? goOnButton(p.words, alarm.epoch) : [];
  return told(p, (fmt) => said(p, alarm, fmt), buttons, "request" in alarm ? alarm.request.id : p.hub);
}

export function credentialMessage(left: number, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return told(p, (fmt) => p.words.alarms.credential(left, p.hub, fmt), [], p.hub);
}

/** What rings is the first sentence. */
function told(
  p: Renderer,
  words: (fmt: Formatter) => string,
  buttons: ActionsBlock[],
  about: string,
): Message {
  const [first = ""] = words(p.plain).split(/(?<=[.;] )|(?<=[。；])|\n/);
  const { blocks } = message(p, words, buttons, [about]);
  return { text: shorten(p.words.grammar.tidy(first).trim(), 150), blocks };
}

function said({ words: { alarms: w }, ctx, hub }: Renderer, alarm: Alarm, fmt: Formatter): string {
  switch (alarm.kind) {
    case "foreign":
      return w.foreign(alarm.objects, hub, fmt);
    case "groups":
      return w.groups(alarm.groups, fmt);
    case "adopted":
      return w.adopted(alarm.request, hub, fmt);
    case "returned":
      return w.returned(alarm.request, { hub, isEarlier: isEarlier(alarm.request) }, fmt);
    case "altered":
      return w.altered(alarm.request, hub, fmt);
    case "locked-out":
      return w.lockedOut(hub, fmt);
    case "let-in":
      return w.letIn(hub, fmt);
    case "hub-silent":
      return w.hubSilent(alarm.since, hub, fmt);
    case "unsealed":
      return w.unsealed(alarm.since, hub, fmt);
    case "reads-opened":
      return w.readsOpened(alarm, hub, fmt);
    case "reads-closed":
      return w.readsClosed(hub, fmt);
    case "redis-behind":
      return w.redisBehind(alarm.since || null, fmt);
    case "leak-unproven": {
      const leak = leaksOf(alarm.request).find((one) => one.generation === alarm.generation);
      return w.leakUnproven(alarm.request, leak?.grant.tokenExpiresAt ?? 0, hub, fmt);
    }
    case "card-refused": {
      const { request, code } = alarm;
      const unseen = isTaken(request) ? w.emergencyUnseen : w.cardRefused;
      return unseen(ctx.channel(request.role), code, request, fmt);
    }
  }
}

const isEarlier = ({ untold, generation }: AccessRequest): boolean =>
  (untold?.generation ?? generation) < generation;

function goOnButton(words: Words, epoch: number): ActionsBlock[] {
  const plain = (text: string) => ({ type: "plain_text" as const, text });
  const { title, text, yes, no } = words.confirm.goOn;
  return actions({
    type: "button",
    action_id: ACTIONS.goOn,
    value: String(epoch),
    text: plain(words.button.goOn),
    accessibility_label: words.button.goOn,
    style: "danger",
    confirm: { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no) },
  });
}

export function goneOnReply(who: string, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.goneOn(fmt), [], [p.words.confirmedBy(who)]);
}
