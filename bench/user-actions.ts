/** People at work in the local Slack: they ask, wait for the card, approve, and see the token appear. */
import type { SlackMessage } from "../sandbox/slack/index.ts";
import { APPROVALS_CHANNEL, APPROVER, type BenchContext, GENERAL_CHANNEL, PEOPLE } from "./context.ts";

type Sight = "card" | "waiting" | "token" | "active";

const WITHIN = 30_000;

export type UserActions = ReturnType<typeof openUserActions>;

export function openUserActions({ slack }: Pick<BenchContext, "slack">) {
  const seen = watch(slack);
  const nobodyYet = PEOPLE.values();
  return {
    /** So many pending requests of new people, each with its card and its message to the requester; their ids. */
    async pending(count: number): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) ids.push(await ask());
      return ids;
    },
    /** Milliseconds from the click being sent to the token standing in the requester's DM. */
    async approve(id: string, by = APPROVER): Promise<number> {
      const card = await seen.one(id, "card");
      const clicked = performance.now();
      const click = slack.click(by, card.message, "approve");
      const shown = await seen.one(id, "token");
      await click;
      return shown.at - clicked;
    },
    /** Nothing of this approval is under way any more. */
    settled: (id: string) => Promise.all([seen.one(id, "active"), seen.one(id, "waiting")]),
  };

  async function ask(): Promise<string> {
    const person = nobodyYet.next().value;
    if (!person) throw new Error("Everybody has asked.");
    const next = seen.nextCard();
    await slack.command(person, GENERAL_CHANNEL, "guest debugging the search page");
    const id = await next;
    await seen.one(id, "waiting");
    return id;
  }
}

interface Seen {
  message: SlackMessage;
  at: number;
}

/** Remembers the first sight of each thing, so that waiting costs no search. */
function watch(slack: BenchContext["slack"]) {
  const sights = new Map<string, PromiseWithResolvers<Seen>>();
  const sight = (id: string, what: Sight) => {
    const key = `${id} ${what}`;
    const known = sights.get(key) ?? Promise.withResolvers<Seen>();
    sights.set(key, known);
    return known;
  };
  let card = Promise.withResolvers<string>();
  slack.onEvent((change) => {
    if (change.kind !== "message" && change.kind !== "message_edited") return;
    const at = performance.now();
    const { message } = change;
    const text = JSON.stringify(message.blocks);
    // The last one stands in the footer: a token may happen to contain what looks like an id.
    const id = text.match(/R-[0-9A-Z]{8}/g)?.at(-1) ?? "";
    const what = whatIs(message, text);
    if (what) sight(id, what).resolve({ message, at });
    if (what === "card") card.resolve(id);
  });
  return {
    one: (id: string, what: Sight) => soon(sight(id, what).promise, `${what} of ${id}`),
    nextCard: () => {
      card = Promise.withResolvers();
      return soon(card.promise, "a card");
    },
  };
}

function whatIs({ channel }: SlackMessage, text: string): Sight | undefined {
  if (channel !== APPROVALS_CHANNEL)
    return /eyJ[\w-]{20}/.test(text) ? "token" : text.includes("Withdraw") ? "waiting" : undefined;
  if (text.includes("Active until")) return "active";
  return text.includes('"action_id":"approve"') ? "card" : undefined;
}

async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Not seen within 30 s: ${what}`)), WITHIN);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
