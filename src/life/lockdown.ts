/**
 * Sets and lifts a lockdown of everybody or of one person, draws its card, and ends the requests that it concerns (in
 * each sweep, while it holds). It is a signed value, and of two the higher number counts. One copy is in Redis, where
 * commit.lua reads it; the other is on the hub, in an annotation of the instance's own account.
 */
import { z } from "zod";
import type { Bot } from "../bot.ts";
import type { HubNotes } from "../hub/hub.ts";
import {
  EVERYBODY,
  type Lockdown,
  type LockdownDeed,
  type Lockdowns,
  type Locked,
  lockdownFor,
  lockdownOfPerson,
} from "../policy/lockdown.ts";
import { DAY, SECOND } from "../request/durations.ts";
import { Actor, type UserId } from "../request/ids.ts";
import { isOpen, mayHoldAccess } from "../request/record.ts";
import { drawLockdown } from "../slack/messages/notices.ts";
import { GRANTED } from "../store/indexes.ts";
import { openLockdown, type SignedLockdowns, signedLockdowns, signLockdown } from "../store/lockdowns.ts";
import { orNull, readText, UNREADABLE } from "../store/reading.ts";
import type { ReadRequest } from "../store/store.ts";
import { endOne } from "./chain.ts";
import type { RecordOutline } from "./state.ts";
import { knownNames } from "./trail/entries.ts";

const LOCKDOWN_NOTE = "signed-lockdown-";

/** Returns the lockdowns among the hub's notes, still signed and unchecked. */
export const hubLockdowns = (notes: HubNotes): SignedLockdowns =>
  signedLockdowns(
    Object.fromEntries(
      Object.entries(notes)
        .filter(([name]) => name.startsWith(LOCKDOWN_NOTE))
        .map(([name, signed]) => [name.slice(LOCKDOWN_NOTE.length), signed]),
    ),
  );

/** The number rises by this when the other copy cannot be read: the new lockdown then counts over an unseen one. */
const UNSEEN = 1000;
const MOST_LOCKDOWN_TRIES = 10;

/**
 * Locks or unlocks in Redis and on the hub, and draws the card; `enforceLockdowns` ends the requests. A hub or Slack that
 * is away throws nothing: the next sweep does that part. Throws StoreAway; Error when others kept changing it meanwhile.
 */
export async function writeLockdown(bot: Bot, whom: Locked, deed: LockdownDeed): Promise<void> {
  const { store, clock } = bot;
  for (let tries = 0; tries < MOST_LOCKDOWN_TRIES; tries++) {
    const inRedis = (await store.lockdowns.readSigned()).get(whom);
    const onHub = await bot.hub.readNotes().catch(() => null);
    const known = numbersIn(bot, whom, [inRedis, onHub && hubLockdowns(onHub).get(whom)]);
    const n = Math.max(0, ...known) + (onHub ? 1 : UNSEEN);
    const lockdown = { ...deed, at: clock.now(), n };
    const event = deed.locked ? "lockdown.set" : "lockdown.lifted";
    const names = knownNames(bot, [deed.by, whom]);
    const entry = { event, id: null, at: lockdown.at, by: deed.by, whom, names, words: deed.words } as const;
    if (!(await store.lockdowns.replace(whom, inRedis, lockdown, entry))) continue;
    await copyToHub(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
    await drawLockdownCard(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
    return;
  }
  throw new Error(`the lockdown of ${whom} was changed ${MOST_LOCKDOWN_TRIES} times meanwhile; try again`);
}

/** Locks or unlocks on the hub alone, for the command line while Redis is away. Throws HubError. */
export async function lockDownOnHub(
  { hub, store, clock }: Pick<Bot, "hub" | "store" | "clock">,
  whom: Locked,
  deed: LockdownDeed,
): Promise<void> {
  await hub.changeNotes((notes) => {
    const n = Math.max(0, ...numbersIn({ store }, whom, [hubLockdowns(notes).get(whom)])) + UNSEEN;
    return { [LOCKDOWN_NOTE + whom]: signLockdown(store.signer, whom, { ...deed, at: clock.now(), n }) };
  });
}

const numbersIn = (
  { store }: Pick<Bot, "store">,
  whom: Locked,
  signed: readonly (string | null | undefined)[],
): number[] => signed.map((one) => openLockdown(store.signer, whom, one ?? undefined)?.n ?? 0);

/** Writes the lockdown to the hub, unless the hub has one with as high a number. Throws HubError. */
export async function copyToHub({ hub, store }: Bot, whom: Locked, lockdown: Lockdown): Promise<void> {
  await hub.changeNotes((notes) => {
    const known = openLockdown(store.signer, whom, hubLockdowns(notes).get(whom));
    return known && known.n >= lockdown.n
      ? null
      : { [LOCKDOWN_NOTE + whom]: signLockdown(store.signer, whom, lockdown) };
  });
}

const ShownCard = z.object({ channel: z.string(), ts: z.string(), n: z.number() });
const YEAR = 365 * DAY;
const DRAWN_WITHIN = 20 * SECOND;

const EVERY_REQUEST = 10_000;

/** Returns the granted requests that this person approved: a thief may have done it in their name. Throws StoreAway. */
export async function accessApprovedBy(bot: Bot, user: UserId): Promise<ReadRequest[]> {
  const granted = await bot.store.page(GRANTED, { count: EVERY_REQUEST });
  return granted.filter(
    ({ state, approvals }) => state !== "ending" && approvals.some(({ by }) => by === user),
  );
}

/**
 * Posts the lockdown's card in the approvals channel, and edits it when the lockdown is lifted; a card that is up to date
 * stays. Throws StoreAway, SlackAway, SlackRefusal.
 */
export async function drawLockdownCard(bot: Bot, whom: Locked, lockdown: Lockdown): Promise<void> {
  const key = `lockdown-card:${whom}`;
  const kept = readText(ShownCard, await bot.store.kept(key));
  const shown = kept === UNREADABLE ? null : kept;
  if (shown?.n === lockdown.n) return;
  // Each replica's sweep finds the card missing; one of them draws it.
  if (!(await bot.store.once(`${key}:${lockdown.n}`, DRAWN_WITHIN))) return;
  const { channel, language } = bot.config.slack;
  const resting = lockdown.locked && whom !== EVERYBODY ? await accessApprovedBy(bot, whom) : [];
  const name = bot.slack.knownName(whom) ?? "";
  const message = drawLockdown(
    { config: bot.config, locale: language },
    { whom, name, ...lockdown, resting },
  );
  const isEdited = !lockdown.locked && shown !== null && (await bot.slack.update(shown, message));
  const place = isEdited ? shown : await bot.slack.post(channel, message);
  await bot.store.keep(key, JSON.stringify({ ...place, n: lockdown.n }), YEAR);
}

/**
 * Ends the access and closes the open requests of each requester who is locked down. A request that is not active closes
 * too when somebody locked down by name asked for it or approved it: so no approval of a thief counts again, neither
 * after an unlock nor from an older Redis. Throws Refused, StoreAway.
 */
export async function enforceLockdowns(
  bot: Bot,
  lockdowns: Lockdowns,
  records: Iterable<RecordOutline>,
): Promise<void> {
  for (const request of records) {
    if (!isOpen(request) || request.state === "ending") continue;
    const lockdown = lockdownFor(lockdowns, request.requester);
    if (lockdown) await lockOut(bot, request, lockdown);
    else if (request.state !== "active") await takeBackPower(bot, request, lockdowns);
  }
}

/** Ends a request that somebody locked down by name asked for or approved. */
async function takeBackPower(bot: Bot, outline: RecordOutline, lockdowns: Lockdowns): Promise<void> {
  const bearers = [outline.askedBy, ...outline.approvers];
  const locked = bearers.map((user) => lockdownOfPerson(lockdowns, user)).find((one) => one !== null);
  const request = locked && orNull(await bot.store.read(outline.id));
  if (!locked || !request) return;
  const refusal = { code: "approval-gone", data: { role: request.role } } as const;
  await endOne(bot, request, { cause: "lockdown", by: null, words: "", at: bot.clock.now(), refusal });
}

/** Ends the request without the lockdown's words: the holder may be the thief. */
async function lockOut(bot: Bot, { id }: RecordOutline, { by, at }: Lockdown): Promise<void> {
  const request = orNull(await bot.store.read(id));
  if (request === null) return;
  const actor = Actor.safeParse(by).data ?? null;
  const end = { cause: "lockdown", by: actor, words: "", at: Math.max(at, bot.clock.now()) } as const;
  if (mayHoldAccess(request)) return endOne(bot, request, end);
  const refusal = { code: "locked-down", data: { user: request.requester } } as const;
  await endOne(bot, request, { ...end, by: null, refusal });
}
