/** One person's Slack: the channels they are in, the app's messages, their modal, their phone. */
import type {
  Ephemeral,
  LocalSlack,
  ShownError,
  SlackMessage,
  SlackPerson,
} from "../../../sandbox/slack/index.ts";
import { mentionsIn } from "../../../sandbox/slack/read.ts";
import type { Item, Modal, PlaceView, Side } from "../types.ts";
import { drawBlocks, drawContent } from "./blocks.ts";
import { chromeFor } from "./chrome.ts";
import { dayLine, timeOf } from "./dates.ts";
import { esc } from "./escape.ts";
import { initialsOf, type Reader, readerOf, realName, tintOf, whoOf } from "./reader.ts";

const RINGS = 2;

type Said = SlackMessage | Ephemeral;

export function sideOf(slack: LocalSlack, person: SlackPerson, now: number): Side {
  const reader = readerOf(slack, person, now);
  const rings = slack.notifications(person.id).slice(-RINGS).reverse();
  return {
    who: whoOf(person),
    places: placesOf(slack, reader),
    modal: modalOf(slack, reader),
    home: homeOf(slack, reader),
    rings: rings.map(({ ts, channel, text, at }) => ({ ts, channel, text, time: timeOf(reader, at) })),
    time: timeOf(reader, now),
    words: chromeFor(reader),
  };
}

function placesOf(slack: LocalSlack, reader: Reader): PlaceView[] {
  const me = reader.person.id;
  const mine = [...slack.directory.channels.values()].filter(({ members }) => members.includes(me));
  const dm: PlaceView = {
    id: `D${me.slice(1)}`,
    kind: "dm",
    name: slack.bot.name,
    items: itemsOf(slack, reader, `D${me.slice(1)}`),
  };
  const channels = mine.map(
    ({ id, name }): PlaceView => ({ id, kind: "channel", name, items: itemsOf(slack, reader, id) }),
  );
  return [dm, ...channels];
}

function itemsOf(slack: LocalSlack, reader: Reader, channel: string): Item[] {
  const me = reader.person.id;
  const whispers = slack.ephemerals(me).filter((one) => one.channel === channel);
  const said = [...slack.messages(channel), ...whispers];
  const posts = new Set(said.filter(({ thread_ts }) => !thread_ts).map(({ ts }) => ts));
  // Of a message that is gone the replies stand by themselves.
  const threadOf = ({ thread_ts }: Said) => (thread_ts && posts.has(thread_ts) ? thread_ts : undefined);
  const threads = Map.groupBy(said, threadOf);
  const items = said.flatMap((one) => {
    const item = itemOf(slack, reader, one);
    if (threadOf(one)) return [];
    const replies = threads.get(one.ts)?.map((reply) => itemOf(slack, reader, reply));
    return replies ? withThread(reader, item, replies) : item;
  });
  const troubles = channel.startsWith("D") ? slack.troubles(me) : [];
  return [...items, ...troubles.map((one, n) => troubleItem(reader, one, n))].sort((a, b) => a.at - b.at);
}

/** The replies below what they answer. */
function withThread(reader: Reader, item: Item, replies: Item[]): Item {
  const items = replies.sort((a, b) => a.at - b.at);
  const rev = [item.rev, ...items.map((reply) => reply.rev)].join();
  return { ...item, rev, thread: { says: chromeFor(reader).replies(items.length), items } };
}

function itemOf(slack: LocalSlack, reader: Reader, said: Said): Item {
  const whisper = "ephemeral" in said;
  const author = whisper ? slack.bot.userId : said.user;
  const at = Number(said.ts) * 1000;
  const { users, groups, everyone } = mentionsIn(said);
  const me = reader.person.id;
  const mine = [...groups].some((id) => reader.directory.groups.get(id)?.members.includes(me));
  const html = drawn(said, reader);
  return {
    key: `${said.channel}-${said.ts}`,
    rev: `${said.history.length}-${hash(html)}-${reader.zh}`,
    ...{ channel: said.channel, ts: said.ts, at, html },
    ...{ time: timeOf(reader, at), day: dayLine(reader, at) },
    author: authorOf(slack, author),
    whisper: whisper ? chromeFor(reader).onlyYou : undefined,
    mentions: everyone || mine || users.has(me),
    own: author === me,
  };
}

const cache = new Map<string, string>();
const CACHED = 4_000;

/** Every look at a pane would draw all of it again; "today" and "5 minutes ago" are why the minute counts. */
function drawn(said: Said, reader: Reader): string {
  const { person, zh, now } = reader;
  const key = [person.id, zh, said.channel, said.ts, said.history.length, Math.floor(now / 60_000)].join();
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size > CACHED) cache.clear();
  const html = drawContent(said, reader);
  cache.set(key, html);
  return html;
}

function authorOf(slack: LocalSlack, id: string): Item["author"] {
  const person = slack.directory.people.get(id);
  const name = person ? realName(person) : slack.bot.name;
  return { name, initials: initialsOf(name), tint: tintOf(id), app: id === slack.bot.userId };
}

/** Slack's own error, in its own words. */
function troubleItem(reader: Reader, { doing, error, at }: ShownError, n: number): Item {
  return {
    ...{ key: `trouble-${n}`, rev: "1", channel: "", ts: "", at, own: false, mentions: false },
    ...{ time: timeOf(reader, at), day: dayLine(reader, at) },
    author: { name: "Slackbot", initials: "S", tint: 4, app: true },
    whisper: chromeFor(reader).onlyYou,
    html: `<p><code>${esc(doing)}</code> ${chromeFor(reader).failed} “${esc(error)}”</p>`,
  };
}

function modalOf(slack: LocalSlack, reader: Reader): Modal | undefined {
  const view = slack.views(reader.person.id).at(-1);
  if (!view) return undefined;
  const form = { values: view.state.values, ...(view.errors ? { errors: view.errors } : {}) };
  const words = (text: unknown) => (text as { text?: string } | undefined)?.text;
  const html = drawBlocks(view.blocks, reader, form);
  return {
    id: view.id,
    rev: `${view.hash}-${hash(JSON.stringify(view.errors ?? {}))}`,
    title: words(view.title) ?? "",
    submit: words(view.submit),
    close: words(view.close) ?? chromeFor(reader).close,
    html,
  };
}

function homeOf(slack: LocalSlack, reader: Reader): Side["home"] {
  const home = slack.home(reader.person.id);
  if (!home) return undefined;
  const html = drawBlocks(home.blocks, reader, { values: home.state.values });
  return { rev: `${home.hash}-${hash(html)}`, html };
}

const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
