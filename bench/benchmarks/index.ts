/** The benchmarks by name, in the order of the table. A new one: a file, and a line here. */

import type { BenchContext } from "../context.ts";
import type { BenchmarkRow } from "../table.ts";
import { acknowledgeBenchmark } from "./acknowledge.ts";
import { approveBenchmark } from "./approve.ts";
import { burstBenchmark } from "./burst.ts";
import { distanceBenchmark } from "./distance.ts";
import { endsBenchmark } from "./ends.ts";
import { evidenceBenchmark } from "./evidence.ts";
import { grantsBenchmark } from "./grants.ts";
import { kubectlBenchmark } from "./kubectl.ts";
import { lifeBenchmark } from "./life.ts";
import { lockdownBenchmark } from "./lockdown.ts";
import { startBenchmark } from "./start.ts";
import { sweepBenchmark } from "./sweep.ts";

export interface BenchmarkOptions {
  /** Also what takes many minutes. */
  large: boolean;
}

export type Benchmark = (context: BenchContext, options: BenchmarkOptions) => Promise<BenchmarkRow[]>;

/** They bring a stand-in of the hub with them. */
export const SELF_CONTAINED: Record<string, () => Promise<BenchmarkRow[]>> = {
  evidence: evidenceBenchmark,
  burst: burstBenchmark,
  distance: distanceBenchmark,
  life: lifeBenchmark,
};

export const BENCHMARKS: Record<string, Benchmark> = {
  approve: approveBenchmark,
  kubectl: kubectlBenchmark,
  acknowledge: acknowledgeBenchmark,
  grants: grantsBenchmark,
  ends: endsBenchmark,
  lockdown: lockdownBenchmark,
  sweep: sweepBenchmark,
  start: startBenchmark,
};
