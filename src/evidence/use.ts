/** What the hub told of the use of an access: kept when a batch comes, and read where it is shown. */
import { createHash } from "node:crypto";
import type { Bot } from "../bot.ts";
import type { RequestId } from "../request/ids.ts";
import type { Use } from "../request/use.ts";
import { EventList, usesIn } from "./events.ts";

/** Null: this hub is not asked to tell. */
export const readUse = async (bot: Bot, id: RequestId): Promise<Use | null> =>
  bot.config.audit.hub ? bot.store.uses.read(id) : null;

/** Keeps what a batch tells, then rings for what shows it, or waits for it. False: it is no batch. Throws StoreAway. */
export async function takeBatch(bot: Bot, body: string): Promise<boolean> {
  const list = parseBatch(body);
  if (list === null) return false;
  const { instance, hub } = bot.config;
  const told = usesIn(list, { instance, namespace: hub.namespace });
  const requests = await bot.store.readAll([...told.keys()]);
  const ids = new Set(requests.map(({ id }) => id));
  const ours = new Map([...told].filter(([id]) => ids.has(id)));
  await bot.store.uses.add(createHash("sha256").update(body).digest("base64url"), ours);
  for (const { id, ending, idle } of requests) {
    // Counts are shown once it is over; use answers the question whether it is still needed.
    if (ending) await bot.queue.ring("messages", id);
    else if (idle.askedAt !== null) await bot.queue.ring("access", id);
  }
  return true;
}

function parseBatch(body: string): EventList | null {
  try {
    return EventList.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
