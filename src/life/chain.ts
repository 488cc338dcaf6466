/**
 * More time is a request of its own, which follows R-1, the first request of its chain. Who ends one request
 * of a chain ends them all: R-1's record gets a note first, then each request ends; after a crash the sweep
 * completes it.
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

export interface EndNote {
  cause: EndCause;
  by: Actor | null;
  words: string;
  at: number;
  refusal?: RefusalNote;
}

const firstInChain = ({ id, follows }: Request): RequestId => follows ?? id;

export const readChain = (bot: Bot, request: Request): Promise<ReadRequest[]> =>
  bot.store.page(chainIndex(firstInChain(request)), { count: MOST_OF_A_CHAIN });

/**
 * Notes `request` in the record that it prolongs: that one keeps its token until its own end, then ends
 * silently.
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
 * A person ends the chain: its first request ends with the note that all of it does, then each other one. Throws Refused,
 * StoreAway.
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

/** Ends one request of a chain, or any other: it goes to ending, or closes where it is not granted. */
export async function endOne(bot: Bot, request: ReadRequest, end: EndNote): Promise<void> {
  if (request.state === "closed" || request.state === "ending") return;
  await commit(bot, request, {
    event: "request.ended",
    by: end.by,
    change: (newest) => endOrClose(newest, end, end.at),
  });
}
