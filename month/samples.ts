/** What each scrape answered, as OpenMetrics with the month's own times. */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { SECOND } from "../src/domain/duration.ts";

const LABELS = 'job="karpor-access",instance="bot:9464"';

/** Appended to `path`; ends with what promtool wants at the end. */
export function createSamples(path: string) {
  const file = createWriteStream(path);
  let count = 0;
  return {
    count: () => count,
    async add(text: string, at: number): Promise<void> {
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      count += lines.length;
      if (!file.write(lines.map((line) => sampled(line, at)).join(""))) await once(file, "drain");
    },
    async end(): Promise<void> {
      file.end("# EOF\n");
      await once(file, "finish");
    },
  };
}

function sampled(line: string, at: number): string {
  const gap = line.lastIndexOf(" ");
  const [series, value] = [line.slice(0, gap), line.slice(gap + 1)];
  const labelled = series.endsWith("}") ? `${series.slice(0, -1)},${LABELS}}` : `${series}{${LABELS}}`;
  return `${labelled} ${value} ${(at / SECOND).toFixed(3)}\n`;
}
