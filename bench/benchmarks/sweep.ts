/** One sweep over thousands of live grants, how it grows, and what it costs in memory. */

import { QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { openQueue } from "../../src/queue/jobs.ts";
import { SWEEP } from "../../src/queue/sweeps.ts";
import { keysOf } from "../../src/store/keys.ts";
import { ACCOUNTS_AT, type Bare, BINDINGS_AT, bareHub } from "../bare.ts";
import { startBotProcess } from "../bot.ts";
import { BENCH_INSTANCE, type BenchContext } from "../context.ts";
import { openGrantSeeder } from "../seed-grants.ts";
import { median, ms, timed, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import type { BenchmarkOptions } from "./index.ts";

const SIZES = [5_000, 10_000];
const LARGE = [100_000];
const NAMED = 10_000;
/** It runs each minute, for days: what is measured is compiled as it is then. */
const WARM_UP = 5;
const REPEAT = 5;
const AIM = 1.2;
const GROWTH_AIM = 1.15;
const MEMORY_AIMS = { named: 1.2, large: 1.3 } as const;

interface Found {
  size: number;
  bare: number;
  ours: number;
  memory: number;
  most: number;
}

export async function sweepBenchmark(
  context: BenchContext,
  { large }: BenchmarkOptions,
): Promise<BenchmarkRow[]> {
  await using seeder = await openGrantSeeder(context);
  await using hub = bareHub(context);
  const found = [await measure(context, hub, 0)];
  for (const size of large ? [...SIZES, ...LARGE] : SIZES) {
    await seeder.grow(size);
    found.push(await measure(context, hub, size));
    console.error(`  ${size} live grants: ${ms(found.at(-1)?.ours ?? 0)} a sweep`);
  }
  return rows(found);
}

/** By a bot of its own each time: none may sweep while a grant is half made, and each has swept as often. */
async function measure(context: BenchContext, hub: Bare, size: number): Promise<Found> {
  await using bot = await startBotProcess(context);
  await using sweeper = openSweeper(context);
  // The sweep of the start may run still, and the next would only join it.
  await sweeper.sweep();
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let i = 0; i < WARM_UP + REPEAT; i++) {
    bare.push(await timed(() => Promise.all([listed(hub, ACCOUNTS_AT), listed(hub, BINDINGS_AT)])));
    ours.push(await timed(sweeper.sweep));
  }
  const { now, most } = bot.memory();
  const warm = (took: number[]) => median(took.slice(WARM_UP));
  return { size, bare: warm(bare), ours: warm(ours), memory: now, most };
}

/** A sweep through the queue, by whoever works there, as the schedule asks for it. */
function openSweeper({ redis }: BenchContext) {
  const { prefix } = keysOf(BENCH_INSTANCE);
  const connections = [new Redis(redis.url), new Redis(redis.url, { maxRetriesPerRequest: null })] as const;
  const queue = openQueue(connections[0], prefix, "timers");
  const events = new QueueEvents(queue.name, { connection: connections[1], prefix });
  let asked = 0;
  return {
    async sweep(): Promise<void> {
      await events.waitUntilReady();
      asked += 1;
      const opts = { jobId: `${SWEEP}-bench-${process.pid}-${asked}-${Date.now()}`, attempts: 1 };
      const job = await queue.add(SWEEP, {}, opts);
      await job.waitUntilFinished(events);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([events.close(), queue.close()]);
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** All of a kind, in the pages that the bot asks for. */
async function listed(hub: Bare, path: string): Promise<void> {
  for (let next: string | undefined = ""; next !== undefined; ) {
    const query = new URLSearchParams({ limit: "500", ...(next && { continue: next }) });
    const { text } = await hub.ask("GET", `${path}?${query}`);
    next = (JSON.parse(text) as { metadata: { continue?: string } }).metadata.continue;
  }
}

function rows(found: readonly Found[]): BenchmarkRow[] {
  const [idle, ...loaded] = found;
  const named = loaded.find(({ size }) => size === NAMED);
  const last = loaded.at(-1);
  if (!idle || !named || !last) return [];
  const compared = last === named ? (loaded[0] ?? named) : named;
  const growth = last.ours / last.size / (compared.ours / compared.size);
  return [
    ...[...new Set([named, last])].map(sweepRow),
    {
      name: `sweep a grant, of ${last.size} ÷ of ${compared.size}`,
      bare: `${((compared.ours / compared.size) * 1_000).toFixed(0)} µs`,
      ours: `${((last.ours / last.size) * 1_000).toFixed(0)} µs`,
      ratio: times(growth),
      aim: `≤ ${GROWTH_AIM}`,
      met: growth <= GROWTH_AIM,
    },
    ...memoryRows(idle, named, MEMORY_AIMS.named),
    ...(last === named ? [] : memoryRows(idle, last, MEMORY_AIMS.large)),
  ];
}

function sweepRow({ size, bare, ours }: Found): BenchmarkRow {
  const ratio = ours / bare;
  return {
    name: `one sweep, ${size} live grants`,
    bare: `${ms(bare)} to list`,
    ours: ms(ours),
    ratio: times(ratio),
    aim: `≤ ${AIM}`,
    met: ratio <= AIM,
  };
}

const memoryRows = (idle: Found, loaded: Found, aim: number): BenchmarkRow[] => [
  memoryRow(`memory after sweeps, ${loaded.size} grants ÷ none`, idle.memory, loaded.memory, aim),
  memoryRow(`memory at most, ${loaded.size} grants ÷ none`, idle.most, loaded.most, aim),
];

function memoryRow(name: string, idle: number, loaded: number, aim: number): BenchmarkRow {
  const ratio = loaded / idle;
  return {
    name,
    bare: `${idle.toFixed(0)} MB`,
    ours: `${loaded.toFixed(0)} MB`,
    ratio: times(ratio),
    aim: `≤ ${aim}`,
    met: ratio <= aim,
  };
}
