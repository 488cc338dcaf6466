/** A real Prometheus that holds the month: its samples become blocks by promtool, and it answers the dashboard's queries. */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { freePort, startChild } from "../sandbox/child.ts";
import { seenWithin } from "../sandbox/wait.ts";
import { SECOND } from "../src/domain/duration.ts";

export const hasPrometheus = (): boolean =>
  ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);

const UP_WITHIN_MS = 60_000;
/** A sample counts until the next is due, and a little. */
const LOOK_BACK = "40m";

/** Of nothing there is no quantile: not a number then. */
const Value = z.string().transform(Number);
const Point = z.tuple([z.number(), Value]);
const Answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: Point.optional(),
        values: z.array(Point).default([]),
      }),
    ),
  }),
});

/** Points: seconds since the epoch, and the value. */
export interface Series {
  labels: Record<string, string>;
  points: [number, number][];
}

export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>;

/** `samples`: a file of them, in OpenMetrics; `dir` is given over to it. */
export async function startPrometheus(samples: string, dir: string) {
  const data = join(dir, "prometheus");
  mkdirSync(data, { recursive: true });
  const blocks = ["tsdb", "create-blocks-from", "openmetrics", samples, data];
  await promisify(execFile)("promtool", [...blocks, "--max-block-duration=744h", "-q"], { maxBuffer: 1e8 });
  writeFileSync(join(dir, "prometheus.yml"), "");
  const port = await freePort();
  const child = await startChild("prometheus", [
    `--config.file=${join(dir, "prometheus.yml")}`,
    `--storage.tsdb.path=${data}`,
    "--storage.tsdb.retention.time=10y",
    `--query.lookback-delta=${LOOK_BACK}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await seenWithin(UP_WITHIN_MS, isUp, 100)))
    throw new Error(`Prometheus did not come up: ${child.output()}`);
  const ask = async (path: string, parameters: Record<string, string>): Promise<Series[]> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    if (!answer.ok) throw new Error(`Prometheus refuses ${parameters.query}: ${await answer.text()}`);
    const { data: found } = Answer.parse(await answer.json());
    return found.result.map(({ metric, value, values }) => ({
      labels: metric,
      points: value ? [value] : values,
    }));
  };
  const time = (ms: number) => String(ms / SECOND);
  return {
    at: (query: string, at: number) => ask("query", { query, time: time(at) }),
    /** `step`: ms. */
    over: (query: string, { from, to, step }: { from: number; to: number; step: number }) =>
      ask("query_range", { query, start: time(from), end: time(to), step: time(step) }),
    [Symbol.asyncDispose]: () => child.kill(),
  };
}
