/** What people see: where each request's buttons stand just now, and the token that its holder was shown last. */

import type { LocalSlack, SlackMessage } from "../sandbox/slack/index.ts";
import { actionables } from "../sandbox/slack/read.ts";
import { MENU } from "../src/slack/ids.ts";

const ID = /R-[0-9A-Z]{8}/;
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

export type Sights = ReturnType<typeof watchSights>;

export function watchSights(slack: LocalSlack) {
  /** By action and request. */
  const places = new Map<string, SlackMessage>();
  const offered = new Map<string, string[]>();
  const tokens = new Map<string, string>();
  const keep = (id: string, text: string) => {
    const token = TOKEN.exec(text)?.[0];
    if (token) tokens.set(id, token);
  };
  const forget = ({ channel, ts }: SlackMessage) => {
    for (const key of offered.get(`${channel} ${ts}`) ?? [])
      if (places.get(key)?.ts === ts) places.delete(key);
  };
  slack.onEvent((change) => {
    if (change.kind === "view_updated") {
      const text = JSON.stringify(change.view.blocks);
      const id = text.replace(TOKEN, "").match(ID)?.[0];
      if (id) keep(id, text);
    }
    if (change.kind !== "message" && change.kind !== "message_edited" && change.kind !== "message_deleted")
      return;
    const { message } = change;
    forget(message);
    if (change.kind === "message_deleted" || !message.blocks) return;
    const keys = message.blocks
      .flatMap((block) => actionables([block]))
      .flatMap(({ element }) => keysOf(element));
    for (const key of keys) places.set(key, message);
    offered.set(`${message.channel} ${message.ts}`, keys);
    const text = JSON.stringify(message.blocks);
    const id = text.replace(TOKEN, "").match(new RegExp(ID, "g"))?.at(-1);
    if (id) keep(id, text);
  });
  return {
    /** Undefined: nobody is offered it now. */
    offers: (action: string, id: string): SlackMessage | undefined => places.get(`${action} ${id}`),
    token: (id: string): string | undefined => tokens.get(id),
  };
}

function keysOf(element: Record<string, unknown>): string[] {
  const { action_id: action, value, options } = element;
  if (action === MENU)
    return ((options ?? []) as { value: string }[]).flatMap((one) => {
      const [of, what = ""] = one.value.split(" ");
      return [`${of} ${ID.exec(what)?.[0]}`];
    });
  const id = typeof value === "string" ? ID.exec(value)?.[0] : undefined;
  return id ? [`${action} ${id}`] : [];
}
