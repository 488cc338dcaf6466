/** A word to the administrators, each in a DM and in their own language. */
import { createHash } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import type { Alarm } from "../../domain/alarm.ts";
import { DAY, HOUR, MINUTE } from "../../domain/duration.ts";
import { type GroupId, isGroup, type Principal, type UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import type { Admins, Directory, Log } from "../../flow/ports.ts";
import { alarmMessage, type Message, type ViewContext } from "../views/index.ts";
import { calm, isUndeliverable, slackError } from "./client.ts";
import { type DmOptions, dmWith, forgetDm } from "./dm.ts";

export interface AdminsOptions extends DmOptions {
  client: WebClient;
  directory: Directory;
  /** As it is when it is read. */
  policy: { readonly admins: readonly Principal[] };
  /** Who was in these user groups before they lost everybody. */
  lately?(groups: readonly GroupId[]): Promise<UserId[]>;
  log: Log;
}

interface CreateAdmins extends AdminsOptions {
  context(locale: Locale): ViewContext;
  /** Does it once a day for all replicas; work that did not succeed may be done again. */
  once(name: string, work: () => Promise<boolean>): Promise<boolean>;
  /** In so many ms it is done again, although the day is not over. */
  again(name: string, ms: number): Promise<void>;
}

/** What comes and goes is told so often at most. */
const COMES_AND_GOES_MS = 10 * MINUTE;

export function createAdmins(options: CreateAdmins): Admins {
  return {
    async tell(alarm) {
      const name = nameOf(alarm);
      const tell = async () => {
        await tellAnew(options, alarm);
        return tellAdmins(options, name ?? digestOf(alarm), (locale) =>
          alarmMessage(alarm, options.context(locale)),
        );
      };
      const told = name === null ? tell() : options.once(name, tell);
      return told.catch((error: unknown) => {
        options.log.warn({ alarm: alarm.kind, err: error }, "the administrators were not told");
        return false;
      });
    },
  };
}

/** The end of a lock-out once one is told, and the next lock-out after its end: to all, also where not all hear this. */
async function tellAnew({ again, memory, clock }: CreateAdmins, alarm: Alarm): Promise<void> {
  if (!("credential" in alarm)) return;
  const other = `${alarm.kind === "locked-out" ? "let-in" : "locked-out"}:${alarm.credential}`;
  const ms = alarm.kind === "locked-out" ? 0 : COMES_AND_GOES_MS;
  const heard = await memory.read(heardBy(other), []);
  // While replicas do not see the same, neither is told over and over.
  if (heard && Math.abs(clock.now() - heard.at) > COMES_AND_GOES_MS) await memory.drop(heardBy(other));
  // Where Redis does not take that, it is told again after the day.
  await again(other, ms).catch(() => {});
}

/** What is found within the same hour is one piece of news. */
const TOGETHER_MS = HOUR;

/** Null: what was told of these is remembered by whoever found them. */
function nameOf(alarm: Alarm): string | null {
  if (alarm.kind === "foreign" || alarm.kind === "groups" || isOfReads(alarm)) return null;
  // Of many that a Redis leaves that lost its records, or that a backup brings back, the first says it all.
  if (alarm.kind === "adopted" || alarm.kind === "returned")
    return `${alarm.kind}:${Math.floor((alarm.request.untold?.at ?? 0) / TOGETHER_MS)}`;
  if (alarm.kind === "hub-silent") return `${alarm.kind}:${alarm.heard ?? "never"}`;
  if (alarm.kind === "unsealed") return `${alarm.kind}:${alarm.seal}`;
  if ("credential" in alarm) return `${alarm.kind}:${alarm.credential}`;
  if (alarm.kind === "leak-unproven") return `${alarm.kind}:${alarm.request.id}:${alarm.generation}`;
  return `${alarm.kind}:${"request" in alarm ? alarm.request.id : alarm.epoch}`;
}

const digestOf = (alarm: Alarm): string => createHash("sha256").update(JSON.stringify(alarm)).digest("hex");

const isOfReads = (alarm: Alarm) => alarm.kind === "reads-opened" || alarm.kind === "reads-closed";

/** Whom Slack does not let hear it for so long may never, and others who heard it are enough. */
const WAITED_FOR_MS = DAY;
/** Longer than until any next try: what nobody tried to tell for so long was over, and all are told when it is so again. */
const OVER_AFTER_MS = 2 * HOUR;

/** Resolves to whether they know of it: false also while somebody may hear it later. `name`: of what they are told. */
export async function tellAdmins(
  options: AdminsOptions,
  name: string,
  word: (locale: Locale) => Message,
): Promise<boolean> {
  const { memory, clock } = options;
  const at = clock.now();
  const { people, areAll } = await reachable(options);
  const before = await heardBefore(options, name, people);
  const outcomes = await Promise.all(
    people.map((id, i) => (before?.values[i] ? "heard" : tellOne(options, id, word))),
  );
  const heard = people.filter((_, i) => outcomes[i] === "heard");
  const since = before?.at ?? at;
  const isWaitedFor = outcomes.includes("later") && Math.abs(at - since) < WAITED_FOR_MS;
  const done = areAll && heard.length > 0 && !isWaitedFor;
  if (!done)
    await memory.write(heardBy(name), {
      ...{ at: since, keepMs: 2 * WAITED_FOR_MS },
      values: { ...marked(heard), [TRIED]: `${at}` },
    });
  // It may come to be so again.
  else if (before) await memory.drop(heardBy(name));
  return done;
}

/** Null where nobody heard it, or what they heard was over. */
async function heardBefore({ memory, clock }: AdminsOptions, name: string, people: readonly UserId[]) {
  const before = await memory.read(heardBy(name), [...people, TRIED]);
  const tried = Number(before?.values.at(-1) ?? before?.at);
  return before && Math.abs(clock.now() - tried) < OVER_AFTER_MS ? before : null;
}

/** When it was tried last; no person is called so. */
const TRIED = "tried";
/** Those who heard it while others did not. */
const heardBy = (name: string): string => `heard:${name}`;
const marked = (ids: readonly UserId[]) => Object.fromEntries(ids.map((id) => [id, "1"]));

/** What Slack refuses is logged. */
async function tellOne(
  options: AdminsOptions,
  id: UserId,
  word: (locale: Locale) => Message,
): Promise<"heard" | "later" | "never"> {
  const { client, directory, log } = options;
  try {
    const said = word((await directory.person(id, "show")).locale);
    const channel = await dmWith(options, client, id);
    await client.chat.postMessage({ channel, ...calm, ...said });
    return "heard";
  } catch (error) {
    const slack = slackError(error);
    log.warn({ slack: slack ?? "no answer" }, "an administrator was not told");
    if (slack !== "channel_not_found") return slack && isUndeliverable(slack) ? "never" : "later";
    // Another DM of theirs is opened at the next try.
    await forgetDm(options, id).catch(() => {});
    return "later";
  }
}

/** An emptied directory must not keep the word of it from them. */
async function reachable({ directory, policy: { admins }, lately }: AdminsOptions) {
  // Those named by themselves are told although Slack does not say who is in a group.
  const { found, areAll } = await directory.members(admins, "show").then(
    (all) => ({ found: all, areAll: true }),
    () => ({ found: admins.filter((p): p is UserId => !isGroup(p)), areAll: false }),
  );
  if (found.length > 0 || !lately) return { people: found, areAll };
  return { people: await lately(admins.filter(isGroup)).catch(() => []), areAll };
}
