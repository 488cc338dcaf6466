/** People at work in the local Slack: they ask, approve, and see the token appear. */
import type { SlackMessage } from "../sandbox/slack/index.ts";
import { ADMIN, APPROVALS, GENERAL, PEOPLE, type World } from "./world.ts";

interface Sight {
  message: SlackMessage;
  /** The request's. */
  id: string;
  /** By performance.now(). */
  at: number;
}

export function openPeople({ slack }: Pick<World, "slack">) {
  const seen = watchSlack(slack);
  const newcomers = PEOPLE.values();
  const people = {
    seen,
    /** Somebody new asks; resolves to the request's id when the card is there. */
    async ask(): Promise<string> {
      const person = newcomers.next().value;
      if (!person) throw new Error("everybody has asked");
      return people.askFor(person);
    },
    /** Somebody asks who has no open request. */
    async askFor(person: string): Promise<string> {
      seen.forget(`card for ${person}`);
      await slack.command(person, GENERAL, "guest debugging the search page");
      const { id } = await seen(`card for ${person}`);
      await seen(`card ${id}`);
      return id;
    },
    /** Milliseconds from the click to the token in the requester's DM. */
    async approve(id: string, by = ADMIN): Promise<number> {
      const { message } = await seen(`card ${id}`);
      const began = performance.now();
      const click = slack.click(by, message, "approve");
      const { at } = await seen(`token ${id}`);
      await click;
      return at - began;
    },
    async askMany(count: number): Promise<string[]> {
      const ids: string[] = [];
      while (ids.length < count) ids.push(await people.ask());
      return ids;
    },
  };
  return people;
}

/** Remembers when each thing was seen first, so that waiting for it costs no search. */
function watchSlack(slack: World["slack"]) {
  const sights = new Map<string, PromiseWithResolvers<Sight>>();
  const sightOf = (what: string) => {
    const sight = sights.get(what) ?? Promise.withResolvers<Sight>();
    sights.set(what, sight);
    return sight;
  };
  slack.onEvent((change) => {
    if (change.kind !== "message" && change.kind !== "message_edited") return;
    const { message } = change;
    const id = idIn(message);
    for (const what of whatIsSeen(message, id)) sightOf(what).resolve({ message, id, at: performance.now() });
  });
  const seen = (what: string, withinMs = 60_000) => inTime(sightOf(what).promise, what, withinMs);
  return Object.assign(seen, { forget: (what: string) => void sights.delete(what) });
}

function whatIsSeen(message: SlackMessage, id: string): string[] {
  const text = JSON.stringify(message.blocks);
  if (message.channel !== APPROVALS) {
    return /eyJ[\w-]{20}/.test(text) ? [`token ${id}`] : [];
  }
  const person = /U0P\d{4}/.exec(text)?.[0];
  if (text.includes('"action_id":"approve"')) return [`card ${id}`, `card for ${person}`];
  return text.includes('"action_id":"revoke"') ? [`active ${id}`] : [`over ${id}`];
}

/** The last one: it is in the footer, and a token may happen to hold what looks like an id. */
const idIn = ({ blocks }: SlackMessage): string =>
  JSON.stringify(blocks)
    .match(/R-[0-9A-Z]{10}/g)
    ?.at(-1) ?? "";

async function inTime<T>(promise: Promise<T>, what: string, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not seen within ${ms} ms: ${what}`)), ms);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
