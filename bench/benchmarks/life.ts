/** What one grant's whole life asks of Redis and the hub, counted at their doors; and how many of Redis' answers a click waits for. */
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { systemClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import { SECOND } from "../../src/domain/duration.ts";
import { LANES } from "../../src/flow/ports.ts";
import { keysOf } from "../../src/store/keys.ts";
import { startBotProcess } from "../bot.ts";
import { APPROVER, BENCH_INSTANCE, contextOn, GENERAL_CHANNEL } from "../context.ts";
import { openRedisDoor } from "../redis-door.ts";
import { median } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { openUserActions } from "../user-actions.ts";

const LIVES = 3;
/** From the request to the proof, and to the rest. */
const LIFE_MS = 20 * SECOND;
const CLICKS = 12;
/** So far away that nothing else weighs beside it. */
const AWAY_MS = 40;
/** What follows a token is over then. */
const BETWEEN_MS = 1.5 * SECOND;
/** Three tenths less than what was counted first. */
const [COMMANDS_AIM, JOBS_AIM] = [227, 8];
const HUB_AIM = 12;
const TRIPS_AIM = 5;

export async function lifeBenchmark(): Promise<BenchmarkRow[]> {
  await using context = await contextOn(nearHub());
  const { slack, hub, redis } = context;
  let commands = 0;
  const calls: string[] = [];
  await using door = await openRedisDoor(redis.url, () => {
    commands += 1;
  });
  hub.meddle({
    before: async ({ method, path }) => void calls.push(`${method} ${path}`),
    after: async () => true,
  });
  context.env.REDIS_URL = door.url;
  const direct = new Redis(redis.url);
  using _direct = { [Symbol.dispose]: () => direct.disconnect() };
  await using _ = await startBotProcess(context);
  const userActions = openUserActions(context);

  /** Within the time of one life; of the hub's calls those that are for a grant. */
  async function counted(work: () => Promise<unknown>) {
    const before = await jobsAdded(direct);
    commands = calls.length = 0;
    await Promise.all([work(), delay(LIFE_MS)]);
    return { commands, calls: calls.filter(isForGrant).length, jobs: (await jobsAdded(direct)) - before };
  }
  async function least(work: () => Promise<unknown>) {
    const all: Awaited<ReturnType<typeof counted>>[] = [];
    for (let i = 0; i < LIVES; i++) all.push(await counted(work));
    const leastOf = (what: "commands" | "calls" | "jobs") => Math.min(...all.map((one) => one[what]));
    return { commands: leastOf("commands"), calls: leastOf("calls"), jobs: leastOf("jobs") };
  }
  async function live(): Promise<void> {
    const [id = ""] = await userActions.pending(1);
    await userActions.approve(id);
    await userActions.settled(id);
    await slack.command(APPROVER, GENERAL_CHANNEL, `revoke ${id} done`);
    await seenWithin(LIFE_MS, () => calls.some((one) => one === `GET ${LOGIN}`));
  }
  async function clicked(away: number): Promise<number> {
    const ids = await userActions.pending(CLICKS);
    await delay(BETWEEN_MS);
    door.moveAway(away);
    const took: number[] = [];
    for (const id of ids) {
      took.push(await userActions.approve(id));
      await delay(BETWEEN_MS);
    }
    door.moveAway(0);
    return median(took);
  }

  await live();
  await delay(LIFE_MS);
  // What the minute brings comes to some of them: it only adds.
  const [idle, lives] = [await least(async () => {}), await least(live)];
  const near = await clicked(0);
  const trips = ((await clicked(AWAY_MS)) - near) / AWAY_MS;
  return [
    countRow("Redis commands of a whole life", lives.commands - idle.commands, COMMANDS_AIM),
    { ...countRow("jobs of a whole life", lives.jobs - idle.jobs, JOBS_AIM), exact: true },
    { ...countRow("hub calls of a whole life", lives.calls, HUB_AIM), exact: true },
    {
      name: "approve click → token shown, Redis' answers waited for one after the other",
      ours: trips.toFixed(1),
      count: Number(trips.toFixed(1)),
      aim: `≤ ${TRIPS_AIM}`,
      met: trips <= TRIPS_AIM,
    },
  ];
}

const countRow = (name: string, count: number, aim: number): BenchmarkRow => ({
  ...{ name, count, ours: String(count) },
  ...{ aim: `≤ ${aim}`, met: count <= aim },
});

/** BullMQ numbers each that is added, also one that has an id of its own. */
async function jobsAdded(redis: Redis): Promise<number> {
  const { prefix } = keysOf(BENCH_INSTANCE);
  const numbers = await redis.mget(LANES.map((lane) => `${prefix}:${lane}:id`));
  return numbers.reduce((sum, number) => sum + Number(number), 0);
}

const LOGIN = "/rest-api/v1/authn";
/** Not the sweep's lists, and not what all grants of a second share: who has been here, and whether the hub asks for rights. */
const isForGrant = (call: string): boolean =>
  /-r-[0-9a-z]{8}-/.test(call) || /^POST /.test(call) || call.endsWith(LOGIN);

async function nearHub() {
  const hub = await startLocalHub({ clock: systemClock() });
  return Object.assign(hub, { [Symbol.asyncDispose]: () => hub.stop() });
}
