/** One person's Slack: whose it is, the place that is open, its messages, the message box and the modal. */
import type { Ephemeral, LocalSlack, SlackMessage, View } from "../../../sandbox/slack/index.ts";
import type { PlaygroundContext } from "../../context.ts";
import { ABOUT } from "../../fixtures/people.ts";
import { drawBlocks, drawContent } from "./blocks.ts";
import { timeOf } from "./dates.ts";
import { words } from "./elements.ts";
import { attributes, type Html, html } from "./html.ts";
import { nameOf, type Reader, readerOf } from "./reader.ts";
import { DM, type SideName, type Visit } from "./visit.ts";

interface Place {
  /** What the page's address says. */
  key: string;
  channel: string;
  name: string;
}

type Said = SlackMessage | Ephemeral;

export function drawPane(context: PlaygroundContext, visit: Visit, side: SideName): Html {
  const { slack, clock, read } = context;
  const { person, place } = visit.sides[side];
  const reader = readerOf(slack, person, visit.zone, clock.now());
  const places = placesOf(slack, reader);
  const open = places.find(({ key }) => key === place) ?? places[0];
  if (!open) throw new Error("The bot has no direct messages.");
  const { locale, t } = reader;
  const messages = messagesIn(slack, reader, open.channel);
  read.set(person + open.channel, messages.length);
  return html`<div class="slack" lang="${locale}">
    ${drawChooser(slack, visit, side)}
    <nav class="places" aria-label="${t("Channels and apps", "频道和应用")} · ${nameOf(reader.person)}">
      ${places.map((one) => {
        const isUnread =
          messagesIn(slack, reader, one.channel).length > (read.get(person + one.channel) ?? 0);
        return drawPlace(one, side, { current: one === open, unread: isUnread });
      })}
    </nav>
    <div class="items" id="${side}-${person}-${open.key}" role="log" tabindex="0" aria-label="${t("Messages", "消息")} · ${nameOf(reader.person)}">
      ${messages.length === 0 && html`<p class="intro">${t("No messages yet.", "还没有消息。")}</p>`}
      ${messages.map((said) => drawMessage(slack, reader, said, side))}
      ${open.key === DM && drawTroubles(slack, reader)}
    </div>
    ${drawComposer(reader, open, side)}
    ${slack.views(person).map((view) => drawModal(view, reader))}
  </div>`;
}

function drawChooser({ directory }: LocalSlack, visit: Visit, side: SideName): Html {
  const { language, t, sides } = visit;
  const options = [...directory.people.values()].map((person) => {
    const selected = person.id === sides[side].person;
    const about = ABOUT[person.id]?.[language];
    return html`<option${attributes({ value: person.id, selected })}>${nameOf(person)} · ${about}</option>`;
  });
  const label =
    side === "left" ? t("Slack on the left", "左侧的 Slack") : t("Slack on the right", "右侧的 Slack");
  return html`<select class="chooser" name="${side}" data-watch aria-label="${label}">${options}</select>`;
}

function placesOf(slack: LocalSlack, { person }: Reader): Place[] {
  const channels = [...slack.directory.channels.values()].filter(({ members }) =>
    members.includes(person.id),
  );
  return [
    { key: DM, channel: `D${person.id.slice(1)}`, name: slack.bot.name },
    ...channels.map(({ id, name }) => ({ key: id, channel: id, name: `#${name}` })),
  ];
}

function drawPlace({ key, name }: Place, side: SideName, is: { current: boolean; unread: boolean }): Html {
  const current = attributes({ "aria-current": is.current && "page" });
  return html`<button type="button" name="${side}Place" value="${key}" data-watch${current}>${name} ${is.unread && html`<b>●</b>`}</button>`;
}

/** In order, with the replies below what they answer. */
function messagesIn(slack: LocalSlack, { person }: Reader, channel: string): Said[] {
  const own = slack.ephemerals(person.id).filter((one) => one.channel === channel);
  const rootOf = ({ thread_ts, ts }: Said) => Number(thread_ts ?? ts);
  return [...slack.messages(channel), ...own].sort(
    (a, b) => rootOf(a) - rootOf(b) || Number(a.ts) - Number(b.ts),
  );
}

function drawMessage(slack: LocalSlack, reader: Reader, said: Said, side: SideName): Html {
  const { channel, ts } = said;
  const isOnlyForReader = "ephemeral" in said;
  const author = isOnlyForReader ? undefined : slack.directory.people.get(said.user);
  const at = Number(ts) * 1000;
  const content = drawContent(said, { reader, where: { channel, ts } });
  const look = [isOnlyForReader && "only", said.thread_ts && "reply", !author && "app"].filter(Boolean);
  return html`<article id="${side}-${channel}-${ts}" class="item ${look.join(" ")}">
    <p class="head">
      <strong>${author ? nameOf(author) : slack.bot.name}</strong>
      <time>${timeOf(reader, at)}</time>
      ${isOnlyForReader && html`<small>${reader.t("Only visible to you", "仅对你可见")}</small>`}
    </p>
    <div class="bk">${content}</div>
  </article>`;
}

/** Slack's own errors. */
function drawTroubles(slack: LocalSlack, { person, t }: Reader): Html[] {
  return slack
    .troubles(person.id)
    .map(
      ({ doing, error }) =>
        html`<p class="item"><code>${doing}</code> ${t("failed with the error", "失败，出现错误")} “${error}”</p>`,
    );
}

function drawComposer({ person, t }: Reader, { key, channel, name }: Place, side: SideName): Html {
  const label = `${t("Message", "发消息给")} ${name}`;
  const body = { user: person.id, channel: key === DM ? DM : channel };
  return html`<form class="composer" data-do="write"${attributes({ "data-body": body })}>
    <input name="text" id="${side}-${person.id}-${key}-text" required autocomplete="off" placeholder="${label}" aria-label="${label}">
    <button class="send" aria-label="${t("Send", "发送")}">➤</button>
  </form>`;
}

function drawModal(view: View, reader: Reader): Html {
  const { id, title, submit, close, blocks } = view;
  const body = attributes({ "data-body": { user: reader.person.id, view: id } });
  return html`<dialog id="${id}" class="modal" aria-label="${words(title)}">
    <form data-do="submit" novalidate${body}>
      <h2>${words(title)}</h2>
      <div class="bk fields">${drawBlocks(blocks, { reader, where: { view: id }, form: view })}</div>
      <footer>
        <button type="button" class="bk-button" data-do="close"${body}>${words(close) || reader.t("Close", "关闭")}</button>
        ${submit !== undefined && html`<button class="bk-button primary">${words(submit)}</button>`}
      </footer>
    </form>
  </dialog>`;
}
