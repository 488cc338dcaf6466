/**
 * The sweep runs every 30 s on each replica and does again what was missed. It schedules jobs for requests that are due,
 * deletes each binding whose end on the hub (an annotation) has passed, whatever Redis says, and then runs the other files
 * of this folder: deeds, lockdowns, compare, checks.
 */
import type { Redis } from "ioredis";
import type { Bot } from "../../bot.ts";
import { HubError } from "../../hub/errors.ts";
import type { JobKind } from "../../queue/queue.ts";
import { HOUR, SECOND } from "../../request/durations.ts";
import { Refused } from "../../request/refused.ts";
import { SlackAway, SlackRefusal } from "../../slack/slack.ts";
import { UNREADABLE } from "../../store/reading.ts";
import { StoreAway } from "../../store/redis.ts";
import type { ReadRequest } from "../../store/store.ts";
import { pingChecks } from "../company-checks.ts";
import { drawLockdowns } from "../lockdown/draw.ts";
import { syncLockdowns } from "../lockdown/sync.ts";
import { outlineFor, type Records } from "../state.ts";
import { nextDue } from "../states/index.ts";
import { tellManyAttempts } from "../trail/attempts.ts";
import { lookForUnknownGroups, tellForeignAccess } from "./admin-notices.ts";
import { runChecks } from "./checks.ts";
import { compareWithHub, type HubObjects, OVERDUE } from "./compare.ts";
import { doDeeds } from "./deeds.ts";
import { tellNewPasskeys } from "./new-passkeys.ts";
import { checkEverybody } from "./who-left.ts";

export const SWEEP_EVERY = 30 * SECOND;

/**
 * Sweeps until the replica stops: before its first job, then every 30 s, and at once when Redis is back. `noteSweep` gets
 * how long each sweep took, ms. It does not throw while things are away.
 */
export async function keepSweeping(
  bot: Bot,
  redis: Pick<Redis, "on">,
  noteSweep: (took: number) => void,
): Promise<void> {
  let wake = new AbortController();
  redis.on("ready", () => wake.abort());
  for (let count = 0; !bot.stopping.aborted; count++) {
    wake = new AbortController();
    const began = bot.clock.now();
    await sweep(bot, count % 2 === 0);
    noteSweep(bot.clock.now() - began);
    const signal = AbortSignal.any([bot.stopping, wake.signal]);
    await bot.clock.sleep(SWEEP_EVERY, signal).catch(() => {});
  }
}

/**
 * Sweeps once, `withChecks` also the checks, passkeys and company checks. A part that fails does not stop the others: the
 * log says once what is away, and the next sweep tries again. It throws nothing.
 */
export async function sweep(bot: Bot, withChecks: boolean): Promise<void> {
  const records = await attempt(bot, "Redis", () => scheduleDue(bot));
  const onHub = await attempt(bot, "hub", () => listOnHub(bot));
  if (onHub) await attempt(bot, "hub", () => endOverdue(bot, onHub));
  if (onHub && records) await attempt(bot, "Redis", () => doDeeds(bot));
  const lockdowns = records && (await attempt(bot, "Redis", () => syncLockdowns(bot, records.values())));
  if (lockdowns) await attempt(bot, "Redis", () => drawLockdowns(bot));
  if (onHub && records) {
    await attempt(bot, "Redis", () => compareWithHub(bot, records, onHub, lockdowns ?? new Map()));
    await attempt(bot, "Redis", () => forgetLost(bot, records, onHub));
  }
  if (onHub && (withChecks || isUnchecked(bot))) await attempt(bot, "hub", () => runChecks(bot));
  if (onHub) await attempt(bot, "hub", () => bot.hub.renewOwnToken());
  if (records && withChecks) await attempt(bot, "Redis", () => tellNewPasskeys(bot));
  // A service may take its time to answer.
  if (withChecks) void pingChecks(bot).catch(bot.outages.note);
  // With many holders it takes minutes: no sweep waits for it.
  if (records) void attempt(bot, "Redis", () => lookHourly(bot));
}

const isUnchecked = ({ checks }: Bot): boolean =>
  checks.failing.some(({ reason }) => reason.code === "not-looked");

/** Returns whether it is a known kind of error; any other one is a bug, and logged as an error. */
const refusedOrAway = (error: unknown): boolean =>
  [HubError, StoreAway, SlackAway, SlackRefusal, Refused].some((kind) => error instanceof kind);

async function attempt<T>(bot: Bot, outside: "Redis" | "hub", work: () => Promise<T>): Promise<T | null> {
  try {
    const result = await work();
    bot.outages.markBack(outside);
    return result;
  } catch (error) {
    bot.outages.note(error);
    const isForeseen = refusedOrAway(error);
    bot.log[isForeseen ? "debug" : "error"](
      { err: error },
      "a part of the sweep failed; the next one does it",
    );
    return null;
  }
}

/** Whole records in memory at the same time: there may be thousands. */
const READ_AT_ONCE = 500;

/** Schedules the jobs once in 30 s, from the first replica: a job that fails is tried again every 5 s anyway. */
async function scheduleOnce(
  bot: Bot,
  { id, version }: ReadRequest,
  due: number,
  kinds: JobKind[],
): Promise<void> {
  if (!(await bot.store.once(`scheduled:${id}:${version}:${due}:${kinds[0]}`, SWEEP_EVERY))) return;
  for (const kind of kinds) await bot.queue.schedule(kind, id);
}

/**
 * Looks, once an hour on one replica, for people who left without an event and for access given past the bot; puts on the
 * trail how many refused attempts it left out.
 */
async function lookHourly(bot: Bot): Promise<void> {
  if (!(await bot.store.once("hourly-look", HOUR))) return;
  await tellManyAttempts(bot);
  await lookForUnknownGroups(bot).catch(bot.outages.note);
  await checkEverybody(bot);
  await tellForeignAccess(bot);
}

/** Reads all unfinished requests; schedules jobs for those that are due, and for those whose messages are not drawn. */
async function scheduleDue(bot: Bot): Promise<Records> {
  const ids = await bot.store.unfinished();
  const records: Records = new Map();
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    for (const request of await bot.store.readAll(ids.slice(from, from + READ_AT_ONCE))) {
      const due = nextDue(bot, request);
      if (due !== null && due <= bot.clock.now()) await scheduleOnce(bot, request, due, ["access"]);
      if (!request.isDrawn) await scheduleOnce(bot, request, 0, ["token", "messages"]);
      records.set(request.id, outlineFor(request));
    }
  }
  return records;
}

/** Takes ids off the unfinished ones whose account is gone and whose record is gone or cannot be read: nothing is left to do. */
async function forgetLost(bot: Bot, records: Records, { accounts }: HubObjects): Promise<void> {
  const known = new Set(accounts.map(({ id }) => id));
  for (const id of await bot.store.unfinished()) {
    if (records.has(id) || known.has(id)) continue;
    const record = await bot.store.read(id);
    if (record === null || record === UNREADABLE) await bot.store.forgetRecord(id);
  }
}

async function listOnHub({ hub }: Bot): Promise<HubObjects> {
  const [bindings, accounts] = await Promise.all([hub.listBindings(), hub.listAccounts()]);
  return { hubTime: bindings.hubTime, bindings: bindings.items, accounts: accounts.items };
}

/** Deletes each binding whose end on the hub has passed, whatever Redis says; an end that cannot be read has passed. */
async function endOverdue({ hub, log }: Bot, { hubTime, bindings, accounts }: HubObjects): Promise<void> {
  const uids = new Map(accounts.map(({ id, uid }) => [id, uid]));
  for (const { id, endsAt } of bindings) {
    if (id === null || (endsAt ?? 0) + OVERDUE > hubTime) continue;
    log.info({ id }, "its end on the hub has passed: deleting binding and account");
    await hub.deleteBinding(id);
    const uid = uids.get(id);
    if (uid !== undefined) await hub.deleteAccount(id, uid);
  }
}
