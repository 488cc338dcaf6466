/** The panels of deploy/observability/dashboard.json with what a Prometheus answers to their queries, as a page. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { esc } from "../../playground/page/view/escape.ts";
import { SECOND } from "../../src/domain/duration.ts";
import type { Prometheus, Series } from "../prometheus.ts";
import { chart, colour, say } from "./chart.ts";

const Panel = z.object({
  type: z.enum(["row", "stat", "timeseries", "table"]),
  title: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z
    .object({
      defaults: z.object({
        unit: z.string().default(""),
        custom: z.object({ stacking: z.object({ mode: z.string() }).optional() }).optional(),
      }),
    })
    .optional(),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
});
type Panel = z.infer<typeof Panel>;

export interface Shown {
  /** ms since the epoch. */
  from: number;
  to: number;
}

const WIDTH = 1440;
const [COLUMN, ROW, GAP] = [WIDTH / 24, 30, 8];
const STEP = 30 * 60 * SECOND;
/** Grafana's own: four scrapes. */
const RATE_INTERVAL = "2h";

export const panels = (): Panel[] => {
  const file = new URL("../../deploy/observability/dashboard.json", import.meta.url);
  return z.object({ panels: z.array(Panel) }).parse(JSON.parse(readFileSync(file, "utf8"))).panels;
};

/** As Grafana asks it, with its variables filled in. */
export const queryOf = (expr: string): string =>
  expr
    .replaceAll("$namespace", "")
    .replaceAll("$job", "karpor-access")
    .replaceAll("$__rate_interval", RATE_INTERVAL);

export async function dashboardPage(prometheus: Prometheus, shown: Shown): Promise<string> {
  const drawn = await Promise.all(panels().map((panel) => draw(panel, prometheus, shown)));
  const height = Math.max(...panels().map(({ gridPos: { y, h } }) => (y + h) * ROW));
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main style="height:${height}px">${drawn.join("")}</main>`;
}

async function draw(panel: Panel, prometheus: Prometheus, shown: Shown): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const place = `left:${x * COLUMN}px;top:${y * ROW}px;width:${w * COLUMN - GAP}px;height:${h * ROW - GAP}px`;
  const title = `<h2>${esc(panel.title)}</h2>`;
  if (panel.type === "row") return `<section class="row" style="${place}">${title}</section>`;
  const size = { width: w * COLUMN - GAP - 18, height: h * ROW - GAP - 66 };
  const body =
    panel.type === "timeseries"
      ? await lines(panel, prometheus, shown, size)
      : await now(panel, prometheus, shown);
  return `<section style="${place}">${title}${body}</section>`;
}

async function lines(
  { targets, fieldConfig }: Panel,
  prometheus: Prometheus,
  shown: Shown,
  size: { width: number; height: number },
) {
  const { unit = "", custom } = fieldConfig?.defaults ?? {};
  const answers = await Promise.all(
    targets.map(async ({ expr, legendFormat }) => {
      const found = await prometheus.over(queryOf(expr), { ...shown, step: STEP });
      return found.map(({ labels, points }) => ({ name: named(legendFormat, labels), points }));
    }),
  );
  const all = answers.flat();
  const legend = all.map(({ name }, i) => `<li><i style="background:${colour(i)}"></i>${esc(name)}</li>`);
  const isStacked = custom?.stacking?.mode === "normal";
  const range = { from: shown.from / SECOND, to: shown.to / SECOND, step: STEP / SECOND };
  return `${chart({ lines: all, unit, isStacked, ...range, ...size })}<ul>${legend.join("")}</ul>`;
}

const named = (format: string, labels: Series["labels"]): string =>
  format.replaceAll(/{{(\w+)}}/g, (_, label: string) => labels[label] ?? "");

async function now(
  { type, targets, fieldConfig }: Panel,
  prometheus: Prometheus,
  { to }: Shown,
): Promise<string> {
  const found = (await Promise.all(targets.map(({ expr }) => prometheus.at(queryOf(expr), to)))).flat();
  if (type === "table")
    return `<table>${found
      .map(
        ({ labels }) =>
          `<tr>${Object.entries(labels)
            .filter(([name]) => name !== "__name__")
            .map(([name, value]) => `<td><b>${esc(name)}</b> ${esc(value)}</td>`)
            .join("")}</tr>`,
      )
      .join("")}</table>`;
  const value = found[0]?.points[0]?.[1];
  return `<p class="stat">${value === undefined ? "no data" : esc(say(value, fieldConfig?.defaults.unit))}</p>`;
}

const STYLE = `
body { margin: 0; background: #f4f5f5; font: 12px "Inter Variable", Inter, "DejaVu Sans", sans-serif; color: #24292e; }
main { position: relative; width: ${WIDTH}px; margin: 8px; }
section { position: absolute; box-sizing: border-box; background: #fff; border: 1px solid #e3e5e8; border-radius: 3px; padding: 6px 8px; overflow: hidden; }
section.row { background: none; border: 0; padding: 2px; }
h2 { margin: 0 0 4px; font-size: 13px; font-weight: 600; }
.row h2 { font-size: 15px; }
svg { display: block; } svg text { font-size: 11px; fill: #6b7280; } svg .grid { stroke: #eceef0; }
polyline { stroke-width: 1.2; }
ul { margin: 2px 0 0; padding: 0 0 0 44px; list-style: none; height: 32px; overflow: hidden; line-height: 16px; }
li { display: inline-block; margin-right: 10px; white-space: nowrap; } i { display: inline-block; width: 10px; height: 3px; margin: 0 4px 3px 0; }
.stat { margin: 12px 0 0; text-align: center; font-size: 32px; color: #3a7d44; }
td { padding: 4px 14px 4px 0; }
`;
