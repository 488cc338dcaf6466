/** Two hundred people at once, within Slack's limits: how soon the last has the token, and how soon the last token is gone. */
import { setTimeout as delay } from "node:timers/promises";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { APPROVALS_CHANNEL, APPROVER, GENERAL_CHANNEL, PEOPLE, STRANGERS } from "../context.ts";
import { type FastBot, startFastBot } from "../fast-bot.ts";
import { ms, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";

const MANY = 200;
/** They press in turn: each is looked up anew each ten seconds. */
const APPROVERS = [APPROVER, ...STRANGERS.slice(0, 1)];
const SPREAD_MS = MINUTE;
const RATIO_AIM = 1.2;
const MEMORY_AIM = 1.1;
const REVOKE_AIM_MS = 2 * SECOND;
/** Who ask and release before: what a process needs once in its life, above all the machine code of it, is there then. */
const EARLIER = PEOPLE.slice(MANY + 1, MANY + 101);
/** 2 `users.info` of 100 a minute, an opened DM and the token's edit of 50, the card of 60: the first three need the most. */
const LEAST_MS = { grants: (MANY / 50) * MINUTE, ends: (MANY / 100) * MINUTE };
const WITHIN_MS = 15 * MINUTE;

export async function burstBenchmark(): Promise<BenchmarkRow[]> {
  const first = await countOne();
  return [
    ...Object.entries(first).map(([method, calls]) => ({ name: `one grant: ${method}`, ours: `${calls}` })),
    ...(await burstsOf(1)),
    ...(await burstsOf(2)),
  ];
}

async function burstsOf(replicas: number): Promise<BenchmarkRow[]> {
  await using bot = await startFastBot(replicas);
  approveAtOnce(bot);
  await warmUp(bot);
  const before = bot.memory();
  const unknown = await grants(bot, "guest");
  const ended = await ends(bot);
  const known = await grants(bot, "second");
  // As long as after who came before.
  await bot.clock.sleep(2 * MINUTE);
  const after = bot.memory();
  const rows: BenchmarkRow[] = [
    rowOf(`last of ${MANY} tokens shown, DMs not known`, unknown, LEAST_MS.grants),
    rowOf(`last of ${MANY} tokens shown, DMs known`, known, LEAST_MS.grants),
    rowOf(`last of ${MANY} tokens gone`, ended.last, LEAST_MS.ends),
    {
      name: `revoke among ${MANY} ends, command to binding gone`,
      ours: ms(ended.revoke),
      aim: `≤ ${REVOKE_AIM_MS} ms`,
      met: ended.revoke <= REVOKE_AIM_MS,
    },
    {
      name: "memory after ÷ before",
      bare: `${Math.round(before)} MB`,
      ours: `${Math.round(after)} MB`,
      ratio: times(after / before),
      aim: `≤ ${MEMORY_AIM}`,
      met: after / before <= MEMORY_AIM,
    },
  ];
  return rows.map((row) => ({ ...row, name: `${row.name}, ${replicas} replica${replicas > 1 ? "s" : ""}` }));
}

const rowOf = (name: string, tookMs: number, leastMs: number): BenchmarkRow => ({
  name,
  bare: `${leastMs / SECOND} s`,
  ours: `${Math.round(tookMs / SECOND)} s`,
  ratio: times(tookMs / leastMs),
  aim: `≤ ${RATIO_AIM}`,
  met: tookMs / leastMs <= RATIO_AIM,
});

const bearsToken = ({ blocks }: SlackMessage): boolean => /eyJ[\w-]{20}/.test(JSON.stringify(blocks));

function approveAtOnce({ slack }: FastBot): void {
  let cards = 0;
  slack.onEvent((change) => {
    if (change.kind !== "message" || change.message.channel !== APPROVALS_CHANNEL) return;
    if (!JSON.stringify(change.message.blocks).includes('"action_id":"approve"')) return;
    const approver = APPROVERS[cards++ % APPROVERS.length] ?? APPROVER;
    void slack.click(approver, change.message, "approve");
  });
}

/** One call for each within a minute of the clock. */
async function spread({ clock }: FastBot, act: (n: number) => Promise<unknown>): Promise<void> {
  const start = clock.now();
  const acts: Promise<unknown>[] = [];
  for (let n = 0; n < MANY; n++) {
    await clock.sleep(Math.max(0, start + (n * SPREAD_MS) / MANY - clock.now()));
    acts.push(act(n));
  }
  await Promise.all(acts);
}

const standing = ({ slack }: FastBot): SlackMessage[] =>
  PEOPLE.slice(0, MANY + 1).flatMap((who) => slack.dm(who).filter(bearsToken));

async function until({ clock }: FastBot, what: string, holds: () => boolean): Promise<void> {
  const deadline = clock.now() + WITHIN_MS;
  while (!holds()) {
    if (clock.now() > deadline) throw new Error(`Not within 15 minutes: ${what}`);
    await delay(20);
  }
}

async function warmUp(bot: FastBot): Promise<void> {
  const { slack, clock } = bot;
  for (const who of EARLIER) await slack.command(who, GENERAL_CHANNEL, "guest 8h before all others");
  await until(bot, "a token for each who came before", () =>
    EARLIER.every((who) => slack.dm(who).some(bearsToken)),
  );
  await Promise.all(EARLIER.map((who) => release(bot, who)));
  await until(bot, "none of theirs left", () => !EARLIER.some((who) => slack.dm(who).some(bearsToken)));
  // What these have used up is there again.
  await clock.sleep(2 * MINUTE);
}

async function release({ slack }: FastBot, who: string): Promise<void> {
  const message = slack.dm(who).find(bearsToken);
  if (message) await slack.click(who, message, "release", { confirm: true });
}

/** From the first question to the last token, by the clock. */
async function grants(bot: FastBot, role: string): Promise<number> {
  const { slack, clock } = bot;
  const [calls, start] = [slack.calls.length, clock.now()];
  await spread(bot, (n) => slack.command(PEOPLE[n] ?? "", GENERAL_CHANNEL, `${role} 8h the search page`));
  await until(bot, "a token for each", () => standing(bot).length >= MANY);
  const took = clock.now() - start;
  const told = APPROVERS.flatMap((who) => slack.ephemerals(who));
  const refused = told.filter(({ text }) => text.includes("does not say")).length;
  report(bot, `${MANY} asked for ${role}: the last token after ${Math.round(took / SECOND)} s`, calls);
  if (refused > 0) throw new Error(`${refused} clicks were refused for a look-up.`);
  return took;
}

/** All but one are released within a minute; that one is revoked in the middle. */
async function ends(bot: FastBot): Promise<{ last: number; revoke: number }> {
  const { slack, clock } = bot;
  await slack.command(PEOPLE[MANY] ?? "", GENERAL_CHANNEL, "guest 8h revoked in between");
  await until(bot, "one more", () => standing(bot).length > MANY);
  const id = idOf(slack.dm(PEOPLE[MANY] ?? "").find(bearsToken));
  // What the tokens before have used up is there again.
  await clock.sleep(2 * MINUTE);
  const [calls, start] = [slack.calls.length, clock.now()];
  let revoke = Promise.resolve(Number.POSITIVE_INFINITY);
  await spread(bot, (n) => {
    if (n === MANY / 2) revoke = revokeOne(bot, id);
    return release(bot, PEOPLE[n] ?? "");
  });
  await until(bot, "no token left", () => standing(bot).length === 0);
  const last = clock.now() - start;
  report(bot, `${MANY} released: the last token gone after ${Math.round(last / SECOND)} s`, calls);
  await clock.sleep(2 * MINUTE);
  return { last, revoke: await revoke };
}

const idOf = (message: SlackMessage | undefined): string =>
  JSON.stringify(message?.blocks ?? "")
    .match(/R-[0-9A-Z]{8}/g)
    ?.at(-1) ?? "";

/** Real milliseconds: nothing of it waits for the clock. */
async function revokeOne({ slack, hub }: FastBot, id: string): Promise<number> {
  const started = performance.now();
  await slack.command(APPROVER, GENERAL_CHANNEL, `revoke ${id} no longer needed`);
  const isBound = async () =>
    (await hub.objects()).clusterRoleBindings.some(({ metadata }) =>
      metadata.name.includes(id.toLowerCase()),
    );
  while (await isBound()) await delay(10);
  return performance.now() - started;
}

function report({ slack }: FastBot, what: string, since: number): void {
  const calls = slack.calls.slice(since);
  const limited = calls.filter(({ error }) => error === "ratelimited").length;
  console.error(`  ${what}; ${calls.length} calls, of which Slack turned ${limited} away`);
}

/** The calls of one grant from the question to its proved end. */
async function countOne(): Promise<Record<string, number>> {
  await using bot = await startFastBot();
  const { slack, clock } = bot;
  approveAtOnce(bot);
  const before = slack.calls.length;
  await slack.command(PEOPLE[0] ?? "", GENERAL_CHANNEL, "guest 2m the search page");
  await until(bot, "a token", () => standing(bot).length > 0);
  await clock.sleep(4 * MINUTE);
  const counts: Record<string, number> = {};
  for (const { method } of slack.calls.slice(before).filter(({ method }) => !isCheck(method)))
    counts[method] = (counts[method] ?? 0) + 1;
  return counts;
}

/** What the bot asks once a minute about itself. */
const isCheck = (method: string): boolean => method === "auth.test" || method === "conversations.info";
