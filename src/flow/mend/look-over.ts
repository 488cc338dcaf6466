/** All that stands on the hub and all that is recorded, looked at once: of what is held against the rest, nothing but ids. */
import { ahead } from "../../ahead.ts";
import { isReviewOpen } from "../../domain/break-glass.ts";
import { SECOND } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import { isFinal, rowOf } from "../../domain/lifecycle.ts";
import { emptyTally, type Tally, tally } from "../../domain/tally.ts";
import type { AccessRequest, ForeignObject, GrantKey, GrantObjects, Ports } from "../ports.ts";
import { endsByWord, isUndone, type Words } from "./advance.ts";
import { isAhead, noteLatest, repairFor } from "./repair.ts";
import { type LiveTokens, noLiveTokens, noteToken } from "./replace-dead-tokens.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
/** Between so many, whoever types meanwhile is answered. */
const AT_ONCE = 50;

export interface LookedOver {
  /** Whose record's state asks for something that should have been done by now. */
  undone: RequestId[];
  live: LiveTokens;
  tally: Tally;
  /** By which codes Slack refuses cards. */
  cardsRefused: Set<string>;
  /** What the hub says; null where it did not say all. */
  hub: {
    /** On what record and hub disagree. */
    differing: GrantKey[];
    foreign: ForeignObject[] | null;
  } | null;
}

/** Lists each part of the hub before it reads the records of it: what is younger than the list is never taken for lost. */
export async function lookOver(ports: Ports, words: Words): Promise<LookedOver> {
  const { requests, letPass } = ports;
  const over: LookedOver = {
    ...{ undone: [], live: noLiveTokens(), tally: emptyTally(), cardsRefused: new Set(), hub: null },
  };
  const see = (r: AccessRequest) => {
    if (isUndone(ports, r, words)) over.undone.push(r.id);
    noteToken(over.live, r);
    tally(over.tally, r);
    for (const code of cardRefusal(r)) over.cardsRefused.add(code);
  };
  /** The latest generation that stands of each grant. */
  const latest = new Map<RequestId, number>();
  const differing: GrantKey[] = [];
  const absent: GrantKey[] = [];
  const hub = listing(ports);
  for await (const { standing, records } of inAdvance(withRecords(ports, hub.pages)))
    for (const [i, on] of standing.entries()) {
      if (i % AT_ONCE === 0) await letPass();
      const record = records[i]?.() ?? null;
      const how = { superseded: endsByWord(words, on.key.id), ahead: isAhead(ports, record, on) };
      if (repairFor(ports, record, on, how) !== "nothing") differing.push(on.key);
      if (record !== null && record !== "unreadable" && !latest.has(on.key.id)) {
        see(record);
        if (mustStand(record) && record.generation !== on.key.generation) absent.push(keyOf(record));
      }
      noteLatest(latest, on.key);
    }
  for await (const batch of requests.unsettled(latest))
    for (const record of batch) {
      see(record);
      if (mustStand(record)) absent.push(keyOf(record));
    }
  const foreign = hub.foreign();
  if (foreign === undefined) return over;
  // Where a later one stands, it is compared first: it may be the grant's.
  const missing = absent.filter(({ id, generation }) => (latest.get(id) ?? 0) < generation);
  return { ...over, hub: { differing: [...missing, ...differing], foreign } };
}

const mustStand = (r: AccessRequest): boolean => rowOf(r).onHub === "must-stand";
const keyOf = ({ id, role, generation }: AccessRequest): GrantKey => ({ id, role, generation });

const cardRefusal = (r: AccessRequest): string[] => {
  const { card, review } = r.messages;
  if (isReviewOpen(r)) return review?.refused ? [review.refused.code] : [];
  return isFinal(r) || !card?.refused ? [] : [card.refused.code];
};

async function* inAdvance<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  for (let coming = ahead(source); ; ) {
    const { done, value } = await coming;
    if (done) return;
    coming = ahead(source);
    yield value;
  }
}

async function* withRecords({ requests }: Ports, pages: AsyncIterable<GrantObjects[]>) {
  for await (const standing of pages)
    yield { standing, records: await requests.getEach(standing.map(({ key }) => key.id)) };
}

/** `foreign`: known when all pages came; undefined where the hub stopped answering before. */
function listing({ grants, log }: Ports) {
  let foreign: ForeignObject[] | null | undefined;
  async function* pages(): AsyncGenerator<GrantObjects[]> {
    try {
      foreign = yield* grants.survey(AbortSignal.timeout(LISTING_WITHIN_MS));
      if (!foreign) log.warn({}, "the hub holds what cannot be read: who else has access is not known");
    } catch (error) {
      log.warn({ err: error }, "the hub does not answer; this sweep sees to records only");
    }
  }
  return { pages: pages(), foreign: () => foreign };
}
