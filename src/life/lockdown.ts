/**
 * A lockdown, of everybody or of one person, is a value with a time. It is in Redis, where the guard of
 * commit reads it, and on the hub, in an annotation of the instance's own account. The newer of the two wins:
 * the sweep copies it over the other. While a lockdown holds, each sweep ends the requests that it concerns.
 */
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { type Lockdown, type Lockdowns, type Locked, lockdownFor } from "../policy/lockdown.ts";
import { DAY, SECOND } from "../request/durations.ts";
import { UserId } from "../request/ids.ts";
import { isOpen, mayHoldAccess } from "../request/record.ts";
import { drawLockdown } from "../slack/messages/draw.ts";
import { readLockdowns } from "../store/lockdowns.ts";
import { endOne } from "./chain.ts";
import type { RecordOutline } from "./state.ts";

const NOTE = "lockdown-";

/** The lockdowns on the hub: one annotation each. */
export async function readHubLockdowns(bot: Pick<Bot, "hub">): Promise<Lockdowns> {
  const notes = Object.entries(await bot.hub.readNotes()).filter(([name]) => name.startsWith(NOTE));
  return readLockdowns(Object.fromEntries(notes.map(([name, text]) => [name.slice(NOTE.length), text])));
}

/** Writes it, unless the hub has one that is as new or newer. */
export async function writeHubLockdown(
  bot: Pick<Bot, "hub">,
  whom: Locked,
  lockdown: Lockdown,
): Promise<void> {
  await bot.hub.changeNotes((notes) => {
    const known = readLockdowns({ [whom]: notes[NOTE + whom] ?? "null" }).get(whom);
    return known && known.at >= lockdown.at ? null : { [NOTE + whom]: JSON.stringify(lockdown) };
  });
}

/**
 * Sets or lifts it, in Redis and on the hub, and draws its card. It ends no request: see `enforceLockdowns`.
 */
export async function writeLockdown(bot: Bot, whom: Locked, lockdown: Lockdown): Promise<void> {
  const what = lockdown.locked ? "locked down" : "unlocked";
  const entry = { id: null, at: lockdown.at, by: lockdown.by, what, whom, words: lockdown.words };
  await bot.store.lockdowns.write(whom, lockdown, entry);
  await writeHubLockdown(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
  await drawLockdownCard(bot, whom, lockdown).catch((error: unknown) => bot.outages.note(error));
}

const ShownCard = z.object({ channel: z.string(), ts: z.string(), at: z.number() });
const YEAR = 365 * DAY;
const DRAWN_WITHIN = 20 * SECOND;

/** One card in the approvals channel: posted when it is set, edited when it is lifted. */
export async function drawLockdownCard(bot: Bot, whom: Locked, lockdown: Lockdown): Promise<void> {
  const key = `lockdown-card:${whom}`;
  const kept = await bot.store.kept(key);
  const shown = kept === null ? null : ShownCard.parse(JSON.parse(kept));
  if (shown?.at === lockdown.at) return;
  // Each replica's sweep finds the card missing; one of them draws it.
  if (!(await bot.store.once(`${key}:${lockdown.at}`, DRAWN_WITHIN))) return;
  const { channel, language } = bot.config.slack;
  const message = drawLockdown({ config: bot.config, locale: language }, { whom, ...lockdown });
  const isEdited = !lockdown.locked && shown !== null && (await bot.slack.update(shown, message));
  const place = isEdited ? shown : await bot.slack.post(channel, message);
  await bot.store.keep(key, JSON.stringify({ ...place, at: lockdown.at }), YEAR);
}

/** For each requester who is locked down: ends what may have access, and closes what is not granted yet. */
export async function enforceLockdowns(
  bot: Bot,
  lockdowns: Lockdowns,
  records: Iterable<RecordOutline>,
): Promise<void> {
  for (const request of records) {
    const lockdown = isOpen(request) ? lockdownFor(lockdowns, request.requester) : null;
    if (lockdown) await lockOut(bot, request, lockdown);
  }
}

/** The reason is for the channel, not for the holder, who may be the thief. */
async function lockOut(bot: Bot, { id }: RecordOutline, { by, at }: Lockdown): Promise<void> {
  const request = await bot.store.read(id);
  if (request === null) return;
  const end = { cause: "lockdown", words: "", at: Math.max(at, bot.clock.now()) } as const;
  if (mayHoldAccess(request))
    return endOne(bot, request, { ...end, by: UserId.safeParse(by).data ?? null }, by);
  const refusal = { code: "locked-down", data: { user: request.requester } } as const;
  await endOne(bot, request, { ...end, by: null, refusal }, by);
}
