/** Looks up people, user groups and DMs in Slack, and remembers each look for some seconds. */
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import { DAY, HOUR, SECOND } from "../request/durations.ts";
import { type GroupId, UserId } from "../request/ids.ts";
import type { Groups, Locale, Person } from "../request/people.ts";
import { LOCALES } from "../request/people.ts";
import type { CallSlack, Kept } from "./calls.ts";
import { type Place, SlackRefusal } from "./slack.ts";

const FRESH = 15 * SECOND;
const DMS_KEPT = 90 * DAY;

const flag = z.boolean().nullish();
const words = z.string().nullish();
/** Slack leaves fields out for some people. */
const SlackUser = z.object({
  user: z.object({
    name: words,
    real_name: words,
    locale: words,
    tz: words,
    team_id: words,
    enterprise_id: words,
    deleted: flag,
    is_bot: flag,
    is_restricted: flag,
    is_ultra_restricted: flag,
    enterprise_user: z.object({ enterprise_id: words }).nullish(),
    profile: z.object({ display_name: words, real_name: words, title: words }).nullish(),
  }),
});
type SlackUser = z.infer<typeof SlackUser>["user"];

const Home = z.object({ url: z.url(), team_id: z.string(), enterprise_id: words });
type Home = z.infer<typeof Home>;
const UserGroups = z.object({
  usergroups: z.array(z.object({ id: z.string(), users: z.array(z.string()).optional() })),
});
const Dm = z.object({ channel: z.object({ id: z.string() }) });

/** The members of every group that Slack lists: not of a disabled one. `lookedUpAt` is by the clock of Redis. */
interface AllGroups {
  members: Record<string, UserId[]>;
  lookedUpAt: number;
}

export type Directory = ReturnType<typeof createDirectory>;

/** A look that fails throws, and decides nothing. */
export function createDirectory(call: CallSlack, { store, clock }: { store: Kept; clock: Clock }) {
  const lookRecently = createLooks(clock);
  const names = new Map<string, string>();
  const home = () => lookRecently("home", Number.POSITIVE_INFINITY, () => call("auth.test", {}, Home));

  const lookUpPerson = async (id: UserId): Promise<Person> => {
    const lookedUpAt = await store.now();
    const [user, ours] = await Promise.all([readUser(call, id), home()]);
    const described = describePerson(id, user, ours);
    names.set(id, described.name);
    return { ...described, lookedUpAt };
  };

  const person = (id: UserId, within = FRESH): Promise<Person> =>
    lookRecently(`person:${id}`, within, () => lookUpPerson(id));

  /** All groups come by one call, which Slack allows 20 times a minute. */
  const allGroups = (within: number) => lookRecently("groups", within, () => readGroups(call, store));

  return {
    /** A look of the last `within` ms (15 s when left out); `lookedUpAt` is by the clock of Redis. */
    person,
    /**
     * The address that opens a message, as chat.getPermalink says it, without asking Slack for each
     * (docs.slack.dev/reference/methods/chat.getPermalink).
     */
    messageLink: async ({ channel, ts }: Place): Promise<string> => {
      const parts = [channel, `p${ts.replace(".", "")}`].map(encodeURIComponent);
      return new URL(`archives/${parts.join("/")}`, (await home()).url).href;
    },
    /** As this replica saw it last, however long ago; null: it never did. */
    knownName: (id: string): string | null => names.get(id) ?? null,
    async groups(ids: readonly GroupId[], within = FRESH): Promise<Groups> {
      if (ids.length === 0) return { members: new Map(), lookedUpAt: await store.now() };
      const { members, lookedUpAt } = await allGroups(within);
      const known = ids.filter((id) => Object.hasOwn(members, id));
      return { members: new Map(known.map((id) => [id, new Set(members[id])])), lookedUpAt };
    },
    /** For words only: kept for an hour, and English where Slack does not tell. */
    localeFor: (user: UserId): Promise<Locale> =>
      person(user, HOUR).then(
        ({ locale }) => locale,
        () => "en" as const,
      ),
    /** A person's DM, as Slack says it; kept in memory. */
    openDm: (user: UserId): Promise<string> => lookRecently(`dm:${user}`, DMS_KEPT, () => findDm(call, user)),
  };
}

/** In memory alone: a token goes there, and Redis may lie. */
async function findDm(call: CallSlack, user: UserId): Promise<string> {
  return (await call("conversations.open", { users: user }, Dm)).channel.id;
}

const UNKNOWN = ["user_not_found", "users_not_found", "user_not_visible"];

/** Null: nobody whom Slack shows us. */
async function readUser(call: CallSlack, user: UserId): Promise<SlackUser | null> {
  try {
    return (await call("users.info", { user, include_locale: true }, SlackUser)).user;
  } catch (error) {
    if (error instanceof SlackRefusal && UNKNOWN.includes(error.code)) return null;
    throw error;
  }
}

function describePerson(id: UserId, user: SlackUser | null, home: Home): Omit<Person, "lookedUpAt"> {
  const { profile, real_name, name } = user ?? {};
  const names = [profile?.display_name, profile?.real_name, real_name, name];
  return {
    id,
    name: names.find((one) => one?.trim()) ?? id,
    title: profile?.title?.trim() ?? "",
    zone: user?.tz || "UTC",
    locale: LOCALES.find((one) => user?.locale?.toLowerCase().startsWith(one)) ?? "en",
    standing: user ? standingFor(id, user, home) : "stranger",
  };
}

function standingFor(id: UserId, user: SlackUser, home: Home): Person["standing"] {
  if (user.deleted) return "left";
  // Slackbot is no bot by its flags.
  if (user.is_bot || id === "USLACKBOT") return "bot";
  // Not by `is_stranger`, which is false for all who share a channel with us, of whatever workspace.
  const grids = [user.enterprise_id, user.enterprise_user?.enterprise_id];
  const isOurs =
    user.team_id === home.team_id || (home.enterprise_id != null && grids.includes(home.enterprise_id));
  if (!isOurs) return "stranger";
  return user.is_restricted || user.is_ultra_restricted ? "guest" : "member";
}

async function readGroups(call: CallSlack, store: Kept): Promise<AllGroups> {
  const lookedUpAt = await store.now();
  const { usergroups } = await call("usergroups.list", { include_users: true }, UserGroups);
  const isUser = (id: string): id is UserId => UserId.safeParse(id).success;
  return {
    members: Object.fromEntries(
      usergroups.flatMap(({ id, users }) => (users ? [[id, users.filter(isUser)]] : [])),
    ),
    lookedUpAt,
  };
}

/**
 * Each look and when it began, in the memory of this replica: callers who accept one that is `within` ms old share it,
 * also while it runs. There are as many as people who used the bot.
 */
function createLooks({ now }: Clock) {
  const looks = new Map<string, { at: number; found: Promise<unknown> }>();
  return <T>(key: string, within: number, look: () => Promise<T>): Promise<T> => {
    const at = now();
    const known = looks.get(key);
    if (known && known.at <= at && at - known.at <= within) return known.found as Promise<T>;
    const found = look();
    looks.set(key, { at, found });
    found.catch(() => looks.delete(key));
    return found;
  };
}
