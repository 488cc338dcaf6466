/** While Slack is away, tokens that must leave it are tried so often that the first goes soon after its return, and so seldom that there is room for it. */
import { setImmediate as turn } from "node:timers/promises";
import { Agent } from "undici";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { type JumpClock, stillClock } from "../../sandbox/clock.ts";
import { type CallFailure, type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { secret } from "../../src/domain/secret.ts";
import { type Notifier, type Place, SlackBusy } from "../../src/flow/ports.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { type SlackClients, slackClient, slackClients } from "../../src/slack/outbound/client.ts";
import { createNotifier } from "../../src/slack/outbound/notifier.ts";
import { sendBy } from "../../src/slack/outbound/send.ts";
import { createTurns } from "../../src/store/turns.ts";
import { remembering } from "../helpers/memories.ts";
import { freshKeys, memoryLog, testRedis } from "../helpers/redis.ts";
import { uncounted } from "../helpers/uncounted.ts";
import { deliveringOne, drawn, view } from "./records.ts";

const redis = await testRedis();
const agent = new Agent();
afterAll(() => Promise.all([redis[Symbol.asyncDispose](), agent.destroy()]));

const TOKENS = 6;
const AWAY_MS = 2 * MINUTE;
const STEP_MS = SECOND / 4;
const WITHIN_MS = 2 * SECOND;
/** As the step that takes a token off comes again, where it is not told when. */
const AGAIN_MS = SECOND;
const MANY = 1_000_000;

let clock: JumpClock;
let slack: LocalSlack;
let underWay: number;

beforeEach(async () => {
  clock = stillClock();
  underWay = 0;
  slack = await startLocalSlack({
    ...{ clock, signingSecret: "s", botToken: "xoxb-1", command: "/karpor-access", groups: [] },
    people: [{ id: "U0BOB", name: "bob" }],
    channels: [{ id: "C0APPROVALS", name: "approvals", members: ["U0BOB"] }],
    // Only the bot counts: what it lets through is what is looked at.
    limits: false,
  });
});
afterEach(() => slack.close());

const { r } = drawn("token:hidden");
const { key, shows } = drawn("token:setting-up");
const notifierOver = (clients: SlackClients): Notifier =>
  createNotifier({
    ...{ slack: clients, memory: remembering(), clock, language: "en", context: view, log: memoryLog() },
  });

/** What happens at Slack, and is waited for by nobody. */
function begin(work: Promise<unknown>): Promise<unknown> {
  underWay++;
  return work.catch((error: unknown) => error).finally(() => underWay--);
}

/** Time passes, and whoever is under way ends, or sleeps. */
async function pass(): Promise<void> {
  clock.jump(STEP_MS);
  await rest();
}
const rest = async () => {
  while (underWay > clock.asleep().length) await turn();
};

interface Token {
  at: Place;
  again: number;
}

async function shown(): Promise<Token[]> {
  const notifier = notifierOver(
    uncounted(slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive: false })),
  );
  const tokens: Token[] = [];
  while (tokens.length < TOKENS) {
    const at = await notifier.post({ ...deliveringOne, messages: {} }, key, shows);
    await notifier.showToken(deliveringOne, at, secret("eyJ.x.sig"));
    tokens.push({ at, again: clock.now() });
  }
  return tokens;
}

/** Each is tried by a replica of its own, and again when that is told to. */
function tryThose(tokens: readonly Token[], notifiers: readonly Notifier[]): void {
  for (const [nth, token] of tokens.entries()) {
    if (clock.now() < token.again) continue;
    token.again = Number.POSITIVE_INFINITY;
    const by = notifiers[nth % notifiers.length] as Notifier;
    void begin(by.takeTokenOff(r, "gone", token.at, nth % 2 ? "edit" : "either")).then((outcome) => {
      if (!(outcome instanceof Error)) return;
      token.again = clock.now() + (outcome instanceof SlackBusy ? outcome.retryAfterMs : AGAIN_MS);
    });
  }
}

/** Whatever else a replica edits and deletes, as much as it is let: each message of its own, one call after the other. */
function tidying({ to }: SlackClients, [edited, erased]: readonly Token[]): () => void {
  const client = to("tidying");
  const works = [
    () => client.chat.update({ ...(edited as Token).at, text: String(clock.now()) }),
    () => client.chat.delete((erased as Token).at),
  ];
  const busy = new Set<unknown>();
  return () => {
    for (const work of works.filter((one) => !busy.has(one))) {
      busy.add(work);
      void begin(work()).then(() => busy.delete(work));
    }
  };
}

test.each<[CallFailure, number]>([
  ["fatal_error", 1],
  ["invalid_auth", 2],
  [{ status: 503 }, 1],
  [{ status: 503 }, 5],
  ["service_unavailable", 3],
])("Slack is away (%j), and %i replicas hold tokens that must go", async (failure, replicas) => {
  const all = await shown();
  const [others, tokens] = [all.slice(0, 2), all.slice(2)];
  const keys = freshKeys();
  const clients = Array.from({ length: replicas }, () => {
    const turns = createTurns({ redis: redis.commands, keys, clock });
    const budget = createBudget({ turns, clock, giveWay: createGiveWay(), send: sendBy(agent) });
    return slackClients("xoxb-1", budget, { apiUrl: slack.apiUrl });
  });
  const notifiers = clients.map(notifierOver);
  const tidies = clients.map((each) => tidying(each, others));
  slack.failNext("*", failure, MANY);
  const before = slack.calls.length;
  const from = clock.now();
  const step = async () => {
    tryThose(tokens, notifiers);
    for (const tidy of tidies) tidy();
    await pass();
  };
  while (clock.now() < from + AWAY_MS) await step();

  const stands = new Set(tokens.map(({ at }) => at.ts));
  const tries = () => slack.calls.slice(before).filter(({ args }) => stands.has(String(args.ts)));
  const times = [from, ...tries().map(({ at }) => at), clock.now()];
  const gaps = times.slice(1).map((at, nth) => at - (times[nth] as number));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(WITHIN_MS);

  slack.clearFailures();
  const back = clock.now();
  const gone = () => tries().filter(({ at, error, status }) => at >= back && status === 200 && !error);
  while (gone().length < tokens.length && clock.now() < back + MINUTE) await step();
  expect((gone()[0]?.at ?? 0) - back).toBeLessThanOrEqual(WITHIN_MS);
  expect(gone()).toHaveLength(tokens.length);
  while (clock.asleep().length > 0) await pass();
});
