/** The workspace's people and user groups, as old as what is asked allows: remembered for all replicas, and else asked of Slack. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { HOUR, MINUTE, SECOND } from "../../domain/duration.ts";
import { type GroupId, isGroup, type Principal, UserId } from "../../domain/ids.ts";
import { Person, type Profile, Standing } from "../../domain/person.ts";
import { type Clock, type Directory, type Memory, type Purpose, SlackBusy } from "../../flow/ports.ts";
import { retryAfter, type SlackClients, slackError } from "./client.ts";
import { notPlainlyMembers } from "./everybody.ts";
import { type HomeWorkspace, profileOf, SlackUser } from "./profile.ts";
import { sharing } from "./sharing.ts";

export interface DirectoryOptions {
  slack: Pick<SlackClients, "interactive" | "scarce" | "to">;
  memory: Memory;
  clock: Clock;
  /** Throws until auth.test has said which workspace is ours, and every look-up of a person with it. */
  home(): HomeWorkspace;
}

/** Also what Slack's events drop. */
export interface WatchedDirectory extends Directory {
  /** By what is remembered alone. Never rejects. */
  recallPerson(id: UserId): Promise<Profile | null>;
  forgetGroups(): Promise<void>;
  forgetPerson(id: UserId): Promise<void>;
}

const FRESH_MS = 10 * SECOND;
/** As of now; many who look at the same moment look once. */
const NOW_MS = 2 * SECOND;
const KEEP_MS = HOUR;
/** What gives access rests on what is fresh: whoever asks others to decide is looked at anew before they are given anything. */
const MAX_AGE_MS: Record<Purpose, number> = {
  grant: FRESH_MS,
  decide: FRESH_MS,
  ask: 5 * MINUTE,
  end: KEEP_MS,
  show: KEEP_MS,
  redraw: KEEP_MS,
  watch: NOW_MS,
};
/** Whom another replica's look let in first is known by then: at the line's end nobody need wait for what is there. */
const AGAIN_MS = 10 * SECOND;
/** People looked at side by side until one will do. */
const AT_ONCE = 4;
/** Whoever asks waits so long for who asked before: what they hear is of now until then. */
const ASKING_MS = NOW_MS;
const GLANCE_MS = 50;
const GROUPS = "groups";
const ASKING = `${GROUPS}:asking`;

export function createDirectory(options: DirectoryOptions): WatchedDirectory {
  const { memory, clock } = options;
  const share = sharing();
  const begun = new Map<string, Reading>();

  async function recallPerson(id: UserId, purpose: Purpose = "show"): Promise<Profile | null> {
    const known = await memory.read(personKey(id), ["profile"]);
    const profile = Stored.safeParse(parsed(known?.values[0])).data;
    return known && profile && isYoung(clock, known.at, purpose) ? profile : null;
  }

  /**
   * Who joins a look that is under way may come after the word, to another replica, that it is true no more: then it is not
   * remembered. A second one was begun after they came. `ask`: null where what was heard is remembered.
   */
  async function looked<T, A>(
    key: string,
    recall: () => Promise<T | null>,
    ask: () => Promise<A | null>,
    pick: (answer: A) => T,
  ): Promise<T> {
    for (let looks = 1; ; looks++) {
      const known = await recall();
      if (known) return known;
      let isOwn = false;
      const answer = await share(key, () => {
        isOwn = true;
        return ask();
      });
      if (answer && (isOwn || looks > 1)) return pick(answer);
    }
  }

  const person = (id: UserId, purpose: Purpose = "decide"): Promise<Profile> =>
    looked(
      shareKey(id, purpose),
      () => recallPerson(id, purpose),
      () => lookUp(options, id, purpose),
      (profile) => profile,
    );

  async function recallGroups(ids: readonly string[], purpose: Purpose): Promise<(UserId[] | null)[] | null> {
    const known = await memory.read(GROUPS, ids);
    if (!known || !isYoung(clock, known.at, purpose)) return null;
    return known.values.map((json) => inGroup(parsed(json)));
  }

  /** Null: another replica was asking, and what it heard is remembered for all. */
  async function askGroups(purpose: Purpose): Promise<Record<string, string[]> | null> {
    const asked = await memory.read(ASKING, []);
    // Its clock may be ahead of ours.
    const until = Math.min(asked?.at ?? 0, clock.now()) + ASKING_MS;
    for (; clock.now() < until; await clock.sleep(GLANCE_MS))
      if (await recallGroups([], purpose)) return null;
    void memory.write(ASKING, { at: clock.now(), values: {}, keepMs: ASKING_MS });
    try {
      return await lookUpGroups(options, purpose);
    } catch (error) {
      void memory.drop(ASKING);
      throw error;
    }
  }

  const found = async (ids: readonly string[], purpose: Purpose): Promise<(UserId[] | null)[]> =>
    ids.length === 0
      ? []
      : looked(
          groupsKey(purpose),
          () => recallGroups(ids, purpose),
          () => askGroups(purpose),
          (all) => ids.map((id) => inGroup(all[id])),
        );

  /** A user group that is gone or disabled has none. */
  const groups = async (ids: readonly string[], purpose: Purpose): Promise<UserId[][]> =>
    (await found(ids, purpose)).map((all) => all ?? []);

  async function everyone(principals: readonly Principal[], purpose: Purpose): Promise<UserId[]> {
    const found = await groups(principals.filter(isGroup), purpose);
    return [...new Set([...principals.filter((p): p is UserId => !isGroup(p)), ...found.flat()])];
  }

  return {
    person,
    recallPerson: (id) => recallPerson(id),
    members: everyone,
    async qualifies(id, principals, purpose = "decide") {
      if (principals.includes(id)) return id;
      const asked = principals.filter(isGroup);
      const found = await groups(asked, purpose);
      return asked.find((_, i) => found[i]?.includes(id)) ?? null;
    },
    async groups(ids, purpose) {
      const all = await found(ids, purpose);
      return new Map(ids.map((id, i): [GroupId, UserId[] | null] => [id, all[i] ?? null]));
    },
    exceptMembers: (ids, signal) => notPlainlyMembers({ ...options, signal }, ids),
    async countMembers(ids, enough, purpose = "show") {
      const left = [...ids];
      let count = 0;
      while (left.length > 0 && count < enough) {
        const profiles = await Promise.all(left.splice(0, AT_ONCE).map((id) => person(id, purpose)));
        count += profiles.filter(({ standing }) => standing === "member").length;
      }
      return Math.min(count, enough);
    },
    async inChannel(channel) {
      const known = await memory.read(channelKey(channel), ["members"]);
      if (known && isYoung(clock, known.at, "decide")) return membersIn(parsed(known.values[0]));
      return share(channelKey(channel), () => lookUpChannel(options, channel, begun));
    },
    async recall(id, principals) {
      if (principals.includes(id)) return true;
      const known = await memory.read(GROUPS, principals.filter(isGroup));
      if (!known || !isYoung(clock, known.at, "show")) return null;
      return known.values.some((json) => members(parsed(json)).includes(id));
    },
    forgetGroups() {
      for (const purpose of ["decide", ...APART] as const) share.forget(groupsKey(purpose));
      return Promise.all([GROUPS, ASKING].map((name) => memory.drop(name))).then(() => {});
    },
    forgetPerson(id) {
      for (const purpose of ["show", "redraw"] as const) share.forget(shareKey(id, purpose));
      // Also of whom nothing is remembered: another replica's look may be under way.
      return memory.drop(personKey(id));
    },
  };
}

const channelKey = (id: string): string => `channel:${id}`;
const personKey = (id: UserId): string => `person:${id}`;
/** Nobody waits with what has no hurry. */
const shareKey = (id: UserId, purpose: Purpose): string =>
  purpose === "redraw" ? `${personKey(id)}:${purpose}` : personKey(id);
/** Whoever waits does not wait with what gives way, nor is refused with what has fewer calls. */
const APART: readonly Purpose[] = ["watch", "ask", "redraw"];
const groupsKey = (purpose: Purpose): string => (APART.includes(purpose) ? `${GROUPS}:${purpose}` : GROUPS);
const Stored = Person.extend({
  standing: Standing,
  title: z.string().optional(),
  timeZone: z.string().optional(),
});
const isYoung = (clock: Clock, at: number, purpose: Purpose): boolean =>
  Math.abs(clock.now() - at) <= MAX_AGE_MS[purpose];

const parsed = (json: string | null | undefined): unknown => (json ? JSON.parse(json) : undefined);
const Members = z.array(UserId.nullable().catch(null));
const members = (found: unknown): UserId[] =>
  (Members.safeParse(found).data ?? []).filter((id) => id !== null);

/** Null: there is no such group that is enabled. */
const inGroup = (found: unknown): UserId[] | null => (found === undefined ? null : members(found));

/** Null: Slack does not show the channel. */
const membersIn = (found: unknown): UserId[] | null => (found === null ? null : members(found));

/** Of what nobody waits for, Slack's jobs come back; the rest is asked as for somebody who waits. */
function clientFor({ slack }: DirectoryOptions, purpose: Purpose, waiting = slack.interactive): WebClient {
  if (purpose === "ask") return slack.to("ask");
  if (purpose === "watch") return slack.to("trouble");
  // A crowd's Home tabs must not stand before decisions and tokens.
  if (purpose === "redraw") return slack.to("tidying");
  return purpose === "grant" ? slack.to("show") : waiting;
}

async function lookUp(options: DirectoryOptions, id: UserId, purpose: Purpose): Promise<Profile> {
  const at = options.clock.now();
  const within = purpose === "ask" ? AGAIN_MS : undefined;
  const profile = await lookUpPerson(clientFor(options, purpose), options.home(), id).catch(
    (error: unknown) => throwBusy(error, within),
  );
  const values = { profile: JSON.stringify(profile) };
  // Nobody need wait: whoever reads it asks the same Redis later.
  void options.memory.write(personKey(id), { at, values, keepMs: KEEP_MS });
  return profile;
}

const UNKNOWN = new Set(["user_not_found", "users_not_found", "user_not_visible"]);

/** As Slack says it now. Throws what the client throws. */
export async function lookUpPerson(client: WebClient, home: HomeWorkspace, id: UserId): Promise<Profile> {
  try {
    const { user } = await client.users.info({ user: id, include_locale: true });
    return profileOf(id, SlackUser.parse(user), home);
  } catch (error) {
    if (!UNKNOWN.has(slackError(error) ?? "")) throw error;
    return { id, name: id, locale: "en", standing: "stranger" };
  }
}

const Groups = z.object({
  usergroups: z.array(z.object({ id: z.string(), users: z.array(z.string()).default([]) })),
});

async function lookUpGroups(options: DirectoryOptions, purpose: Purpose): Promise<Record<string, string[]>> {
  const at = options.clock.now();
  // Who left is one look, however much changed meanwhile; decisions need theirs at once.
  const { slack } = options;
  const client = purpose === "watch" ? slack.to("cards") : clientFor(options, purpose, slack.scarce);
  const answer = await client.usergroups.list({ include_users: true }).catch(throwBusy);
  const { usergroups } = Groups.parse(answer);
  const values = Object.fromEntries(usergroups.map(({ id, users }) => [id, JSON.stringify(users)]));
  void options.memory.write(GROUPS, { at, values, keepMs: KEEP_MS });
  return Object.fromEntries(usergroups.map(({ id, users }) => [id, users]));
}

/** A channel that takes no card is the card's trouble, which says so. */
const HIDDEN = new Set(["channel_not_found", "not_in_channel", "missing_scope"]);
const Page = z.object({
  members: z.array(z.string()),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const PAGE = 1_000;

/** What of a channel was read so far. */
interface Reading {
  at: number;
  members: string[];
  cursor?: string | undefined;
}

/** A minute's calls may be too few for a channel of very many: where Slack asks to wait, the next look goes on from there. */
async function lookUpChannel(
  options: DirectoryOptions,
  channel: string,
  begun: Map<string, Reading>,
): Promise<UserId[] | null> {
  const at = options.clock.now();
  const before = begun.get(channel);
  const read = before && isYoung(options.clock, before.at, "ask") ? before : { at, members: [] };
  begun.delete(channel);
  const found = await allIn(clientFor(options, "ask"), channel, read).catch((error: unknown) => {
    if (HIDDEN.has(slackError(error) ?? "")) return null;
    if (retryAfter(error) !== null) begun.set(channel, read);
    return throwBusy(error);
  });
  const values = { members: JSON.stringify(found) };
  await options.memory.write(channelKey(channel), { at, values, keepMs: FRESH_MS });
  return membersIn(found);
}

/** As Slack says it now, after what was read before. Throws what the client throws. */
export async function allIn(
  client: WebClient,
  channel: string,
  read: Omit<Reading, "at"> = { members: [] },
): Promise<string[]> {
  do {
    const { cursor } = read;
    const asked = { channel, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page = Page.parse(await client.conversations.members(asked));
    read.members.push(...page.members);
    read.cursor = page.response_metadata?.next_cursor;
  } while (read.cursor);
  return read.members;
}

function throwBusy(error: unknown, within = Number.POSITIVE_INFINITY): never {
  const wait = retryAfter(error);
  throw wait === null ? error : new SlackBusy(Math.min(wait, within));
}
