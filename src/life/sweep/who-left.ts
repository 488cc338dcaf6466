/**
 * Ends the access of people who left Slack, or left the groups that may ask for the role. It runs on Slack's events and
 * once an hour, and looks each person up: an event is only a hint. A request that is not granted yet is left alone, since
 * it is judged again before the grant.
 */
import type { Bot } from "../../bot.ts";
import { allGroups, groupsFor } from "../../policy/approvers.ts";
import { hasLeft } from "../../policy/who-left.ts";
import { HOUR, MINUTE, SECOND } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import { GRANTED, openFor } from "../../store/indexes.ts";
import type { ReadRequest } from "../../store/store.ts";
import { endOne } from "../chain.ts";
import { lookForUnknownGroups } from "./admin-notices.ts";

const EVERY_GROUP = 100_000;
/** Slack's limits: who belongs to which group may be asked 20 times a minute, a person some 100 times. */
const GROUPS_EVERY = 3 * SECOND;
const NEXT_PERSON_AFTER = SECOND;

/** How old the look-ups may be, ms. */
interface MaxAge {
  person: number;
  groups: number;
}

/** Runs when Slack says that something of this person changed. Throws SlackAway, StoreAway, Refused. */
export async function checkPerson(bot: Bot, user: UserId): Promise<void> {
  const requests = await bot.store.page(openFor(user), { count: EVERY_GROUP });
  await endIfLeft(bot, user, requests.filter(isGranted), { person: 0, groups: 15 * SECOND });
}

/** Runs when Slack says that a group changed; many such events within 3 s lead to one look-up. Throws as `checkPerson`. */
export async function checkGroups(bot: Bot): Promise<void> {
  if (!(await bot.store.once("groups-changed", GROUPS_EVERY))) return;
  await bot.clock.sleep(GROUPS_EVERY, bot.stopping);
  await bot.slack.groups(allGroups(bot.config), 0);
  await lookForUnknownGroups(bot);
  for (const [user, requests] of await readHolders(bot))
    await endIfLeft(bot, user, requests, { person: HOUR, groups: MINUTE });
}

/** Runs hourly, for changes without an event. It takes a second a holder: no caller waits for it. Throws StoreAway. */
export async function checkEverybody(bot: Bot): Promise<void> {
  for (const [user, requests] of await readHolders(bot)) {
    // When Slack does not answer for this person, the next hourly look tries again.
    await endIfLeft(bot, user, requests, { person: HOUR / 2, groups: MINUTE }).catch(bot.outages.note);
    await bot.clock.sleep(NEXT_PERSON_AFTER, bot.stopping);
  }
}

const isGranted = ({ state }: ReadRequest): boolean => state === "granting" || state === "active";

/** Returns the granted requests by their holder. */
async function readHolders(bot: Bot): Promise<Map<UserId, ReadRequest[]>> {
  const granted = await bot.store.page(GRANTED, { count: EVERY_GROUP });
  return Map.groupBy(granted.filter(isGranted), ({ requester }) => requester);
}

/** Ends those of the requests whose holder has left. Throws SlackAway: without a look-up nothing ends. */
async function endIfLeft(bot: Bot, user: UserId, requests: ReadRequest[], maxAge: MaxAge): Promise<void> {
  if (requests.length === 0) return;
  const ids = new Set(requests.flatMap(({ role }) => groupsFor(bot.config, role)));
  const [person, groups] = await Promise.all([
    bot.slack.person(user, maxAge.person),
    bot.slack.groups([...ids], maxAge.groups),
  ]);
  for (const request of requests.filter((one) => hasLeft(bot.config, one, person, groups)))
    await endOne(bot, request, { cause: "left", by: null, words: "", at: bot.clock.now() });
}
