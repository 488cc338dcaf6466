/**
 * Completes deeds, the operators' signed notes on the hub that they ended access past the bot (life/deeds.ts). In each
 * sweep it ends the records that a deed names, and their chains, puts the deed on the trail, and deletes the note.
 */
import type { Bot } from "../../bot.ts";
import type { Request } from "../../request/record.ts";
import { endOrClose } from "../../request/transitions.ts";
import type { Deed } from "../../store/deeds.ts";
import { orNull } from "../../store/reading.ts";
import type { ReadRequest } from "../../store/store.ts";
import { readChain } from "../chain.ts";
import { commit } from "../commit.ts";
import { forgetDeed, readDeeds } from "../deeds.ts";

/** Completes all deeds on the hub; each part may be done twice. Throws StoreAway, HubError, Refused: the next sweep goes on. */
export async function doDeeds(bot: Bot): Promise<void> {
  const notes = { hub: bot.hub, signer: bot.store.signer };
  for (const deed of await readDeeds(notes)) {
    for (const id of deed.requests) {
      const record = orNull(await bot.store.read(id));
      if (record) for (const one of await readChain(bot, record)) await endByDeed(bot, one, deed);
    }
    await bot.store.trail.addOnce(`deed:${deed.id}`, deedEntry(deed));
    await forgetDeed(notes, deed);
  }
}

async function endByDeed(bot: Bot, request: ReadRequest, deed: Deed): Promise<void> {
  if (request.state === "closed") return;
  await commit(bot, request, {
    event: "request.ended",
    by: deed.operator,
    change: (newest) => (newest.state === "ending" ? withDeedNoted(newest, deed) : endedBy(newest, deed)),
  });
}

/** Returns the record with the deed as the cause of its end; null: a person, or something before the deed, ended it. */
function withDeedNoted(request: Request, deed: Deed): Request | null {
  const { ending } = request;
  if (ending === null || ending.by !== null || ending.at < deed.at) return null;
  const { cause, operator: by, words, at, goneAt } = deed;
  return { ...request, ending: { ...ending, cause, by, words, at, goneAt } };
}

/** Ends by the deed: a rotation closes what is not granted, any other deed names only requests that had a binding. */
function endedBy(request: Request, deed: Deed): Request | null {
  const { cause, operator: by, words, at, goneAt, requests } = deed;
  const hadBinding = cause !== "rotated" && requests.includes(request.id);
  const refusal = cause === "rotated" ? ({ code: "rotated", data: {} } as const) : null;
  return endOrClose(request, { cause, by, words, refusal, goneAt, hadBinding }, at);
}

const deedEntry = ({ id, cause, operator, requests, words, at, goneAt }: Deed) =>
  ({
    event: cause === "rotated" ? "operator.rotated" : "operator.ended",
    id: null,
    at,
    by: operator,
    deed: id,
    requests,
    words,
    goneAt,
  }) as const;
