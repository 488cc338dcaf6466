/**
 * Sends each entry of the trail to the URL of `audit.webhook`, by the Standard Webhooks specification, from one replica at
 * a time. In order and at least once: the cursor in Redis moves when the receiver answered 2xx, so an entry whose answer
 * was lost is sent again, with the same id. An entry that nobody took for a day is skipped.
 */
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { DAY, HOUR, SECOND } from "../../request/durations.ts";
import { orNull, readText, UNREADABLE } from "../../store/reading.ts";
import type { Store } from "../../store/store.ts";
import type { StoredEntry, TrailEntry } from "../../store/trail.ts";
import { tellOfWebhook } from "../sweep/admin-notices.ts";

const LOOK_EVERY = 5 * SECOND;
const ANSWERS_WITHIN_MS = 10_000;
const FIRST_PAUSE = 5 * SECOND;
const LONGEST_PAUSE = HOUR;
const TRIED_FOR = DAY;
/** One replica sends. It renews the lease with each entry; another takes over when the lease runs out. */
const LEASE = "webhook-sender";
const LEASE_MS = 30 * SECOND;

/** How far the delivery is, kept in Redis; all times in ms. Without it the trail is sent from its beginning. */
const Delivery = z.object({
  /** The last entry that was sent, or skipped. */
  cursor: z.string().nullable(),
  failing: z
    .object({ since: z.number(), triedAt: z.number(), tries: z.number(), why: z.string() })
    .nullable(),
  /** Entries that nobody took for a day. */
  skipped: z.number(),
});
type Delivery = z.infer<typeof Delivery>;
const KEPT_AS = "webhook";

/** Returns how far the delivery is, for this file, metrics and doctor. Throws StoreAway. */
export const readDelivery = async ({ kept }: Pick<Store, "kept">): Promise<Delivery> =>
  orNull(readText(Delivery, await kept(KEPT_AS))) ?? { cursor: null, failing: null, skipped: 0 };

const entriesAfter = ({ trail }: Store, { cursor }: Delivery) =>
  trail.read(cursor === null ? "-" : `(${cursor}`);

/** Delivers new entries every 5 s, until the replica stops. It throws nothing: what is away is logged. */
export async function keepDelivering(bot: Bot): Promise<void> {
  while (bot.config.audit.webhook && !bot.stopping.aborted) {
    await deliverTrail(bot).catch(bot.outages.note);
    await bot.clock.sleep(LOOK_EVERY, bot.stopping).catch(() => {});
  }
}

async function deliverTrail(bot: Bot): Promise<void> {
  const { store } = bot;
  if (!(await store.once(LEASE, LEASE_MS))) return;
  let delivery = await readDelivery(store);
  if (bot.clock.now() >= nextTry(delivery))
    for await (const stored of entriesAfter(store, delivery)) {
      delivery = await deliverEntry(bot, delivery, stored);
      await store.keep(KEPT_AS, JSON.stringify(delivery), 400 * DAY);
      await store.keep(LEASE, "1", LEASE_MS);
      if (delivery.cursor !== stored.id || bot.stopping.aborted) break;
    }
  await store.forget(LEASE);
}

const nextTry = ({ failing }: Delivery): number =>
  failing ? failing.triedAt + Math.min(FIRST_PAUSE * 2 ** (failing.tries - 1), LONGEST_PAUSE) : 0;

/** Sends one entry and returns how far the delivery is then. The admins hear once that it fails, and once that it works. */
async function deliverEntry(bot: Bot, before: Delivery, stored: StoredEntry): Promise<Delivery> {
  const entry = bot.store.trail.open(stored);
  // Somebody else wrote it: `audit verify` tells of it.
  if (entry === UNREADABLE) return { ...before, cursor: stored.id };
  const why = await send(bot, stored.id, entry);
  if (why === null) {
    if (before.failing) await tellOfWebhook(bot, null, before.skipped);
    return { ...before, cursor: stored.id, failing: null };
  }
  if (bot.stopping.aborted) return before;
  const now = bot.clock.now();
  const { since, tries } = before.failing ?? { since: now, tries: 0 };
  if (tries === 0) {
    bot.log.error({ why }, `the audit webhook fails: ${why}`);
    await tellOfWebhook(bot, why, before.skipped);
  }
  const after = { ...before, failing: { since, triedAt: now, tries: tries + 1, why } };
  const isGivenUp = now - Math.max(since, entry.at) >= TRIED_FOR;
  return isGivenUp ? { ...after, cursor: stored.id, skipped: before.skipped + 1 } : after;
}

/** Returns null when the receiver took the entry, else why not. */
async function send({ config, stopping }: Bot, id: string, entry: TrailEntry): Promise<string | null> {
  const { url = "", secretEnv = "" } = config.audit.webhook ?? {};
  const body = JSON.stringify({
    type: entry.event,
    timestamp: new Date(entry.at).toISOString(),
    data: entry,
  });
  try {
    const secret = config.secretNamed(secretEnv)?.reveal();
    if (!secret) return `${secretEnv} is not set`;
    // The receiver compares it with its own clock.
    const sentAt = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / SECOND)),
      "webhook-signature": new Webhook(secret).sign(id, sentAt, body),
    };
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWERS_WITHIN_MS)]);
    const answer = await fetch(url, { method: "POST", redirect: "manual", headers, body, signal });
    await answer.body?.cancel();
    return answer.ok ? null : `it answers ${answer.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}
