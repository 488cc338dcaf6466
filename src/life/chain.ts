/**
 * More time is a request of its own, which follows R-1, the first request of its chain. Who ends one request
 * of a chain ends them all: R-1's record gets a note first, then each request ends; after a crash the sweep
 * completes it.
 */
import type { Bot } from "../bot.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import type { EndCause, Request } from "../request/record.ts";
import type { RefusalNote } from "../request/refused.ts";
import { endOrClose } from "../request/transitions.ts";
import { chainOf, MOST_OF_A_CHAIN } from "../store/indexes.ts";
import type { ReadRequest } from "../store/store.ts";
import { commit } from "./commit.ts";

export interface EndNote {
  cause: EndCause;
  by: UserId | null;
  words: string;
  at: number;
  refusal?: RefusalNote;
}

const firstOf = ({ id, follows }: Request): RequestId => follows ?? id;

export const readChain = (bot: Bot, request: Request): Promise<ReadRequest[]> =>
  bot.store.page(chainOf(firstOf(request)), { count: MOST_OF_A_CHAIN });

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
      ...{ what: "prolonged", by: null },
      change: (newest) => (newest.prolongedBy === null ? { ...newest, prolongedBy: request.id } : null),
    });
  }
}

/** A person ends the chain: notes it in the first record, then ends each request. `by` is for the trail. */
export async function endChain(bot: Bot, request: ReadRequest, end: EndNote, by: string): Promise<void> {
  const first = request.follows === null ? request : await bot.store.read(request.follows);
  if (first) {
    await commit(bot, first, {
      ...{ what: "ends the whole of it", by },
      change: (newest) => (newest.chainEnd === null ? { ...newest, chainEnd: end } : null),
    });
  }
  for (const one of await readChain(bot, request)) await endOne(bot, one, end, by);
}

/** Ends one request of a chain, or any other: it goes to ending, or closes where it is not granted. */
export async function endOne(bot: Bot, request: ReadRequest, end: EndNote, by: string | null): Promise<void> {
  if (request.state === "closed" || request.state === "ending") return;
  await commit(bot, request, { what: end.cause, by, change: (newest) => endOrClose(newest, end, end.at) });
}
