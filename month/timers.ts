/** What the bot does by timers of its own, of which no job tells: its look whether a token is refused, and the canary. */
import type { Logged } from "../sandbox/hub/journal.ts";
import { seenWithin } from "../sandbox/wait.ts";
import { HOUR, MINUTE, SECOND } from "../src/domain/duration.ts";
import { VERIFY_AFTER_MS } from "../src/domain/lifecycle.ts";
import type { Agenda } from "./agenda.ts";
import type { MonthWorld } from "./world.ts";

/** How often the canary runs within the month. */
export const CANARY_EVERY = "6h";
const CANARY_EVERY_MS = 6 * HOUR;
/** The bot counts from the end of a flight. */
const LATER_MS = MINUTE;
/** The bot counts from when it knows that the account is gone; a second later a job would look in its place. */
const LOOK_AFTER_MS = VERIFY_AFTER_MS + SECOND;
/** Of real time; what does not come meanwhile, the month does not wait for. */
const SEEN_WITHIN_MS = 3_000;

const ACCOUNT = /\/serviceaccounts\/([^/?]+)$/;

/** Resolves when the canary of the bot's start is under way. */
export async function keepTimers({ hub, time, clock, log }: MonthWorld, agenda: Agenda): Promise<void> {
  let flown = 0;
  const hear = ({ method, path, status, at }: Logged) => {
    const [, account] = (method === "DELETE" && status === 200 && ACCOUNT.exec(path)) || [];
    if (account === undefined) return;
    log.gone(account);
    // Of a request that nobody made.
    const isCanary = log.requestOf(account) === undefined;
    if (isCanary) flown = at;
    const { canaries } = log.counts;
    // Time stands until it has looked: what it writes down is not made late by us.
    agenda.put(at + LOOK_AFTER_MS, async () => {
      log.looked(account);
      await time.wake(clock.now());
      if (isCanary) await seen(() => log.counts.canaries > canaries);
    });
  };
  const fly = async () => {
    const last = flown;
    // Whatever else woke the bot may have had it fly already.
    if (clock.now() < last + CANARY_EVERY_MS) return agenda.put(last + CANARY_EVERY_MS + LATER_MS, fly);
    await time.wake(clock.now());
    const isUp = await seen(() => flown > last);
    // While the hub is away, or all is locked down, none flies.
    agenda.put(isUp ? flown + CANARY_EVERY_MS + LATER_MS : clock.now() + HOUR, fly);
  };
  for (const one of hub.requests) hear(one);
  hub.onRequest(hear);
  await seen(() => flown > 0);
  agenda.put(clock.now() + CANARY_EVERY_MS + LATER_MS, fly);
}

const seen = (look: () => boolean) => seenWithin(SEEN_WITHIN_MS, look, 2);
