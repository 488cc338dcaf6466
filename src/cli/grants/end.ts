/**
 * `grants end`: with Redis access ends as it does in Slack; without it the bindings are deleted on the hub.
 */

import type { Bot } from "../../bot.ts";
import { isAway } from "../../hub/errors.ts";
import { endChain, readChain } from "../../life/chain.ts";
import { hubTime, withDeed } from "../../life/deeds.ts";
import { nextDue } from "../../life/states/index.ts";
import { step } from "../../life/step.ts";
import { SECOND } from "../../request/durations.ts";
import type { RequestId } from "../../request/ids.ts";
import { isOpen, type Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import type { Deed } from "../../store/deeds.ts";
import { GRANTED } from "../../store/indexes.ts";
import { orNull } from "../../store/reading.ts";
import { type Answer, type GrantOnHub, type GrantsContext, NEITHER, readHub } from "./open.ts";

const ALL = 100_000;
/** A proof takes 11 s, or 13 where another process made the probe. */
const PROVED_WITHIN = 30 * SECOND;

/** `ids`: null for everything that is granted now; what is approved for later still begins. */
export async function endGrants(
  context: GrantsContext,
  { ids, reason }: { ids: RequestId[] | null; reason: string },
): Promise<Answer> {
  const isMeant = ({ id }: Pick<GrantOnHub, "id">) => ids === null || (id !== null && ids.includes(id));
  if (context.redisTrouble) return endWithoutRedis(context, isMeant, { cause: "revoked", words: reason });
  const { bot, operator } = context;
  const records = ids ? await bot.store.readAll(ids) : await bot.store.page(GRANTED, { count: ALL });
  const ended = new Set<RequestId>();
  for (const record of records) {
    const chain = await readChain(bot, record);
    const end = { cause: "revoked", by: operator, words: reason, at: bot.clock.now() } as const;
    if (chain.some(isOpen)) await endChain(bot, record, end);
    for (const { id } of chain) ended.add(id);
  }
  const unrecorded = await deleteUnrecorded(context, isMeant, reason);
  const unknown = (ids ?? []).filter((id) => !ended.has(id) && !unrecorded?.includes(id));
  const answer = await answerWithProofs(context, ended, unrecorded);
  if (unrecorded === null || unknown.length === 0) return answer;
  return { ...answer, isDone: false, lines: [...answer.lines, `Nothing is known of ${unknown.join(", ")}.`] };
}

/**
 * Deletes the bindings, so access stops at once, with a deed on the hub that says who did it and why. The bot has the
 * records: it deletes the accounts, proves, and puts the deed on the trail.
 */
export async function endWithoutRedis(
  context: GrantsContext,
  isMeant: (grant: GrantOnHub) => boolean,
  { cause, words }: Pick<Deed, "cause" | "words">,
): Promise<Answer> {
  const { bot, operator, redisTrouble } = context;
  const onHub = await readHub(context);
  if (!onHub) throw new Error(NEITHER);
  const requests = onHub.grants.filter(isMeant).flatMap(({ id }) => id ?? []);
  const deleteBindings = async () => {
    for (const id of requests) await bot.hub.deleteBinding(id);
  };
  const isSigned = bot.config.env.RECORDS_KEY !== undefined;
  const deeds = { hub: bot.hub, signer: bot.store.signer, hubTime: () => hubTime(bot) };
  if (requests.length > 0 && isSigned)
    await withDeed(deeds, { cause, requests, operator, words }, deleteBindings);
  else await deleteBindings();
  const later = `${redisTrouble}: the bot deletes the account and proves the end when it has Redis.`;
  const unsigned = isSigned ? [] : ["Without RECORDS_KEY the trail will not know who did this."];
  const lines =
    requests.length > 0
      ? [...requests.map((id) => `${id} gives no access any more.`), later, ...unsigned]
      : [`${redisTrouble}, and Karpor has no such access.`];
  return { isDone: requests.length > 0, json: { redis: false, ended: requests }, lines };
}

/**
 * Deletes each binding and account without an open record that can be read: Redis lost the record, somebody damaged it,
 * or the hub was restored. It is on the trail at once. Null: the hub does not answer.
 */
export async function deleteUnrecorded(
  context: GrantsContext,
  isMeant: (grant: Pick<GrantOnHub, "id" | "requester">) => boolean,
  words: string,
): Promise<RequestId[] | null> {
  const { bot, operator } = context;
  const onHub = await readHub(context);
  if (!onHub) return null;
  const requests: RequestId[] = [];
  const meant = [...onHub.grants, ...onHub.accounts.values()].filter(isMeant).flatMap(({ id }) => id ?? []);
  for (const id of new Set(meant)) {
    const record = orNull(await bot.store.read(id));
    if (record && record.state !== "closed") continue;
    await bot.hub.deleteBinding(id);
    const account = onHub.accounts.get(id);
    if (account) await bot.hub.deleteAccount(id, account.uid);
    requests.push(id);
  }
  if (requests.length > 0)
    await bot.store.trail.add({
      event: "operator.ended",
      id: null,
      at: bot.clock.now(),
      by: operator,
      requests,
      words,
    });
  return requests;
}

/** Waits for the proofs, and says of each what became of it. */
export async function answerWithProofs(
  context: GrantsContext,
  ended: ReadonlySet<RequestId>,
  unrecorded: readonly RequestId[] | null,
): Promise<Answer> {
  const records = await carryThrough(context, [...ended]);
  const isOver = records.every(({ state }) => state === "closed");
  const ofRecords = records.map(outcomeLine);
  const beside = (unrecorded ?? []).map(
    (id) => `${id} had no record that can be read; its binding and account are deleted.`,
  );
  const away = unrecorded
    ? []
    : ["Karpor does not answer: what has no record may still be there. Run this again."];
  const nothing = ended.size === 0 && unrecorded?.length === 0 ? ["Nothing is granted."] : [];
  return {
    isDone: isOver && unrecorded !== null,
    json: { redis: true, hub: unrecorded !== null, ended: records, unrecorded },
    lines: [...ofRecords, ...beside, ...away, ...nothing],
  };
}

/**
 * Runs the due steps of these requests, as no bot may be running, until each is closed or the time is over.
 */
async function carryThrough({ bot }: GrantsContext, ids: RequestId[]): Promise<Request[]> {
  const until = bot.clock.now() + PROVED_WITHIN;
  for (;;) {
    const records = await bot.store.readAll(ids);
    const open = records.filter(({ state }) => state === "ending");
    if (open.length === 0 || bot.clock.now() > until) return records;
    for (const record of open) await stepIfDue(bot, record);
    await bot.clock.sleep(SECOND);
  }
}

/** Ignores that the hub is away or that a running bot was faster: the caller looks again. */
async function stepIfDue(bot: Bot, record: Request): Promise<void> {
  if ((nextDue(bot, record) ?? Infinity) > bot.clock.now()) return;
  await step(bot, record.id).catch((error: unknown) => {
    if (!isAway(error) && !(error instanceof Refused)) throw error;
  });
}

const PROOF = { probe: "Karpor refuses its token", absence: "its account is gone from Karpor" };

function outcomeLine({ id, state, ending, outcome }: Request): string {
  if (state !== "closed") return `${id} is ending, not proved yet: a running bot goes on, or run this again.`;
  return ending?.proof
    ? `${id} has ended: ${PROOF[ending.proof.method]}.`
    : `${id} is closed: ${outcome?.kind}.`;
}
