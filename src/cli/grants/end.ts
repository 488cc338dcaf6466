/**
 * `grants end`: with Redis access ends as it does in Slack; without it the bindings are deleted on the hub.
 */

import type { Bot } from "../../bot.ts";
import { isAway } from "../../hub/errors.ts";
import { endChain, readChain } from "../../life/chain.ts";
import { hubTime, withDeed } from "../../life/deeds.ts";
import { nextDue } from "../../life/states/index.ts";
import { runStep } from "../../life/step.ts";
import { SECOND } from "../../request/durations.ts";
import type { RequestId } from "../../request/ids.ts";
import { isOpen, type Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import type { Deed } from "../../store/deeds.ts";
import { GRANTED } from "../../store/indexes.ts";
import { orNull } from "../../store/reading.ts";
import {
  type GrantFilter,
  type GrantsAnswer,
  type GrantsContext,
  NEITHER_ANSWERS,
  readObjects,
} from "./open.ts";

const MOST_GRANTS = 100_000;
/** A proof takes 11 s, or 13 where another process made the probe. */
const PROVED_WITHIN = 30 * SECOND;

/** `ids`: null for everything that is granted now; what is approved for later still begins. */
export async function endGrants(
  context: GrantsContext,
  { ids, reason }: { ids: RequestId[] | null; reason: string },
): Promise<GrantsAnswer> {
  const isMeant: GrantFilter = ({ id }) => ids === null || (id !== null && ids.includes(id));
  if (context.redisTrouble) return endWithoutRedis(context, isMeant, { cause: "revoked", words: reason });
  const { bot, operator } = context;
  const records = ids ? await bot.store.readAll(ids) : await bot.store.page(GRANTED, { count: MOST_GRANTS });
  const ended = new Set<RequestId>();
  for (const record of records) {
    const chain = await readChain(bot, record);
    const end = { cause: "revoked", by: operator, words: reason, at: bot.clock.now() } as const;
    if (chain.some(isOpen)) await endChain(bot, record, end);
    for (const { id } of chain) ended.add(id);
  }
  const unrecorded = await deleteUnrecorded(context, isMeant, reason);
  const unknown = (ids ?? []).filter((id) => !ended.has(id) && !unrecorded?.includes(id));
  const answer = await answerWithProofs(context, [...ended], unrecorded);
  if (unrecorded && unknown.length > 0) {
    answer.isDone = false;
    answer.lines.push(`Nothing is known of ${unknown.join(", ")}.`);
  }
  return answer;
}

/**
 * Deletes the bindings, so access stops at once, with a deed on the hub that says who did it and why. The bot has the
 * records: it deletes the accounts, proves, and puts the deed on the trail.
 */
export async function endWithoutRedis(
  context: GrantsContext,
  isMeant: GrantFilter,
  { cause, words }: Pick<Deed, "cause" | "words">,
): Promise<GrantsAnswer> {
  const { bot, operator, redisTrouble } = context;
  const onHub = await readObjects(context);
  if (!onHub) throw new Error(NEITHER_ANSWERS);
  const requests = onHub.grants.filter(isMeant).flatMap(({ id }) => id ?? []);
  const json = { redis: false, ended: requests };
  if (requests.length === 0)
    return { isDone: false, json, lines: [`${redisTrouble}, and Karpor has no such access.`] };
  const deleteBindings = async () => {
    for (const id of requests) await bot.hub.deleteBinding(id);
  };
  const lines = [
    ...requests.map((id) => `${id} gives no access any more.`),
    `${redisTrouble}: the bot deletes the account and proves the end when it has Redis.`,
  ];
  if (bot.config.env.RECORDS_KEY) {
    const deeds = { hub: bot.hub, signer: bot.store.signer, hubTime: () => hubTime(bot) };
    await withDeed(deeds, { cause, requests, operator, words }, deleteBindings);
  } else {
    await deleteBindings();
    lines.push("Without RECORDS_KEY the trail will not know who did this.");
  }
  return { isDone: true, json, lines };
}

/**
 * Deletes each binding and account without an open record that can be read: Redis lost the record, somebody damaged it,
 * or the hub was restored. It is on the trail at once. Null: the hub does not answer.
 */
export async function deleteUnrecorded(
  context: GrantsContext,
  isMeant: GrantFilter,
  words: string,
): Promise<RequestId[] | null> {
  const { bot, operator: by } = context;
  const onHub = await readObjects(context);
  if (!onHub) return null;
  const requests: RequestId[] = [];
  const meant = [...onHub.grants, ...onHub.accounts.values()].filter(isMeant).flatMap(({ id }) => id ?? []);
  for (const id of new Set(meant)) {
    const record = orNull(await bot.store.read(id));
    if (record && isOpen(record)) continue;
    await bot.hub.deleteBinding(id);
    const account = onHub.accounts.get(id);
    if (account) await bot.hub.deleteAccount(id, account.uid);
    requests.push(id);
  }
  const at = bot.clock.now();
  if (requests.length > 0)
    await bot.store.trail.add({ event: "operator.ended", id: null, at, by, requests, words });
  return requests;
}

/** Waits for the proofs, and says of each request how it ended. `unrecorded`: see deleteUnrecorded. */
export async function answerWithProofs(
  { bot }: GrantsContext,
  ended: readonly RequestId[],
  unrecorded: readonly RequestId[] | null,
): Promise<GrantsAnswer> {
  const records = await carryThrough(bot, ended);
  const lines = records.map(outcomeLine);
  for (const id of unrecorded ?? [])
    lines.push(`${id} had no record that can be read; its binding and account are deleted.`);
  if (!unrecorded)
    lines.push("Karpor does not answer: what has no record may still be there. Run this again.");
  if (ended.length === 0 && unrecorded?.length === 0) lines.push("Nothing is granted.");
  return {
    isDone: unrecorded !== null && !records.some(isOpen),
    json: { redis: true, hub: unrecorded !== null, ended: records, unrecorded },
    lines,
  };
}

/** Runs the due steps of these requests, as no bot may be running, until each is closed or the time is over. */
async function carryThrough(bot: Bot, ids: readonly RequestId[]): Promise<Request[]> {
  const until = bot.clock.now() + PROVED_WITHIN;
  for (;;) {
    const records = await bot.store.readAll(ids);
    const ending = records.filter(({ state }) => state === "ending");
    if (ending.length === 0 || bot.clock.now() > until) return records;
    for (const { id } of ending.filter((record) => (nextDue(bot, record) ?? Infinity) <= bot.clock.now()))
      await runStep(bot, id).catch(ignorePassing);
    await bot.clock.sleep(SECOND);
  }
}

/** The hub is away, or a running bot was faster: the caller looks again. */
function ignorePassing(error: unknown): void {
  if (!isAway(error) && !(error instanceof Refused)) throw error;
}

const PROOF = { probe: "Karpor refuses its token", absence: "its account is gone from Karpor" };

function outcomeLine(request: Request): string {
  const { id, ending, outcome } = request;
  if (isOpen(request)) return `${id} is ending, not proved yet: a running bot goes on, or run this again.`;
  return ending?.proof
    ? `${id} has ended: ${PROOF[ending.proof.method]}.`
    : `${id} is closed: ${outcome?.kind}.`;
}
