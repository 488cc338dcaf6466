/** Who people are, who is in which user group, and where their DM is: as Slack says it, kept in Redis for all replicas. */
import { z } from "zod";
import { DAY, HOUR, SECOND } from "../request/durations.ts";
import { UserId } from "../request/ids.ts";
import type { Person } from "../request/people.ts";
import { LOCALES } from "../request/people.ts";
import type { CallSlack, Kept } from "./calls.ts";
import { type Slack, SlackRefusal } from "./slack.ts";

const FRESH = 15 * SECOND;
const LOOKS_KEPT = HOUR;
const DMS_KEPT = 90 * DAY;

const flag = z.boolean().nullish();
const words = z.string().nullish();
/** Slack leaves fields out for some people. */
const SlackUser = z.object({
  user: z.object({
    ...{ name: words, real_name: words, locale: words, tz: words, team_id: words, enterprise_id: words },
    ...{ deleted: flag, is_bot: flag, is_restricted: flag, is_ultra_restricted: flag },
    enterprise_user: z.object({ enterprise_id: words }).nullish(),
    profile: z.object({ display_name: words, real_name: words, title: words }).nullish(),
  }),
});
type SlackUser = z.infer<typeof SlackUser>["user"];

const Home = z.object({ team_id: z.string(), enterprise_id: words });
type Home = z.infer<typeof Home>;
const UserGroups = z.object({
  usergroups: z.array(z.object({ id: z.string(), users: z.array(z.string()).default([]) })),
});
const Dm = z.object({ channel: z.object({ id: z.string() }) });

const KeptPerson = z.object({
  ...{ id: UserId, name: z.string(), title: z.string(), zone: z.string(), locale: z.enum(LOCALES) },
  standing: z.enum(["member", "left", "bot", "guest", "stranger"]),
  lookedUpAt: z.number(),
});
const KeptGroups = z.object({ members: z.record(z.string(), z.array(UserId)), lookedUpAt: z.number() });

type Directory = Pick<Slack, "person" | "groups" | "localeFor" | "openDm">;

/** A look that fails throws, and decides nothing. */
export function createDirectory(call: CallSlack, store: Kept): Directory {
  const share = createSharing();
  const home = () => share("home", () => call("auth.test", {}, Home), { forEver: true });

  const lookUpPerson = async (id: UserId): Promise<Person> => {
    const lookedUpAt = await store.now();
    const [user, ours] = await Promise.all([readUser(call, id), home()]);
    return { ...describePerson(id, user, ours), lookedUpAt };
  };

  const person: Directory["person"] = (id, within = FRESH) =>
    recent(store, `person:${id}`, KeptPerson, within, () => share(`person:${id}`, () => lookUpPerson(id)));

  /** All groups come by one call, which Slack allows 20 times a minute. */
  const allGroups = (within: number) =>
    recent(store, "groups", KeptGroups, within, () => share("groups", () => readGroups(call, store)));

  return {
    person,
    async groups(ids, within = FRESH) {
      if (ids.length === 0) return { members: new Map(), lookedUpAt: await store.now() };
      const { members, lookedUpAt } = await allGroups(within);
      return { members: new Map(ids.map((id) => [id, new Set(members[id])])), lookedUpAt };
    },
    localeFor: (user) =>
      person(user, LOOKS_KEPT).then(
        ({ locale }) => locale,
        () => "en",
      ),
    async openDm(user) {
      const known = await store.kept(`dm:${user}`);
      if (known !== null) return known;
      const { channel } = await call("conversations.open", { users: user }, Dm);
      await store.keep(`dm:${user}`, channel.id, DMS_KEPT);
      return channel.id;
    },
  };
}

/** What is kept, when it is young enough; else a look of now, which is then kept. */
async function recent<T>(
  store: Kept,
  key: string,
  shape: z.ZodType<T>,
  within: number,
  look: () => Promise<T>,
): Promise<T> {
  const isYoung = within === LOOKS_KEPT || LOOKS_KEPT - (await store.keptFor(key)) <= within;
  const kept = isYoung ? await store.kept(key) : null;
  if (kept !== null) {
    const known = shape.safeParse(JSON.parse(kept));
    if (known.success) return known.data;
  }
  const found = await look();
  await store.keep(key, JSON.stringify(found), LOOKS_KEPT);
  return found;
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
    standing: user ? standingOf(id, user, home) : "stranger",
  };
}

function standingOf(id: UserId, user: SlackUser, home: Home): Person["standing"] {
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

async function readGroups(call: CallSlack, store: Kept): Promise<z.infer<typeof KeptGroups>> {
  const lookedUpAt = await store.now();
  const { usergroups } = await call("usergroups.list", { include_users: true }, UserGroups);
  const isUser = (id: string): id is UserId => UserId.safeParse(id).success;
  return {
    members: Object.fromEntries(usergroups.map(({ id, users }) => [id, users.filter(isUser)])),
    lookedUpAt,
  };
}

/** Many who look for the same at one moment look once. */
function createSharing() {
  const running = new Map<string, Promise<unknown>>();
  return <T>(key: string, look: () => Promise<T>, { forEver = false } = {}): Promise<T> => {
    const started = (running.get(key) as Promise<T> | undefined) ?? look();
    running.set(key, started);
    const forget = () => void running.delete(key);
    started.then(forEver ? () => {} : forget, forget);
    return started;
  };
}
