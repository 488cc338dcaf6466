/**
 * A chain is one request and the requests for more time that followed it; this file reads a chain and ends it.
 * A person who ends one request ends the whole chain: the record of its first request gets a note, then each request
 * ends. After a crash the sweep completes it.
 */
import type { Bot } from "../bot.ts";
import type { Actor, RequestId } from "../request/ids.ts";
import type { EndCause, Request } from "../request/record.ts";
import type { RefusalNote } from "../request/refused.ts";
import { endOrClose } from "../request/transitions.ts";
import { chainIndex, MOST_OF_A_CHAIN } from "../store/indexes.ts";
import { orNull } from "../store/reading.ts";
import type { ReadRequest } from "../store/store.ts";
import { commit } from "./commit.ts";

/** Why a request ends, as the record keeps it; `at` is ms since the epoch. */
export interface EndNote {
  cause: EndCause;
  by: Actor | null;
  words: string;
  at: number;
  refusal?: RefusalNote;
}

const firstInChain = ({ id, follows }: Request): RequestId => follows ?? id;

/** Returns all requests of the chain of `request`, itself among them. Throws StoreAway. */
export const readChain = (bot: Bot, request: Request): Promise<ReadRequest[]> =>
  bot.store.page(chainIndex(firstInChain(request)), { count: MOST_OF_A_CHAIN });

/**
 * Notes `request` in the record that it prolongs, once `request` is active. The prolonged one keeps its token until its
 * own end, and then ends without a message. Throws Refused, StoreAway.
 */
export async function noteProlonged(bot: Bot, request: Request): Promise<void> {
  if (request.follows === null) return;
  for (const other of await readChain(bot, request)) {
    if (
      other.id === request.id ||
      other.state !== "active" ||
      (other.endsAt ?? 0) > (request.prolongsFrom ?? 0)
    )
      continue;
    await commit(bot, other, {
      event: "access.prolonged",
      by: null,
      change: (newest) => (newest.prolongedBy === null ? { ...newest, prolongedBy: request.id } : null),
    });
  }
}

/**
 * Ends the whole chain for a person: the first request with a note that says so, then each other request. Throws Refused
 * when a record cannot be changed, StoreAway.
 */
export async function endChain(bot: Bot, request: ReadRequest, end: EndNote): Promise<void> {
  const first = request.follows === null ? request : orNull(await bot.store.read(request.follows));
  if (first !== null) {
    await commit(bot, first, {
      event: "request.ended",
      by: end.by,
      change: (newest) => {
        const noted = { ...newest, chainEnd: newest.chainEnd ?? end };
        return endOrClose(noted, end, end.at) ?? (newest.chainEnd === null ? noted : null);
      },
    });
  }
  for (const one of await readChain(bot, request)) await endOne(bot, one, end);
}

/**
 * Ends one request: granted access goes to ending, an open request without access closes; one that ended already stays
 * as it is. Throws Refused, StoreAway.
 */
export async function endOne(bot: Bot, request: ReadRequest, end: EndNote): Promise<void> {
  if (request.state === "closed" || request.state === "ending") return;
  await commit(bot, request, {
    event: "request.ended",
    by: end.by,
    change: (newest) => endOrClose(newest, end, end.at),
  });
}

/** How many requests end at the same time: each waits for the hub. */
const AT_ONCE = 100;

/** Ends each of these; one that fails does not stop the others. Throws the first failure, and the caller tries again. */
export async function endEach<One>(all: readonly One[], end: (one: One) => Promise<void>): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE)
    results.push(...(await Promise.allSettled(all.slice(from, from + AT_ONCE).map(end))));
  const failed = results.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
