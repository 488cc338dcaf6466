/** The bot's door to Slack, opened by real Bolt before the local workspace, within Slack's limits; records are in memory. */
import { Agent } from "undici";
import { afterAll, expect, onTestFinished } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack, visibleText } from "../../sandbox/slack/index.ts";
import { type Catalog, channelFor, Role } from "../../src/domain/catalog.ts";
import { RequestId, UserId } from "../../src/domain/ids.ts";
import type { Locale } from "../../src/domain/person.ts";
import type { State } from "../../src/domain/request.ts";
import type { HoldFound } from "../../src/flow/support/holds.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { comeAgain, startHttp } from "../../src/http/server.ts";
import { createBusy } from "../../src/slack/inbound/busy.ts";
import { createListener, type ListenerOptions } from "../../src/slack/inbound/listen.ts";
import { createAllowanceNotifier } from "../../src/slack/outbound/allowance-notifier.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { slackClients } from "../../src/slack/outbound/client.ts";
import { createDirectory } from "../../src/slack/outbound/directory.ts";
import { createHomeTab } from "../../src/slack/outbound/home-tab.ts";
import { createNotifier, type NotifierOptions } from "../../src/slack/outbound/notifier.ts";
import { type RememberedPeople, rememberPeople } from "../../src/slack/outbound/people.ts";
import { sendBy } from "../../src/slack/outbound/send.ts";
import type { ViewContext } from "../../src/slack/views/index.ts";
import { createTold } from "../../src/store/told.ts";
import { createTurns } from "../../src/store/turns.ts";
import { remembering } from "./memories.ts";
import { memoryLog } from "./memory-log.ts";
import { type MemoryPorts, memoryPorts, workThrough } from "./memory-ports.ts";
import { passingTurns } from "./passing-turns.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI, members } from "./people.ts";
import { freshKeys, testRedis } from "./redis.ts";

export { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI };
export const ROOT = "U0ROOT";
export const ELSEWHERE = "C0ELSEWHERE";
/** The DM of Bob and Mei, where the bot is not. */
export const ASIDE = "D0BOBMEI";
/** A guest of the workspace. */
export const GUS = "U0GUS";
const everyone = [ALICE, BOB, CAROL, MEI, ROOT, GUS];

const token = "xoxb-planted-token";
const appToken = "xapp-planted-token";
const signingSecret = "shh";

export const role = (more: object) =>
  Role.parse({
    clusterRole: "karpor-guest",
    description: { en: "View every page", zh: "查看所有页面" },
    duration: { default: "1h", max: "8h" },
    approval: { by: ["S0SRE"], within: "4h" },
    ...more,
  });
export const usual: Catalog = {
  guest: role({}),
  peek: role({ approval: "none" }),
  admin: role({
    reason: "required",
    requester: { in: ["S0DEV"] },
    breakGlass: { by: ["S0DEV"], max: "30m", review: ["S0SRE"] },
  }),
};

const workspace = (clock: ReturnType<typeof jumpClock>) => ({
  clock,
  ackTimeoutMs: 30_000,
  signingSecret,
  botToken: token,
  appToken,
  command: "/karpor-access",
  people: [
    ...members,
    { id: ROOT, name: "root", realName: "Root" },
    { id: GUS, name: "gus", realName: "Gus", isRestricted: true },
  ],
  groups: [
    { id: "S0SRE", handle: "sre", members: [ALICE, CAROL] },
    { id: "S0DEV", handle: "dev", members: [BOB] },
  ],
  channels: [
    { id: APPROVALS, name: "approvals", members: everyone },
    { id: GENERAL, name: "general", members: everyone },
    { id: ELSEWHERE, name: "elsewhere", members: everyone, botIsMember: false },
    { id: ASIDE, name: "aside", members: [BOB, MEI], isPrivate: true, botIsMember: false },
  ],
});

const redis = await testRedis();
const agent = new Agent();
afterAll(() => Promise.all([redis[Symbol.asyncDispose](), agent.destroy()]));

export interface DoorOptions {
  transport?: "http" | "socket";
  /** Another replica's: the same workspace and time, with records of its own. */
  beside?: Workspace;
  more?: Partial<ListenerOptions>;
  roles?: Catalog;
  /** Besides those whom all tests know. */
  people?: { id: string; name: string; realName: string }[];
}

export type Door = Awaited<ReturnType<typeof openDoor>>;
type Workspace = Awaited<ReturnType<typeof openWorkspace>>;

async function openWorkspace(more: DoorOptions["people"]) {
  const clock = jumpClock();
  const usually = workspace(clock);
  const slack = await startLocalSlack({ ...usually, people: [...usually.people, ...(more ?? [])] });
  onTestFinished(slack.close);
  onTestFinished(() => expectCalm(slack));
  const shared = { redis: redis.commands, keys: freshKeys(), clock };
  return {
    ...{ clock, slack, held: new Map<symbol, number>() },
    ...{ memory: remembering(clock.now), told: createTold(shared) },
    ...{ turns: createTurns(shared), passing: passingTurns(clock, { atOnce: true }) },
  };
}

/** Nothing that was posted unfolds a link. */
function expectCalm({ calls }: LocalSlack): void {
  const loud = calls.filter(
    ({ method, args }) => method === "chat.postMessage" && String(args.unfurl_links) !== "false",
  );
  expect(loud.map(({ args }) => args.text)).toEqual([]);
}

export async function openDoor({
  transport = "http",
  beside,
  more = {},
  roles = usual,
  people: others,
}: DoorOptions = {}) {
  const workspace = beside ?? (await openWorkspace(others));
  const { clock, slack, held, memory, turns, passing } = workspace;
  const log = memoryLog();
  const budget = createBudget({ turns, clock: passing, giveWay: createGiveWay(), send: sendBy(agent) });
  const callers = slackClients(token, budget, { apiUrl: slack.apiUrl, timeout: 20_000 });
  const people = rememberPeople(createDirectory({ slack: callers, memory, clock, home: () => slack.bot }));
  const context = contextOf(clock, roles);
  const messages: NotifierOptions = {
    ...{ slack: callers, memory, clock },
    language: "en",
    context,
    log,
  };
  const notifier = createNotifier(messages);
  const allowanceNotifier = createAllowanceNotifier(messages);
  const policy = {
    roles,
    rules: [],
    limits: {},
    admins: [ROOT as never],
    reminders: [],
    digest: "0".repeat(64),
    source: "",
  };
  const homeTab = createHomeTab({ ...messages, slack: callers });
  const ports = memoryPorts({ clock, log, policy, notifier, allowanceNotifier, directory: people, homeTab });
  const http = await startHttp(0, {});
  http.serve(comeAgain);
  const reports: (readonly HoldFound[])[] = [];
  const notices: (readonly HoldFound[])[] = [];
  const replica = Symbol("replica");
  const records = { there: true };
  const listener = createListener({
    ...{ ports, client: callers.interactive, patient: callers.to("tidying"), people, memory },
    ...{ viewContext: context, log, token },
    busy: createBusy(),
    // Far longer than any answer takes here: whose they are, the bot says.
    ackWithin: 20_000,
    language: "en",
    transport: transport === "http" ? { signingSecret, serve: http.serve } : { appToken },
    hasRecords: () => records.there,
    report: (found) => void reports.push(found),
    notice: (found) => void notices.push(found),
    sent: async () => {},
    held: async (own) => {
      held.set(replica, own);
      return [...held.values()].reduce((sum, one) => sum + one, 0);
    },
    botId: slack.bot.botId,
    botUserId: slack.bot.userId,
    apiUrl: slack.apiUrl,
    ...more,
  });
  onTestFinished(() => http.stop());
  onTestFinished(() => listener.stop());
  const url = `http://127.0.0.1:${http.port}/slack/events`;
  if (transport === "http") slack.deliverTo(url);
  await listener.start();
  const door = {
    ...workspace,
    notices,
    lines: log.lines,
    ports,
    people,
    listener,
    url,
    reports,
    records,
    ...seen(slack),
  };
  return { ...door, ...steps(door) };
}

const contextOf =
  (clock: { now(): number }, roles: Catalog) =>
  (locale: Locale): ViewContext => ({
    locale,
    hub: { name: "production", dashboard: "https://karpor.example.com" },
    roles,
    channel: (name) => channelFor(roles, name, APPROVALS),
    pings: () => [],
    admins: [],
    command: "/karpor-access",
    now: clock.now(),
  });

/** What people see, waited for. */
const seen = (slack: LocalSlack) => ({
  whisper: (user: string, words: string) =>
    slack.waitFor(() => slack.ephemerals(user).findLast((m) => visibleText(m).includes(words))),
  card: (words: string) =>
    slack.waitFor(() => slack.messages(APPROVALS).findLast((m) => visibleText(m).includes(words))),
  dm: (user: string, words: string) =>
    slack.waitFor(() => slack.dm(user).findLast((m) => visibleText(m).includes(words))),
  modal: (user: string, words: string) =>
    slack.waitFor(() =>
      slack.views(user).find((v) => visibleText({ text: "", blocks: v.blocks }).includes(words)),
    ),
});

type Opened = ReturnType<typeof seen> & {
  slack: LocalSlack;
  ports: MemoryPorts;
  people: RememberedPeople;
};

function steps({ slack, ports, people, card }: Opened) {
  const state = async (id: string) => (await ports.requests.get(RequestId.parse(id)))?.state;
  /** A click is acknowledged before it is done: works until the record is there. */
  const until = (id: string, wanted: State) =>
    expect.poll(() => workThrough(ports).then(() => state(id)), { interval: 1 }).toBe(wanted);
  const ask = async (user = BOB, line = "guest 2h a look") => {
    await slack.command(user, GENERAL, line);
    // It is vetted after the acknowledgement.
    await expect.poll(() => ports.requests.all().at(-1)?.state, { interval: 1 }).not.toBe("requested");
    await workThrough(ports);
    const made = ports.requests.all().at(-1);
    if (!made) throw new Error(`not stored: ${line}`);
    return made;
  };
  return {
    state,
    until,
    work: () => workThrough(ports),
    /** Their names and languages are remembered from now on. */
    meet: (...ids: string[]) => Promise.all(ids.map((id) => people.person(UserId.parse(id)))),
    /** Asked and looked at: the card stands. */
    ask,
    /** Approved by Alice and delivered. */
    grant: async (user = BOB, line = "guest 2h a look") => {
      const { id, approvers } = await ask(user, line);
      if (approvers.length > 0) await slack.click(ALICE, await card(id), "approve");
      await until(id, "active");
      return { id, value: `${id}:1` };
    },
  };
}
