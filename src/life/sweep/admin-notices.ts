/**
 * Tells the admins, in the approvals channel, of trouble that belongs to no request: unknown access, damaged records, lost
 * groups, silent checks, a failing webhook. Each function posts once, and again only after its pause or when it recurs. A
 * notice that Slack does not take is logged, not sent again. They throw StoreAway.
 */
import type { Bot } from "../../bot.ts";
import type { BindingOnHub } from "../../hub/hub.ts";
import { allGroups } from "../../policy/approvers.ts";
import { DAY, HOUR } from "../../request/durations.ts";
import type { GroupId, RequestId } from "../../request/ids.ts";
import type { Groups } from "../../request/people.ts";
import type { AdminNotice } from "../../slack/messages/notices.ts";
import { drawNotice } from "../../slack/messages/notices.ts";

const TOLD_FOR = 30 * DAY;

/** Tells, once an hour, of access whose record is gone: the data was restored from a copy, or REDIS_URL is wrong. */
export async function tellUnrecorded(bot: Bot, bindings: readonly BindingOnHub[]): Promise<void> {
  if (bindings.length === 0 || !(await bot.store.once("told:unrecorded", HOUR))) return;
  const names = bindings.map(({ name }) => name);
  const until = Math.max(...bindings.map((binding) => binding.endsAt ?? 0));
  bot.log.error(
    { names },
    `${names.length} accesses without a record; \`npm run grants\` lists and ends them`,
  );
  await noteForeign(bot, "unrecorded", names);
  await postNotice(bot, { kind: "unrecorded", names, until });
}

/**
 * Tells, once each, of records that somebody damaged or a newer bot wrote. `unreadable` has their ends on the hub by id,
 * ms: access ends then, or when somebody revokes it.
 */
export async function tellUnreadable(
  bot: Bot,
  unreadable: ReadonlyMap<RequestId, number | null>,
): Promise<void> {
  const names: RequestId[] = [];
  for (const id of unreadable.keys())
    if (await bot.store.once(`told:unreadable:${id}`, TOLD_FOR)) names.push(id);
  if (names.length === 0) return;
  const until = Math.max(...names.map((id) => unreadable.get(id) ?? 0));
  await postNotice(bot, { kind: "unreadable", names, until });
}

/** Tells, once a day, of access that was given past the bot, by hand or by another program, and leaves it. Throws HubError. */
export async function tellForeignAccess(bot: Bot): Promise<void> {
  const { bindings, accounts } = await bot.hub.listForeign(bot.config);
  const names = [...bindings.map(({ name }) => name), ...accounts].sort();
  if (names.length === 0 || !(await bot.store.once(`told:foreign:${names.join()}`, DAY))) return;
  bot.log.warn({ names }, `${names.length} accesses to Karpor were given past the bot`);
  await noteForeign(bot, "foreign", names);
  await postNotice(bot, { kind: "foreign", names, until: null });
}

/** Puts it on the trail, with the kind of its notice. */
const noteForeign = ({ store, clock }: Bot, kind: AdminNotice["kind"], objects: string[]): Promise<void> =>
  store.trail.add({ event: "access.foreign", id: null, at: clock.now(), by: null, kind, objects });

/** Tells, once until Slack lists it again, of a group that Slack does not list: requests that need it are refused or wait. */
export async function tellUnknownGroups(
  bot: Bot,
  ids: readonly GroupId[],
  { members }: Groups,
): Promise<void> {
  const names: GroupId[] = [];
  for (const id of ids.filter((one) => !members.has(one)))
    if (await bot.store.once(groupTold(id), TOLD_FOR)) names.push(id);
  if (names.length === 0) return;
  bot.log.error({ names }, "Slack does not list user groups that the configuration names");
  await postNotice(bot, { kind: "unknown-groups", names, until: null });
}

/** Looks all groups of the file up, hourly and when Slack says that one changed. Throws SlackAway. */
export async function lookForUnknownGroups(bot: Bot): Promise<void> {
  const ids = allGroups(bot.config);
  const groups = await bot.slack.groups(ids);
  for (const id of ids) if (groups.members.has(id)) await bot.store.forget(groupTold(id));
  await tellUnknownGroups(bot, ids, groups);
}

const groupTold = (id: GroupId): string => `told:group:${id}`;

/** Tells that a role's company check gives no answer, or answers again (`why` is null). */
export const tellOfCheck = (bot: Bot, role: string, why: string | null): Promise<void> =>
  postNotice(bot, { kind: why === null ? "check-answers" : "check-silent", names: [role], until: null, why });

/** Tells that the receiver of `audit.webhook` does not take an entry, or takes them again (`why` is null). */
export const tellOfWebhook = (bot: Bot, why: string | null, skipped: number): Promise<void> =>
  postNotice(bot, {
    kind: why === null ? "webhook-works" : "webhook-fails",
    names: [],
    until: null,
    why: why ?? String(skipped),
  });

async function postNotice(bot: Bot, notice: AdminNotice): Promise<void> {
  const { channel, language } = bot.config.slack;
  const message = drawNotice({ config: bot.config, locale: language }, notice);
  await bot.slack.post(channel, message).catch((error: unknown) => bot.outages.note(error));
}
