/** Seals the trail once a minute, by one replica; the newest seal is on the hub, out of reach of who can change Redis. */
import type { Bot } from "../bot.ts";
import { DAY, MINUTE, SECOND } from "../request/durations.ts";
import { drawSeal } from "../slack/messages/draw.ts";
import { parseSeal, SEAL_LOST, SEAL_NOTE, type Seal } from "../store/seals.ts";

const SEAL_EVERY = MINUTE;
/** Runs until the replica stops. */
export async function keepSealing(bot: Bot): Promise<void> {
  while (!bot.stopping.aborted) {
    try {
      if (await bot.store.once("sealing", SEAL_EVERY - SECOND)) await sealTrail(bot);
    } catch (error) {
      bot.outages.note(error);
      bot.log.debug(
        { err: error },
        "the trail was not sealed, or its seal not told; tried again in a minute",
      );
    }
    await bot.clock.sleep(SEAL_EVERY, bot.stopping).catch(() => {});
  }
}

/** Throws StoreAway, SlackAway, SlackRefusal, HubError: what was not told is told a minute later. */
export async function sealTrail(bot: Bot): Promise<void> {
  const { seals } = bot.store;
  while (await seals.make());
  await seals.trim((await bot.store.now()) - bot.config.audit.keep);
  const newest = await seals.newest();
  if (newest === null) return;
  await tellHub(bot, newest);
  await tellChannel(bot, newest);
}

/** A seal on the hub that Redis does not know any more tells of lost or changed entries: the trail says so from then on. */
async function tellHub(bot: Bot, newest: Seal): Promise<void> {
  const onHub = parseSeal((await bot.hub.readNotes())[SEAL_NOTE]);
  if (onHub?.hash === newest.hash) return;
  if (onHub && !(await bot.store.seals.has(onHub))) {
    bot.log.error(
      { onHub },
      "Redis does not hold the seal that the hub holds: what the trail said until then is lost or changed",
    );
    await bot.store.trail.add({ id: null, at: bot.clock.now(), by: null, what: SEAL_LOST, seal: onHub });
  }
  await bot.hub.changeNotes(() => ({ [SEAL_NOTE]: JSON.stringify(newest) }));
}

/** With `audit.checkpoint`, once a day. */
async function tellChannel(bot: Bot, newest: Seal): Promise<void> {
  if (bot.config.audit.checkpoint === undefined || (await bot.store.kept("seal-posted"))) return;
  const { channel, language } = bot.config.slack;
  await bot.slack.post(channel, drawSeal({ config: bot.config, locale: language }, newest));
  await bot.store.keep("seal-posted", newest.id, DAY);
}
