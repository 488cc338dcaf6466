/** What the hub tells at its own limit, taken in on one core: what it costs, that memory is bounded, and that people wait no longer meanwhile. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { parse, stringify } from "yaml";
import { freePort, startChild } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import { USE_KINDS } from "../../src/domain/use.ts";
import { HUB_AUDIT_PATH } from "../../src/http/hub-audit/door.ts";
import { keysOf } from "../../src/store/keys.ts";
import { FLAGS, processorTime, startBotProcess } from "../bot.ts";
import { BENCH_INSTANCE, type BenchContext, contextOn, PEOPLE } from "../context.ts";
import { EVENTS_A_SECOND, type SentEvents, startHubEvents } from "../hub-events.ts";
import { openGrantSeeder } from "../seed-grants.ts";
import { median, ms, quantile, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { AIM, storm } from "./acknowledge.ts";

const GRANTS = 1_000;
const ROUNDS = 3;
const ROUND = 100_000;
const WARM_UP = 20_000;
/** People who ask at once, the first fifty as a warm-up, and how many of them in a second. */
const PEOPLE_ONCE = 150;
const COMMANDS_A_SECOND = 10;
/** Of a round, before people ask: then it is events alone that cost something. */
const ALONE_MS = 8 * SECOND;
/** What a new replica looks at, and what people left to be drawn, is done. */
const SETTLED_AFTER_MS = 5 * SECOND;
const UP_WITHIN_MS = 60 * SECOND;
const SECRET = "bench-hub-audit-secret-0123456789";
/** At the hub's limit, of one core. */
const CORE_AIM = 1;
const MEMORY_AIM = 1.3;

export async function evidenceBenchmark(): Promise<BenchmarkRow[]> {
  await using context = await contextOn(startLocalHub({ clock: systemClock() }));
  await using seeder = await openGrantSeeder(context);
  const { ids } = await seeder.due(GRANTS, 24 * HOUR);
  const bare = await bareCost(context, ids);
  await using bot = await startBotProcess(listening(context));
  await using hub = await startHubEvents(`${bot.url}${HUB_AUDIT_PATH}`, SECRET, ids);
  const storms = Array.from({ length: 1 + 2 * ROUNDS }, (_, i) =>
    PEOPLE.slice(i * PEOPLE_ONCE, (i + 1) * PEOPLE_ONCE),
  );
  const ask = () => storm(context, storms.pop() ?? [], "guest", COMMANDS_A_SECOND);
  const sent = [await hub.send(WARM_UP)];
  await delay(SETTLED_AFTER_MS);
  await ask();
  const [without, beside, costs, memory]: [number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [bot.memory().now],
  ];
  for (let i = 0; i < ROUNDS; i++) {
    without.push(...(await ask()));
    await delay(SETTLED_AFTER_MS);
    const events = hub.send(ROUND);
    costs.push(await coreTaken(bot.pid, ALONE_MS));
    beside.push(...(await ask()));
    sent.push(await events);
    memory.push(bot.memory().now);
    const kept = mb(await inRedis(context));
    console.error(
      `  ${(i + 1) * ROUND} events: ${mb(bot.memory().now)}, p99 ${ms(quantile(beside, 0.99))} beside, ${ms(quantile(without, 0.99))} without, a core's ${costs.at(-1)?.toFixed(2)}, Redis ${kept}`,
    );
  }
  const counted = await countedOf(context, ids);
  return rows({ bare, costs, without, beside, memory, sent, counted });
}

interface Found {
  /** What it takes of a core to take in what the hub tells at its limit. */
  bare: number;
  costs: readonly number[];
  /** ms to the acknowledgement. */
  without: readonly number[];
  beside: readonly number[];
  /** MB, before and after each round. */
  memory: readonly number[];
  sent: readonly SentEvents[];
  counted: number;
}

function rows({ bare, costs, without, beside, memory, sent, counted }: Found): BenchmarkRow[] {
  const ours = median(costs);
  const [p99, alone] = [quantile(beside, 0.99), quantile(without, 0.99)];
  const [before = 0, ...after] = memory;
  const growth = Math.max(...after) / before;
  const wanted = sum(sent.map(({ ofGrants }) => ofGrants));
  const postponed = sum(sent.map((one) => one.postponed));
  return [
    {
      name: `${EVENTS_A_SECOND} events a second, of one core`,
      bare: `${bare.toFixed(2)}`,
      ours: `${ours.toFixed(2)}`,
      ratio: times(ours / bare),
      aim: `≤ ${CORE_AIM}, all taken at once`,
      met: ours <= CORE_AIM && postponed === 0,
    },
    {
      name: `acknowledgement at ${COMMANDS_A_SECOND}/s beside them: p99`,
      bare: `${ms(alone)} without (median ${ms(median(without))})`,
      ours: `${ms(p99)} (median ${ms(median(beside))})`,
      aim: `≤ ${AIM} ms`,
      met: p99 <= AIM,
    },
    {
      name: `memory after each ${ROUND} events ÷ before`,
      bare: `${mb(before)}`,
      ours: after.map(mb).join(", "),
      ratio: times(growth),
      aim: `≤ ${MEMORY_AIM}`,
      met: growth <= MEMORY_AIM,
    },
    countedRow(counted, wanted, sum(sent.map(({ events }) => events))),
  ];
}

/** Held against the last run's is what it is wrong by: of a ratio less would be better. */
export const countedRow = (counted: number, wanted: number, events: number): BenchmarkRow => ({
  name: `counted, of ${events} with repeats and others'`,
  ours: `${counted}`,
  ratio: times(counted / wanted),
  count: Math.abs(wanted - counted),
  aim: `${wanted}`,
  met: counted === wanted,
});

const sum = (all: readonly number[]): number => all.reduce((one, more) => one + more, 0);
const mb = (value: number): string => `${value.toFixed(0)} MB`;

/** The same bot, which the hub tells. */
function listening(context: BenchContext): BenchContext {
  const settings: object = parse(readFileSync(context.env.KARPOR_ACCESS_CONFIG, "utf8"));
  const file = join(context.dir, "evidence.yml");
  writeFileSync(file, stringify({ ...settings, audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } } }));
  const env = { ...context.env, KARPOR_ACCESS_CONFIG: file, HUB_AUDIT_TOKEN: SECRET };
  return { ...context, env };
}

/** The share of a core that a process takes of the next `during` ms. */
async function coreTaken(pid: number, during: number): Promise<number> {
  const [before, began] = [processorTime(pid), performance.now()];
  await delay(during);
  return (processorTime(pid) - before) / (performance.now() - began);
}

async function bareCost({ redis }: BenchContext, ids: readonly string[]): Promise<number> {
  const port = await freePort();
  const file = fileURLToPath(new URL("../bare-events.ts", import.meta.url));
  const child = await startChild(process.execPath, [...FLAGS, file, `${port}`, redis.url]);
  try {
    await seenWithin(UP_WITHIN_MS, () => child.output().includes("ready"));
    await using hub = await startHubEvents(`http://127.0.0.1:${port}/`, SECRET, ids);
    await hub.send(WARM_UP);
    const events = hub.send((ALONE_MS / SECOND) * EVENTS_A_SECOND);
    const cost = await coreTaken(child.pid, ALONE_MS);
    await events;
    return cost;
  } finally {
    await child.kill();
  }
}

/** All that Redis holds, MB. */
async function inRedis({ redis }: BenchContext): Promise<number> {
  const connection = new Redis(redis.url);
  const info = await connection.info("memory");
  connection.disconnect();
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]) / 1024 / 1024;
}

/** All uses of these grants that stand in Redis. */
async function countedOf({ redis }: BenchContext, ids: readonly string[]): Promise<number> {
  const connection = new Redis(redis.url);
  const pipeline = connection.pipeline();
  for (const id of ids) pipeline.hmget(keysOf(BENCH_INSTANCE).use(id), ...USE_KINDS);
  const found = (await pipeline.exec()) ?? [];
  connection.disconnect();
  return sum(found.flatMap(([, counts]) => (counts as (string | null)[]).map(Number)));
}
